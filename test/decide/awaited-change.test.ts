import { expect } from 'chai';
import { awaitedStep, beginningOf, BEGINS_WITHIN_MS, ENDS_WITHIN_MS } from '../../src/decide/awaited-change.js';
import type { StackEvent } from '../../src/model/stack/stack.js';

const STACK = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1';
const BEGUN = 1_000_000;

/** An event of the stack itself, or of a resource of it. */
function event(afterMs: number, status: string, more: Partial<StackEvent> = {}): StackEvent {
  return {
    id: `${afterMs} ${status}`,
    stackId: STACK,
    stackName: 'web',
    reason: '',
    at: BEGUN + afterMs,
    logicalId: 'web',
    physicalId: STACK,
    type: 'AWS::CloudFormation::Stack',
    status,
    token: 'ours',
    ...more,
  };
}

const OF_RESOURCE = { logicalId: 'Group', physicalId: 'web-Group', type: 'AWS::AutoScaling::AutoScalingGroup' };

describe('a change of a stack that somebody else sends', () => {
  const begun = { token: 'ours', since: BEGUN - 5_000, begunAt: BEGUN };
  const step = (events: readonly StackEvent[], status: string, afterMs = 60_000) =>
    awaitedStep(begun, { events, status, at: BEGUN + afterMs });
  const BEGINS = event(0, 'UPDATE_IN_PROGRESS');

  it('begins with its first event, whatever the order', () => {
    expect(beginningOf([event(9, 'X'), event(3, 'X'), event(0, 'X', { token: 'theirs' })], 'ours')).to.equal(BEGUN + 3);
    expect(beginningOf([event(0, 'X', { token: 'theirs' })], 'ours')).to.equal(undefined);
  });

  it('is waited for so long until it begins, and so long until it ends', () => {
    const none = { token: 'ours', since: BEGUN };
    const at = (ms: number) => awaitedStep(none, { events: [], status: 'UPDATE_COMPLETE', at: BEGUN + ms });
    expect(at(BEGINS_WITHIN_MS - 1)).to.deep.equal({ kind: 'wait', until: BEGUN + BEGINS_WITHIN_MS });
    expect(at(BEGINS_WITHIN_MS)).to.deep.equal({ kind: 'absent' });
    expect(step([BEGINS], 'UPDATE_IN_PROGRESS', ENDS_WITHIN_MS - 5_001).kind).to.equal('wait');
    expect(step([BEGINS], 'UPDATE_IN_PROGRESS', ENDS_WITHIN_MS - 5_000)).to.deep.equal({ kind: 'endless' });
  });

  for (const [what, events, status, ended] of [
    ['goes on while nothing of it has ended', [BEGINS], 'UPDATE_IN_PROGRESS', undefined],
    [
      'goes on where a resource of it has ended',
      [BEGINS, event(1, 'UPDATE_COMPLETE', OF_RESOURCE)],
      'UPDATE_IN_PROGRESS',
      undefined,
    ],
    ['goes on where the stack shows how it was before', [BEGINS], 'UPDATE_COMPLETE', undefined],
    [
      'goes on where an end is of the change before',
      [event(-1, 'UPDATE_COMPLETE'), BEGINS],
      'UPDATE_IN_PROGRESS',
      undefined,
    ],
    [
      'has ended by its event where the stack lags',
      [BEGINS, event(9, 'UPDATE_COMPLETE')],
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ],
    [
      'has ended by the event of whoever cancelled it',
      [BEGINS, event(9, 'UPDATE_ROLLBACK_COMPLETE', { token: 'theirs' })],
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    [
      'goes on where a roll-back follows a failure',
      [BEGINS, event(9, 'UPDATE_FAILED')],
      'UPDATE_ROLLBACK_IN_PROGRESS',
      undefined,
    ],
    ['has ended where none follows', [BEGINS, event(9, 'UPDATE_FAILED')], 'UPDATE_FAILED', 'UPDATE_FAILED'],
    [
      'is ended by its own end where another change follows',
      [BEGINS, event(9, 'UPDATE_COMPLETE'), event(20, 'UPDATE_IN_PROGRESS', { token: 'next' })],
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ],
  ] as const)
    it(what, () => {
      const found = step(events, status);
      expect(found.kind === 'ended' ? found.status : undefined).to.equal(ended);
    });
});
