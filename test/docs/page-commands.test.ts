import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../tidy/scan.js';
import { ENDS_WITH, NOT_RUN, pageCommands, wordsOf } from './page-commands.js';

// `page-commands.story.ts` runs them.
describe('the command lines of the pages', () => {
  const lines = pageCommands();
  const left = NOT_RUN.flatMap((row) => row.lines);

  it('are run, or are listed with the reason why not and what runs the same instead', () => {
    expect(left.filter((line) => !lines.includes(line))).to.deep.equal([]);
    expect(left.length).to.equal(new Set(left).size);
    expect(Object.keys(ENDS_WITH).filter((line) => !lines.includes(line) || left.includes(line))).to.deep.equal([]);
    expect(lines.length - left.length).to.be.greaterThan(3 * left.length);
    expect(NOT_RUN.filter(({ runBy }) => runBy !== '' && !existsSync(join(ROOT, runBy)))).to.deep.equal([]);
  });

  it('are read as a shell does, with names that are there', () => {
    expect(wordsOf("status --asg 'web-*' --all-matching")).to.deep.equal([
      'status',
      '--asg',
      'web-*',
      '--all-matching',
    ]);
    expect(wordsOf('config --schema > a.json')).to.deep.equal(['config', '--schema']);
    expect(wordsOf('update-stack STACK [KEY=VALUE...]')).to.deep.equal([
      'update-stack',
      'web',
      'ImageId=ami-0123456789abcdef1',
    ]);
  });
});
