import { expect } from 'chai';
import { sharedReasons } from '../../../src/app/fleet/fleet-failure.js';
import type { FailureFacts } from '../../../src/model/event.js';

const unseen = (target: string, what: string, ...texts: readonly string[]): { target: string; facts: FailureFacts } => {
  const reasons = texts.map((text) => ({ code: 'parameters.missing', text, remedy: '' }));
  return { target, facts: { code: 'parameters.invalid', what, reasons, serves: '', left: '', next: [] } };
};

describe('why targets of a fleet could not be looked at', () => {
  const told = (...bad: Parameters<typeof sharedReasons>[0]): readonly string[] =>
    sharedReasons(bad).map(({ text }) => text);

  it('is told once for all that share it', () => {
    const why = ['2 parameters cannot be used.', 'A has no value.', 'B has no value.'] as const;
    expect(told(unseen('one', ...why), unseen('two', 'There is no stack two.'), unseen('three', ...why))).to.deep.equal(
      ['one, three: 2 parameters cannot be used: A has no value; B has no value.', 'two: There is no stack two.'],
    );
  });

  it('names three reasons of a target, and how many more there are', () => {
    expect(told(unseen('one', '5 parameters cannot be used.', 'A', 'B', 'C', 'D', 'E'))).to.deep.equal([
      'one: 5 parameters cannot be used: A; B; C; and 2 more.',
    ]);
  });
});
