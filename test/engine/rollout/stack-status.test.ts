import { expect } from 'chai';
import { createStage } from '../../support/stage.js';
import { putUnderStack, STACK } from '../../support/stack-of-groups.js';

/** One outdated group of two under a stack that somebody updates so many seconds after the run begins. */
async function swapUnder(updates: readonly number[]): Promise<{
  readonly outcome: string;
  readonly violations: number;
  readonly calls: readonly { readonly at: number; readonly operation: string }[];
  readonly waits: readonly string[];
}> {
  const stage = createStage({ seed: 3 }, [{ name: 'web', size: 2, max: 4, drain: 60 }]);
  for (const group of stage.groups) group.changeImage('ami-new');
  putUnderStack(stage.sandbox.world, ['web'], updates);
  const from = stage.sandbox.clock.now();
  const calls: { at: number; operation: string }[] = [];
  stage.sandbox.onCall(({ at, operation }) => calls.push({ at: (at - from) / 1000, operation }));
  const { outcome, events } = await stage.run({ stack: STACK });
  const waits = events.flatMap((event) => (event.type === 'group.waiting' ? [event.wait.why] : []));
  return { outcome, violations: stage.violations().length, calls, waits };
}

describe('the status of the stack in a rollout', () => {
  it('is asked for at the first look and where something is done, and now and then while it waits', async () => {
    const { outcome, calls } = await swapUnder([]);
    expect(outcome).to.equal('swapped');
    const asked = calls.filter(({ operation }) => operation === 'DescribeStacks').length;
    const looks = calls.filter(({ operation }) => operation === 'DescribeAutoScalingGroups').length;
    const acts = calls.filter(({ operation }) => !operation.startsWith('Describe')).length;
    // Every 15 s at most where nothing is done.
    expect(asked).to.be.within(5, acts + 2 + Math.ceil((calls.at(-1)?.at ?? 0) / 15));
    expect(looks).to.be.greaterThan(1.5 * asked);
  });

  for (const at of [30, 60, 80, 100])
    it(`keeps the group untouched while the stack is updated ${at} s after the begin`, async () => {
      const { outcome, violations } = await swapUnder([at]);
      expect({ outcome, violations }).to.deep.equal({ outcome: 'swapped', violations: 0 });
    });

  it('says soon that the stack is in progress, also while there is nothing to do', async () => {
    const { waits } = await swapUnder([40]);
    expect(waits.some((why) => why.includes('is in UPDATE_IN_PROGRESS'))).to.equal(true);
  });
});
