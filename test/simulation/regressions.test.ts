import { expect } from 'chai';
import { autoScalingState } from '../../src/sandbox/world/autoscaling/state.js';
import { scriptedHooks } from '../support/scripted-hooks.js';
import { putUnderStack, STACK } from '../support/stack-of-groups.js';
import { createStage, stateOf } from '../support/stage.js';

/** What drawn worlds once found, each in the shortest story that shows it. */
describe('what seeds once found', () => {
  it('771: the reply to the removal of the notes is lost; they are not taken for removed by somebody else and written again', async () => {
    for (const image of ['ami-new', 'ami-bad']) {
      const stage = createStage(
        {
          images: { 'ami-bad': { behaviour: 'missing' } },
          faults: [{ kind: 'lostReply', calls: 'autoscaling:DeleteTags', rate: 1 }],
        },
        [
          { name: 'web', size: 2, min: 1, max: 3 },
          // Still at work for minutes when the notes of the first are gone.
          { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], drain: 120 },
        ],
      );
      for (const group of stage.groups) group.changeImage(image);
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal(image === 'ami-new' ? 'swapped' : 'swapRolledBack');
      expect(
        ending.events.filter((event) => event.type === 'action.started' && event.action.type === 'rewrite'),
      ).to.deep.equal([]);
      expect(
        stateOf(stage)
          .flatMap((group) => (group as { readonly tags: readonly string[] }).tags)
          .filter((tag) => tag !== 'ha-updater:frozen'),
      ).to.deep.equal([]);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('somebody removes the notes while the stack is being updated: they are written again once it is quiet', async () => {
    // The run starts when the group (300 s) and its stack (150 s) are made.
    const stage = createStage({ faults: [{ kind: 'meddle', group: 'web', at: 500, does: 'removeTags' }] }, [
      { name: 'web', size: 2, min: 1, max: 3 },
    ]);
    const { world, clock } = stage.sandbox;
    putUnderStack(world, ['web'], [55]);
    stage.groups[0]?.changeImage('ami-new');
    const busy: boolean[] = [];
    stage.sandbox.onCall(({ operation, input }) => {
      const writes = operation === 'CreateOrUpdateTags' && JSON.stringify(input).includes('ha-updater:rollout');
      if (writes && clock.now() > world.startedAt + 500_000) busy.push(stage.sandbox.monitor.groupIsBusy('web'));
    });
    const ending = await stage.run({ stack: STACK });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(
      ending.events.filter((event) => event.type === 'action.done' && event.action.type === 'rewrite'),
    ).to.have.length(1);
    expect(busy).to.deep.equal([false]);
    expect(stateOf(stage)).to.deep.equal([
      {
        name: 'web',
        size: [1, 2, 3],
        instances: ['InService 2', 'InService 2'],
        suspended: [],
        tags: ['aws:cloudformation:stack-id'],
      },
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('somebody updates the stack between the verdict and the end: the old ones wait, and then go', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 3 }]);
    putUnderStack(stage.sandbox.world, ['web'], [2_000]);
    stage.groups[0]?.changeImage('ami-new');
    // Its sixth change writes the verdict.
    expect((await stage.run({ stack: STACK }, { killAt: { change: 6, when: 'after' } })).outcome).to.equal('killed');
    stage.sandbox.clock.advanceTo(stage.sandbox.world.startedAt + (300 + 150 + 2_010) * 1000);
    expect(stage.sandbox.monitor.groupIsBusy('web')).to.equal(true);
    const ending = await stage.run({ stack: STACK });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(
      ending.events.some(
        (event) => event.type === 'group.waiting' && event.wait.why.includes('no group is touched meanwhile'),
      ),
    ).to.equal(true);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('reads show the group as it was before its stack changed: that there is nothing to do is not believed at once', async () => {
    for (const [changed, outcome] of [
      [true, 'promoted'],
      [false, 'skipped'],
    ] as const) {
      const stage = createStage({ faults: [{ kind: 'staleReads', service: 'autoscaling', seconds: 12 }] }, [
        { name: 'web', size: 2, min: 1, max: 4, configuration: 'lc' },
      ]);
      stage.groups[0]?.changeImage('ami-new');
      const ending = await stage.run({ changed });
      expect(ending.results.map((result) => result.outcome)).to.deep.equal([outcome]);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('killed between the records of two groups: the next run takes the first back and swaps both', async () => {
    const stage = createStage({}, [
      { name: 'web', size: 2, min: 1, max: 3 },
      { name: 'api', size: 2, min: 1, max: 3 },
    ]);
    for (const group of stage.groups) group.changeImage('ami-new');
    expect((await stage.run({}, { killAt: { change: 1, when: 'after' } })).outcome).to.equal('killed');
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(ending.results.map(({ outcome }) => outcome)).to.deep.equal(['promoted', 'promoted']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('old ones are missing and the start is forced: what takes their place is the canary', async () => {
    for (const plan of [
      { strategy: 'rolling', rolling: { surge: { count: 2 }, unavailable: { count: 0 }, serial: false } },
      {},
    ] as const) {
      const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
        { name: 'web', size: 4, min: 1, max: 8 },
      ]);
      const { world, clock } = stage.sandbox;
      stage.groups[0]?.changeImage('ami-bad');
      stage.sandbox.invoke('autoscaling', 'SuspendProcesses', {
        AutoScalingGroupName: 'web',
        ScalingProcesses: ['Launch'],
      });
      const ids = [...(autoScalingState(world).groups.get('web')?.members.keys() ?? [])].slice(0, 2);
      for (const id of ids)
        stage.sandbox.invoke('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
          InstanceId: id,
          ShouldDecrementDesiredCapacity: false,
        });
      clock.advance(600_000);
      const ending = await stage.run({ ...plan, force: true, gates: { words: [], canary: 2 } });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapRolledBack');
      expect(
        ending.events.flatMap((event) =>
          event.type === 'action.started' && event.action.type === 'resize' ? [event.action.purpose] : [],
        ),
      ).to.deep.equal(['restore']);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('weights overshoot the doubled capacity: what Auto Scaling lets go of it costs nobody his place', async () => {
    for (const image of ['ami-new', 'ami-bad']) {
      const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
        { name: 'web', size: 4, min: 1, max: 9, weights: [1, 3] },
      ]);
      stage.groups[0]?.changeImage(image);
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal(image === 'ami-new' ? 'swapped' : 'swapRolledBack');
      expect(stateOf(stage)).to.have.nested.property('[0].size').that.deep.equals([1, 4, 9]);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('a new one weighs more than the desired capacity may fall by: the roll-back raises it to what is there, and takes it out', async () => {
    const raised: string[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const stage = createStage({ seed, images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
        { name: 'web', size: 4, min: 4, max: 8, weights: [1, 3] },
      ]);
      stage.groups[0]?.changeImage('ami-bad');
      const ending = await stage.run({ gates: { words: [], canary: 2 } });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapRolledBack');
      raised.push(
        ...ending.events.flatMap((event) =>
          event.type === 'action.done' && event.action.type === 'resize' && event.action.purpose === 'fit'
            ? [`${seed}: ${event.action.size.desired}`]
            : [],
        ),
      );
      expect(stateOf(stage)).to.have.nested.property('[0].size').that.deep.equals([4, 4, 8]);
      expect(stage.violations()).to.deep.equal([]);
    }
    expect(raised).not.to.deep.equal([]);
  });

  it('old weights overshoot the desired capacity: a rolling rollout proves as much as its surge launches, and no more is waited for', async () => {
    const hooks = { check: 'check', checkTimeoutMs: 60_000, commandTimeoutMs: 60_000 };
    for (const gates of [undefined, { words: [], hooks }]) {
      const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6, weights: [2] }]);
      stage.groups[0]?.changeImage('ami-new');
      const rolling = { surge: { count: 1 }, unavailable: { count: 0 }, serial: false };
      const ending = await stage.run(
        { strategy: 'rolling', rolling, ...(gates === undefined ? {} : { gates }) },
        gates === undefined
          ? {}
          : { hooks: scriptedHooks(stage.sandbox.clock, () => ({ takesMs: 1_000, code: 0 })).hooks },
      );
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('killed between the notes of a pause on two groups: whoever resumes passes it on both', async () => {
    const begun = async (killAt?: {
      readonly change: number;
      readonly when: 'before';
    }): Promise<ReturnType<typeof createStage>> => {
      const stage = createStage({}, [
        { name: 'web', size: 2, min: 1, max: 3 },
        { name: 'api', size: 4, min: 1, max: 5 },
      ]);
      for (const group of stage.groups) group.changeImage('ami-new');
      expect((await stage.run(PAUSING, killAt === undefined ? {} : { killAt })).outcome).to.equal(
        killAt === undefined ? 'swapped' : 'killed',
      );
      return stage;
    };
    const second = (await begun()).changes().findLastIndex((change) => change.includes('"paused"')) + 1;
    const stage = await begun({ change: second, when: 'before' });
    const { gates, ...plan } = PAUSING;
    expect(gates.pauseAt).to.deep.equal([25, 50]);
    const outcomes: (string | undefined)[] = [];
    for (let run = 0; run < 4; run++) {
      const ending = await stage.run({ ...plan, adoptOnly: true, goOn: true });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      outcomes.push(...ending.results.map(({ outcome }) => outcome));
    }
    expect(outcomes).to.include.members(['promoted', 'skipped']);
    expect(stateOf(stage).flatMap((group) => (group as { readonly tags: readonly string[] }).tags)).to.deep.equal([]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('an instance that waits in a terminating hook when the run begins is of neither half, and nothing waits for it', async () => {
    const settings = {
      LifecycleHookSpecificationList: [
        {
          LifecycleHookName: 'drain',
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          HeartbeatTimeout: 1_200,
          DefaultResult: 'CONTINUE',
        },
      ],
    };
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 4, settings }]);
    const { world, clock } = stage.sandbox;
    const [oldest] = [...(autoScalingState(world).groups.get('web')?.members.values() ?? [])];
    const input = { InstanceId: oldest?.id, ShouldDecrementDesiredCapacity: false };
    world.invoke('autoscaling', 'TerminateInstanceInAutoScalingGroup', input, 'others');
    clock.advance(400_000);
    expect(
      autoScalingState(world)
        .groups.get('web')
        ?.members.get(oldest?.id ?? '')?.lifecycle,
    ).to.equal('Terminating:Wait');
    stage.groups[0]?.changeImage('ami-new');
    const began = clock.now();
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    const doubled = ending.changes.find(({ what }) => what.includes('UpdateAutoScalingGroup'));
    expect((doubled?.at ?? Infinity) - began).to.be.lessThan(60_000);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('weights overshoot the desired capacity: surges and canaries launch what has to be proven all the same', async () => {
    for (const plan of [
      {},
      { gates: { words: [], canary: 2 } },
      { strategy: 'swap', gates: { words: [], canary: 2 } },
    ] as const) {
      for (const [size, weights] of [
        [1, [2]],
        [4, [3]],
      ] as const) {
        const stage = createStage({}, [{ name: 'web', size, min: 1, max: 2 * size, weights: [...weights] }]);
        stage.groups[0]?.changeImage('ami-new');
        const ending = await stage.run({
          strategy: 'rolling',
          rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
          ...plan,
        });
        expect(ending.outcome, `${size} of ${weights.join(', ')}: ${ending.failure?.facts.what ?? ''}`).to.equal(
          'swapped',
        );
        expect(stage.violations()).to.deep.equal([]);
      }
    }
  });
});

const PAUSING = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
  gates: { words: [], pauseAt: [25, 50] },
} as const;
