import { expect } from 'chai';
import { rolledBack } from '../../../src/engine/rollout/failures.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';

describe('the last words of a rollout', () => {
  const plan = { stack: 'web', groups: ['web-1'], strategy: 'swap', region: 'eu-west-1' } as unknown as Plan;
  const headline = (why: string): string =>
    rolledBack(
      [{ group: 'web-1', outcome: 'rolledBack', why, frozen: ['Launch'] }],
      { serves: 'web-1: 2 of 2 serve.', groups: [] },
      plan,
    ).facts.what;

  it('end with one full stop, also where AWS ended its message with one', () => {
    expect(headline('Launching EC2 instance failed.')).to.equal(
      'The swap of web-1 was rolled back: Launching EC2 instance failed.',
    );
    expect(headline('its check failed')).to.equal('The swap of web-1 was rolled back: its check failed.');
  });

  it('keep the mark of a reason that was cut to fit into a note', () => {
    expect(headline('Health checks failed with ...')).to.equal(
      'The swap of web-1 was rolled back: Health checks failed with ...',
    );
  });
});
