import { expect } from 'chai';
import { cancelUpdate } from '../../../src/engine/stack/cancel-update.js';
import { STACK_TIMING } from '../../../src/engine/stack/stack-change.js';
import { Failure } from '../../../src/errors.js';
import { ScriptedStack, type Beat } from './scripted-stack.js';

/** A stack that is being updated by somebody, and what CloudFormation tells once it was asked to cancel that. */
function updating(afterCancel: readonly Beat[]): ScriptedStack {
  const web = new ScriptedStack();
  web.add({ after: 0, id: 'web', status: 'UPDATE_IN_PROGRESS', token: 'somebody' });
  web.afterCancel = afterCancel;
  return web;
}

const back = (after: number): readonly Beat[] => [
  { after, id: 'web', status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'User Initiated', token: 'ours' },
  { after: after + 20, id: 'web', status: 'UPDATE_ROLLBACK_COMPLETE', token: 'ours' },
];

async function cancelled(web: ScriptedStack): Promise<Failure | undefined> {
  const order = { stack: 'web', token: 'ours', timing: STACK_TIMING };
  return cancelUpdate(web.deps(), order, web.stack!).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Failure) return error;
      throw error;
    },
  );
}

describe('an update that is cancelled', () => {
  for (const [what, seconds] of [
    ['at once', 1],
    ['once what it works on has ended, of which nothing is told for minutes', 240],
  ] as const)
    it(`goes back ${what}`, async () => {
      const web = updating(back(seconds));
      const began = web.clock.now();
      expect(await cancelled(web)).to.equal(undefined);
      expect(web.count('cancelUpdate')).to.equal(1);
      expect((web.clock.now() - began) / 1_000).to.be.within(seconds + 20, seconds + 30);
    });

  it('that nothing is ever told of is given up, and CloudFormation goes on', async () => {
    const web = updating([]);
    const began = web.clock.now();
    const failure = await cancelled(web);
    expect([failure?.facts.code, failure?.facts.left]).to.deep.equal([
      'cancel.notBack',
      'CloudFormation accepted the cancellation: it rolls back by itself, once what it is working on has ended.',
    ]);
    expect(web.clock.now() - began).to.be.within(STACK_TIMING.silenceMs, STACK_TIMING.silenceMs + 30_000);
  });
});
