import { expect } from 'chai';
import { withNearestName } from '../../../src/app/inspect/nearest-name.js';
import { AwsFault, Failure, noGroups, refused } from '../../../src/errors.js';
import { noStack } from '../../../src/engine/stack/no-stack.js';
import type { Gateway } from '../../../src/engine/gateway.js';
import { commandText } from '../../../src/text/commands/next-command.js';

const LIMITS = { attempts: 1, firstWaitMs: 0, longestWaitMs: 0, totalMs: 0 };
const ARN = 'arn:aws:cloudformation:eu-west-1:123456789012:stack';
const THERE = [
  { name: 'shop-Group-1ABC', stackId: `${ARN}/shop/1` },
  { name: "it's mine", stackId: `${ARN}/stage/2` },
  { name: 'alone' },
];

/** What is told of a failure where these groups are there, and how often somebody asked which. */
async function told(
  error: unknown,
  stack?: string,
  more: { readonly fault?: Error; readonly received?: string } = {},
): Promise<{ readonly failure: unknown; readonly reads: readonly unknown[][] }> {
  const reads: unknown[][] = [];
  const gateway = {
    listGroups: (...asked: unknown[]) => {
      reads.push(asked);
      return more.fault === undefined ? Promise.resolve({ at: 0, groups: THERE }) : Promise.reject(more.fault);
    },
  } as unknown as Gateway;
  const wake = new AbortController().signal;
  const interrupt = { received: more.received, wake };
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const deps = { gateway, clock, emit: () => undefined, interrupt };
  return { failure: await withNearestName(error, { deps, stack, limits: LIMITS }), reads };
}

async function words(error: Failure, stack?: string): Promise<readonly [string, string]> {
  const { failure } = await told(error, stack);
  if (!(failure instanceof Failure)) throw new Error('no failure');
  const [first] = failure.facts.next;
  return [failure.facts.what, first === undefined ? '' : commandText(first)];
}

describe('the name that was probably meant', () => {
  it('is that of a stack with groups', async () => {
    expect(await words(noStack('shop1'), 'shop1')).to.deep.equal([
      'There is no stack shop1. Did you mean shop?',
      'ha-updater status shop',
    ]);
  });

  it('is that of a group, quoted for a shell', async () => {
    const gone = noGroups(['alone1', "it's mind"], []);
    expect(await words(gone)).to.deep.equal([
      "There is no group alone1, it's mind. Did you mean alone, it's mine?",
      `ha-updater status --asg alone --asg 'it'\\''s mine'`,
    ]);
    const reason = { code: 'group.missing', group: 'alone2', text: 'there is no such Auto Scaling group', remedy: '' };
    const [what] = await words(refused('swap.refused', 'The swap was not started.', [reason]));
    expect(what).to.equal('The swap was not started. Did you mean alone?');
  });

  it('costs one read, of ten pages at most, and none where nothing is missing', async () => {
    expect((await told(noStack('shap'), 'shap')).reads).to.deep.equal([[[], 10]]);
    for (const other of [refused('swap.refused', 'No.', []), new Error('bug')]) {
      const { failure, reads } = await told(other, 'shap');
      expect([failure, reads]).to.deep.equal([other, []]);
    }
  });

  it('is not told where none is near, where nobody may look, of balancers and ARNs, and after a signal', async () => {
    const far = noStack('something-else');
    expect((await told(far, 'something-else')).failure).to.equal(far);
    const near = noStack('shap');
    const fault = new AwsFault('denied', 'autoscaling:DescribeAutoScalingGroups', 'AccessDenied', 'No.');
    expect((await told(near, 'shap', { fault })).failure).to.equal(near);
    expect((await told(near, 'shap', { received: 'SIGINT' })).reads).to.deep.equal([]);
    expect((await told(near, `${ARN}/shap/1`)).reads).to.deep.equal([]);
    expect((await told(noGroups(['elb:shap'], []))).reads).to.deep.equal([]);
  });
});
