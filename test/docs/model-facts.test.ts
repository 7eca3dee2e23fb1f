import { expect } from 'chai';
import { allFacts, besideOf } from '../../scripts/facts-page.js';
import { differences, MODEL_FACTS, type ModelFact } from '../../scripts/model-facts.js';

describe('facts that API models give', () => {
  const facts = allFacts().map(besideOf);

  for (const { beside, at, says } of MODEL_FACTS)
    it(`${beside} is in the registry, with the same number as ${at}`, () => {
      expect(facts).to.include(beside);
      const [, value] = / = ([\d_]+) in /.exec(beside) ?? [];
      const text = value?.replaceAll('_', '') ?? '';
      const said = [says.min, says.max, says.words?.replaceAll(',', '')].join(' ');
      if (value !== undefined) expect(said).to.match(new RegExp(`\\b${text}\\b`));
    });

  const model = {
    operations: { Stop: { input: { shape: 'StopInput' }, documentation: '<p>Stops up to <b>5</b> of them.</p>' } },
    shapes: {
      StopInput: {
        type: 'structure',
        members: { Ids: { shape: 'Ids', documentation: 'Up to 5.' }, Why: { shape: 'Why' } },
      },
      Ids: { type: 'list', max: 5, member: { shape: 'Id' } },
      Id: { type: 'structure', members: { Name: { shape: 'Why' } } },
      Why: { type: 'string', enum: ['bored', 'done'], documentation: 'A reason.' },
    },
  };
  const told = (at: string, says: ModelFact['says']): readonly string[] =>
    differences({ beside: '', model: '', at, says }, model);

  it('are the same, or told with what is other', () => {
    expect(told('Stop.Ids', { max: 5, words: 'Up to 5' })).to.deep.equal([]);
    expect(told('Stop', { words: 'Stops up to 5 of them' })).to.deep.equal([]);
    expect(told('Stop.Ids.Name', { enum: ['done', 'bored'] })).to.deep.equal([]);
    expect(told('Why', { words: 'A reason' })).to.deep.equal([]);
    expect(told('Stop.Ids', { min: 1, max: 6 })).to.deep.equal(['min is not given', 'max is 5']);
    expect(told('Why', { enum: ['done', 'late'] })).to.deep.equal(['it has bored besides', 'it has no late']);
    expect(told('Stop.Ids', { words: 'Up to 6' })).to.deep.equal(['it does not say "Up to 6" any more: Up to 5.']);
    expect(told('Stop.Who', { max: 5 })).to.deep.equal(['Stop.Who is not in the model']);
    expect(told('Go', { max: 5 })).to.deep.equal(['Go is not in the model']);
  });
});
