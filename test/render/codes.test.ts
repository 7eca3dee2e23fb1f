import { expect } from 'chai';
import ts from 'typescript';
import { CODES } from '../../src/render/codes.js';
import { stackStates } from '../../src/decide/stack/stack-update.js';
import { read, repositoryFiles } from '../tidy/scan.js';

/** Texts that look like a code and are none: names of files and of AWS's own reasons. */
const NO_CODES = new Set(['cdk.out', 'manifest.json', 'unhealthy.draining']);

/** Every text in our sources that looks like a code: `area.word`, but not the type of an event. */
function codesInSources(): readonly string[] {
  const events = new Set(
    [...read('src/model/event.ts').matchAll(/type: '([a-z]+\.[a-zA-Z]+)'/g)].map((match) => match[1]),
  );
  const found = new Set<string>();
  for (const path of repositoryFiles().filter(
    (file) => /^src\/(?!sandbox\/).*\.ts$/.test(file) && file !== 'src/render/codes.ts',
  )) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && /^[a-z]+\.[a-zA-Z]+$/.test(node.text) && !events.has(node.text))
        found.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest));
  }
  return [...found].filter((code) => !NO_CODES.has(code));
}

describe('the codes', () => {
  it('are all described: every one that a source names, and those that are put together', () => {
    const composed = [...new Set(Object.values(stackStates))]
      .filter((state) => state !== 'ok')
      .map((state) => `stack.${state}`);
    const kinds = [
      'throttled',
      'transient',
      'busy',
      'denied',
      'expired',
      'credentials',
      'missing',
      'unsupported',
      'invalid',
      'unreachable',
    ].map((kind) => `aws.${kind}`);
    const all = codesInSources();
    expect(all).to.include.members(['swap.rolledBack', 'template.rollingUpdate', 'parameters.unknown']);
    expect([...all, ...composed, ...kinds].filter((code) => CODES[code] === undefined)).to.deep.equal([]);
  });

  it('that the help of explain names are known', () => {
    const named = [...read('commands/explain.ts').matchAll(/ explain ([a-z]+\.\w+)/g)].map(([, code]) => code ?? '');
    expect(named).to.have.length.above(0);
    expect(named.filter((code) => CODES[code] === undefined)).to.deep.equal([]);
  });

  it('are described in whole sentences', () => {
    expect(
      Object.entries(CODES)
        .filter(([, text]) => !/^\S.*\.$/s.test(text))
        .map(([code]) => code),
    ).to.deep.equal([]);
  });
});
