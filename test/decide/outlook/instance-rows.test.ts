import { expect } from 'chai';
import { instanceRows } from '../../../src/decide/outlook/instance-rows.js';
import type { Instance } from '../../../src/model/rollout/group.js';
import { group, instance, observed, PLAN } from '../../support/groups.js';

/** The row of an instance that differs like this. */
function rowOf(differs: Partial<Instance>): object | undefined {
  const shown = group({ instances: [instance('i-1', differs)] });
  return instanceRows(observed([shown]), PLAN, shown)[0];
}

describe('rows of instances', () => {
  it('say that one serves only where its application status checks say so too', () => {
    expect(rowOf({})).to.include({ state: 'serving' });
    expect(rowOf({ checks: { verdict: 'healthy', reason: '' } })).to.include({ state: 'serving' });
    expect(rowOf({ checks: { verdict: 'starting', reason: 'initializing' } })).to.include({ state: 'booting' });
    expect(rowOf({ checks: { verdict: 'unhealthy', reason: 'impaired' } })).to.include({ state: 'unhealthy' });
  });

  it('say units, protection and the word of Auto Scaling only where they are not as usual', () => {
    expect(rowOf({})).not.to.have.any.keys('weight', 'protected', 'healthy');
    expect(rowOf({ weight: 3, protectedFromScaleIn: true, healthy: false })).to.include({
      weight: 3,
      protected: true,
      healthy: false,
    });
  });
});
