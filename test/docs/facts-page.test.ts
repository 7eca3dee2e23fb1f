import { expect } from 'chai';
import { factsIn, factsPage } from '../../scripts/facts-page.js';
import { read } from '../tidy/scan.js';

describe('the page of what is taken for true of AWS', () => {
  it('is what npm run docs makes of the comments', () => {
    expect(read('docs/AWS-FACTS.md')).to.equal(factsPage());
  });

  const rows: readonly { readonly text: string; readonly facts: readonly object[] }[] = [
    {
      text: '/** The most ids of one call. Source: EnterStandby, InstanceIds. */\nexport const MOST = 20;\n',
      facts: [{ what: 'The most ids of one call.', name: 'MOST = 20', source: 'EnterStandby, InstanceIds' }],
    },
    {
      text: '/**\n * Ends it.\n * Source: a page.\n * @param id of it\n */\nexport async function end(id: string) {\n',
      facts: [{ what: 'Ends it.', name: 'end', source: 'a page' }],
    },
    {
      text: '  // The words are assumed.\n  const said = 1;\n',
      facts: [{ what: 'The words are assumed.', name: 'said = 1' }],
    },
    { text: '/** A role that is assumed by a role holds for an hour. */\nconst HOUR = 1;\n', facts: [] },
    { text: '/** Nothing of AWS. */\nconst NONE = 1;\n', facts: [] },
  ];
  for (const { text, facts } of rows)
    it(`${text.trim().split('\n')[0] ?? ''}: ${facts.length}`, () => {
      expect(factsIn(text, 'src/a.ts')).to.deep.equal(facts.map((fact) => ({ ...fact, file: 'src/a.ts' })));
    });
});
