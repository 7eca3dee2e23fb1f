import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectGolden } from './golden.js';
import { ROOT } from './tidy/scan.js';

describe('goldens', () => {
  const name = `written-by-a-test-${process.pid}.txt`;
  const file = join(ROOT, 'test', 'golden', name);
  afterEach(() => rmSync(file, { force: true }));

  it('are written with UPDATE_GOLDEN=1', () => {
    expectGolden(name, 'text\n', { UPDATE_GOLDEN: '1' });
    expect(readFileSync(file, 'utf8')).to.equal('text\n');
    expect(() => expectGolden(name, 'other\n', {})).to.throw(/other/);
  });

  it('are not written where CI is set', () => {
    for (const CI of ['1', 'true'])
      expect(() => expectGolden(name, 'text\n', { UPDATE_GOLDEN: '1', CI })).to.throw(/CI is set/);
    expect(existsSync(file)).to.equal(false);
  });

  it('fail where there is none', () => {
    expect(() => expectGolden(name, 'text\n', {})).to.throw(/no golden file/);
  });
});
