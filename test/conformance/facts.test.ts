import { expect } from 'chai';
import { STORIES } from '../../src/conformance/stories/index.js';
import { allFacts, besideOf, isAssumed } from '../../scripts/facts-page.js';
import { playOnSandbox } from './world.js';
import { read } from '../tidy/scan.js';

describe('conformance: its permissions', () => {
  it('are those in docs/PERMISSIONS.md, and no others', async () => {
    const [, section = ''] = read('docs/PERMISSIONS.md').split('## conformance');
    const [, rows = ''] = section.split('called by the command');
    const listed = [...(rows.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].flatMap(
      ([, service = '', names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => `${service}:${name}`),
    );
    const { sandbox } = await playOnSandbox();
    const called = [...sandbox.calls.keys()].map((call) => call.replace(/^elb(v2)?:/, 'elasticloadbalancing:'));
    expect([...listed].sort()).to.deep.equal([...called].sort());
  });
});

describe('conformance: the facts', () => {
  it('that stories name are those of docs/AWS-FACTS.md', () => {
    const known = allFacts().map(besideOf);
    expect(STORIES.flatMap(({ facts }) => facts).filter((one) => !known.includes(one))).to.deep.equal([]);
  });

  it('that are assumed are tried by a story, or docs/CONFORMANCE.md says why not', () => {
    const page = read('docs/CONFORMANCE.md');
    const tried = new Set(STORIES.flatMap(({ facts }) => facts));
    const missing = allFacts()
      .filter((fact) => isAssumed(fact) && !tried.has(besideOf(fact)))
      .filter(({ name, file }) => !page.includes(`| \`${name.split(' ')[0] ?? ''}\` in \`${file}\` |`));
    expect(missing).to.deep.equal([]);
  });

  it('have a row for each story in docs/CONFORMANCE.md', () => {
    const page = read('docs/CONFORMANCE.md');
    expect(STORIES.filter(({ name }) => !page.includes(`| \`${name}\` |`)).map(({ name }) => name)).to.deep.equal([]);
  });
});
