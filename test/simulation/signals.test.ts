import { expect } from 'chai';
import { createGateway } from '../../src/aws/gateway.js';
import { loopOver } from '../../src/engine/rollout/rollout-loop.js';
import { Failure } from '../../src/errors.js';
import type { Decision } from '../../src/model/rollout/decision.js';
import { PLAN } from '../support/groups.js';
import { createStage, stateOf } from '../support/stage.js';

describe('a signal', () => {
  const stageOf = (): ReturnType<typeof createStage> => {
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 3 }]);
    stage.groups[0]?.changeImage('ami-new');
    return stage;
  };

  it('while proving rolls back: the old ones stay, the group is frozen', async () => {
    const stage = stageOf();
    const ending = await stage.run({}, { interruptAfterMs: 40_000 });
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(
      ending.results
        .concat(
          ending.failure?.facts.reasons.map(({ text }) => ({ group: 'web', outcome: 'skipped', why: text })) ?? [],
        )
        .map(({ why }) => why)
        .join(),
    ).to.include('interrupted by SIGINT');
    expect(stateOf(stage)).to.have.nested.property('[0].instances').that.deep.equals(['InService 1', 'InService 1']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('before anything is ours changes nothing', async () => {
    const stage = stageOf();
    const before = stateOf(stage);
    const ending = await stage.run({}, { interruptAfterMs: 1 });
    expect([ending.outcome, ending.failure?.facts.reasons[0]?.code]).to.deep.equal(['refused', 'run.interrupted']);
    expect(stage.changes()).to.deep.equal([]);
    expect(stateOf(stage)).to.deep.equal(before);
  });
});

describe('a decision that would break a rule', () => {
  it('is not carried out: the run stops before it, says which rule, and keeps what is there', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 3 }]);
    const before = stateOf(stage);
    const { region, credentials, requestHandler } = stage.sandbox.clientConfig();
    const gateway = createGateway({ region, credentials: () => Promise.resolve(credentials), requestHandler });
    const deps = {
      gateway,
      clock: stage.sandbox.clock,
      emit: () => undefined,
      interrupt: { received: undefined, wake: new AbortController().signal },
      holderIsGone: () => false,
    };
    const mad = (): Decision => ({
      kind: 'act',
      actions: [
        { action: { type: 'terminate', group: 'web', half: 'old', instances: ['i-1'], decrement: true }, why: 'a bug' },
      ],
      progress: [],
    });
    const failure: unknown = await loopOver(deps, PLAN, mad).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Failure);
    expect((failure as Failure).facts.code).to.equal('guard.broken');
    expect((failure as Failure).facts.what).to.include('terminate on web: run (nobody) holds it');
    expect(stateOf(stage)).to.deep.equal(before);
  });
});
