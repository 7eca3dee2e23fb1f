import { CODES } from '../../src/render/codes.js';
import { expectGolden } from '../golden.js';
import { read, repositoryFiles } from '../tidy/scan.js';

describe('every code', () => {
  it('stands behind its message in a golden, but for a list that is to become shorter', () => {
    const goldens = repositoryFiles().filter((path) => /^test\/golden\/(?!contract\/)/.test(path));
    const shown = new Set(
      goldens.flatMap((path) => [...read(path).matchAll(/\[([a-z]+(?:\.[a-zA-Z]+)?)\]/g)].map(([, code]) => code)),
    );
    const missing = Object.keys(CODES).filter((code) => !shown.has(code));
    expectGolden('messages/codes-not-shown.txt', `${missing.sort().join('\n')}\n`);
  });
});
