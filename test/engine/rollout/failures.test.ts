import { expect } from 'chai';
import { rolledBack } from '../../../src/engine/rollout/failures.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';

describe('the last words of a rollout', () => {
  it('end with one full stop, also where AWS ended its message with one', () => {
    const plan = { stack: 'web', groups: ['web-1'], strategy: 'swap', region: 'eu-west-1' } as unknown as Plan;
    const result = {
      group: 'web-1',
      outcome: 'rolledBack',
      why: 'Launching EC2 instance failed.',
      frozen: ['Launch'],
    } as const;
    expect(rolledBack([result], undefined, plan).facts.what).to.equal(
      'The swap of web-1 was rolled back: Launching EC2 instance failed.',
    );
  });
});
