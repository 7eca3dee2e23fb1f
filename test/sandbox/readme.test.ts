import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

describe('the specification of the sandbox', () => {
  it('has a describe for every section of groups and balancers, in the tests of the sandbox', () => {
    // CloudFormation describes itself at the end, with a folder of tests of its own.
    const [page = ''] = readFileSync('src/sandbox/README.md', 'utf8').split('## CloudFormation');
    const sections = [...page.matchAll(/^### (.+)$/gm)].map((match) => match[1]);
    const tests = readdirSync('test/sandbox', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => readFileSync(join('test/sandbox', path), 'utf8'));
    const described = new Set(
      tests.flatMap((text) =>
        [...text.matchAll(/^\s*describe\('((?:[^'\\]|\\.)+)'/gm)].map((match) => match[1]?.replaceAll("\\'", "'")),
      ),
    );
    expect(sections.length).to.be.greaterThan(25);
    expect(sections.filter((section) => !described.has(section))).to.deep.equal([]);
  });
});
