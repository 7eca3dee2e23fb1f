import { expect } from 'chai';
import type { Gates, Plan } from '../../../src/model/rollout/rollout-plan.js';
import { instancesOf } from '../../support/ask.js';
import { createStage, stateOf, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const PROMOTED = [
  { name: 'web', size: [1, 4, 5], instances: Array.from({ length: 4 }, () => 'InService 2'), suspended: [], tags: [] },
];
const FROZEN = [
  'AZRebalance',
  'AlarmNotification',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

function stageWith(
  images: readonly string[] = ['ami-new'],
  faults: Parameters<typeof createStage>[0]['faults'] = [],
): Stage {
  const groups = [
    { name: 'web', size: 4, min: 1, max: 5 },
    { name: 'api', size: 3, min: 0, max: 3, configuration: 'lc' as const },
  ].slice(0, images.length);
  const stage = createStage(
    { images: { 'ami-bad': { behaviour: 'unhealthy' }, 'ami-gone': { behaviour: 'missing' } }, faults },
    groups,
  );
  stage.groups.forEach((group, index) => group.changeImage(images[index] ?? ''));
  return stage;
}

const gates = (differs: Partial<Gates>): Partial<Plan> => ({ gates: { words: [], ...differs } });
const run = (stage: Stage, differs: Partial<Gates>, mishap: Mishap = {}, plan: Partial<Plan> = {}): Promise<Ending> =>
  stage.run({ ...gates(differs), ...plan }, mishap);
const resume = (stage: Stage, mishap: Mishap = {}, differs: Partial<Plan> = {}): Promise<Ending> =>
  stage.run({ adoptOnly: true, goOn: true, ...differs }, mishap);
const resizes = (stage: Stage): readonly string[] =>
  stage.changes().flatMap((change) => /^resize .*"desired":(\d+)/.exec(change)?.[1] ?? []);

/** The most instances that a group ever had, those that leave not counted. */
function most(stage: Stage, name = 'web'): number {
  return Math.max(
    ...stage.sandbox.monitor.timeline.filter(({ group }) => group === name).map((point) => point.old + point.new),
  );
}

describe('a canary', function () {
  this.timeout(120_000);
  it('is proven before the rest is launched, and counts', async () => {
    const stage = stageWith();
    const ending = await run(stage, { canary: 1 });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(resizes(stage)).to.deep.equal(['5', '8']);
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('of a bad image costs its instances and no more', async () => {
    const stage = stageWith(['ami-bad']);
    const { outcome, failure } = await run(stage, { canary: 2 });
    expect(outcome).to.equal('swapRolledBack');
    expect(failure?.facts.what).to.include('(0 of 2, the canary)');
    expect(most(stage)).to.equal(6);
    expect(resizes(stage)).to.deep.equal(['6']);
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 4, 5], suspended: FROZEN, tags: ['ha-updater:frozen'] });
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is waited for in every group that is judged together', async () => {
    const stage = stageWith(['ami-new', 'ami-gone']);
    expect((await run(stage, { canary: 1 })).outcome).to.equal('swapRolledBack');
    expect(most(stage)).to.equal(5);
    expect(stage.violations()).to.deep.equal([]);
  });

  it("is each group's own when they are judged alone", async () => {
    const stage = stageWith(['ami-new', 'ami-gone']);
    const ending = await run(stage, { canary: 1 }, {}, { together: false });
    expect(ending.failure?.facts.reasons.map(({ group }) => group)).to.deep.equal(['api']);
    expect(stateOf(stage).find((group) => (group as { name: string }).name === 'web')).to.deep.equal(PROMOTED[0]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('of the whole group is an ordinary swap', async () => {
    const stage = stageWith();
    expect((await run(stage, { canary: 4 })).outcome).to.equal('swapped');
    expect(resizes(stage)).to.deep.equal(['8']);
  });

  it('is in the record, so that whoever resumes keeps to it', async () => {
    for (let change = 1; change <= 5; change++) {
      const stage = stageWith(['ami-bad']);
      expect((await run(stage, { canary: 1 }, { killAt: { change, when: 'after' } })).outcome).to.equal('killed');
      expect((await resume(stage, {}, { swap: 'outdated' })).outcome, `change ${change}`).to.be.oneOf([
        'swapped',
        'swapRolledBack',
      ]);
      expect(most(stage)).to.be.at.most(5);
      expect(stage.violations()).to.deep.equal([]);
    }
  });
});

describe('a bake', () => {
  it('keeps all that is proven in service for its time before the verdict', async () => {
    const plain = stageWith();
    const began = plain.sandbox.clock.now();
    await run(plain, {});
    const baked = stageWith();
    expect((await run(baked, { bakeMs: 600_000 })).outcome).to.equal('swapped');
    const longer = baked.sandbox.clock.now() - plain.sandbox.clock.now();
    expect(plain.sandbox.clock.now()).to.be.greaterThan(began);
    expect(longer).to.be.within(600_000, 630_000);
    expect(stateOf(baked)).to.deep.equal(PROMOTED);
  });

  it('starts anew when one of them falls out of service', async () => {
    const calm = stageWith();
    await run(calm, { bakeMs: 600_000 });
    // Auto Scaling does not mind what the balancer says of it.
    const stage = createStage({}, [{ name: 'web', size: 4, min: 1, max: 5, healthCheckType: 'EC2' }]);
    stage.groups[0]?.changeImage('ami-new');
    const { world, clock } = stage.sandbox;
    const out = (ms: number, operation: string): unknown =>
      clock.after(ms, () => {
        const Instances = instancesOf(world)
          .slice(-1)
          .map(({ InstanceId }) => ({ InstanceId }));
        // Somebody else does it: nothing of it is the run's.
        world.invoke('elb', operation, { LoadBalancerName: 'web-classic', Instances }, 'others');
      });
    out(500_000, 'DeregisterInstancesFromLoadBalancer');
    out(560_000, 'RegisterInstancesWithLoadBalancer');
    const ending = await run(stage, { bakeMs: 600_000 });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(stage.sandbox.clock.now() - calm.sandbox.clock.now()).to.be.greaterThan(300_000);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('follows the canary too', async () => {
    const stage = stageWith();
    const { outcome, events } = await run(stage, { canary: 1, bakeMs: 300_000 });
    expect(outcome).to.equal('swapped');
    const bakes = new Set(
      events.flatMap((event) =>
        event.type === 'group.waiting' && event.wait.phase === 'bake' ? [event.wait.why] : [],
      ),
    );
    expect([...bakes]).to.deep.equal([
      '1 new instance is proven and has to stay in service for 300 s',
      '4 new instances are proven and have to stay in service for 300 s',
    ]);
  });

  it('is ended by a signal', async () => {
    const stage = stageWith();
    expect((await run(stage, { bakeMs: 3_000_000 }, { interruptAfterMs: 600_000 })).outcome).to.equal('swapRolledBack');
    expect(stage.violations()).to.deep.equal([]);
  });
});

describe('a pause', function () {
  this.timeout(120_000);
  for (const otherHost of [false, true]) {
    it(`is resumed in the same second, while reads still show what was before it, ${otherHost ? 'from another host' : 'from the same host'}`, async () => {
      for (const seed of [1, 2, 3]) {
        const stage = createStage({ seed, faults: [{ kind: 'staleReads', service: 'autoscaling', seconds: 20 }] }, [
          { name: 'web', size: 4, min: 1, max: 5 },
        ]);
        stage.groups[0]?.changeImage('ami-new');
        const endings = [
          await run(stage, { canary: 1, pauseAt: [25] }, { otherHost }),
          await resume(stage, { otherHost }),
        ];
        const said = endings.map(({ results, failure }) => results[0]?.outcome ?? failure?.facts.what);
        expect(said, `seed ${seed}`).to.deep.equal(['paused', 'promoted']);
        expect(stateOf(stage)).to.deep.equal(PROMOTED);
        expect(stage.violations()).to.deep.equal([]);
      }
    });
  }

  it('stops with the record kept and no lease, and resume goes on to the next one and to the end', async () => {
    const stage = stageWith();
    const first = await run(stage, { canary: 1, pauseAt: [10, 60] });
    expect(first.outcome, first.failure?.facts.what).to.equal('swapped');
    expect(first.results).to.deep.equal([
      { group: 'web', outcome: 'paused', why: 'at 10 %, as asked; its record is kept until somebody resumes it' },
    ]);
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 5, 5], tags: ['ha-updater:gates', 'ha-updater:rollout'] });
    stage.sandbox.clock.advance(24 * 3_600_000);
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 5, 5] });

    const again = await run(stage, { canary: 1, pauseAt: [10, 60] });
    expect(again.outcome).to.equal('refused');
    expect(again.failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.paused']);

    const second = await resume(stage);
    expect(second.results.map(({ outcome }) => outcome)).to.deep.equal(['paused']);
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 8, 8], tags: ['ha-updater:gates', 'ha-updater:rollout'] });
    const third = await resume(stage);
    expect(third.results.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('can be rolled back', async () => {
    const stage = stageWith();
    await run(stage, { pauseAt: [100] });
    expect(instancesOf(stage.sandbox.world).length).to.equal(8);
    const { results } = await stage.run({ adoptOnly: true, undo: true });
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(['rolledBack']);
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 4, 5], tags: ['ha-updater:frozen'] });
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is one for all groups that are judged together', async () => {
    const stage = stageWith(['ami-new', 'ami-new']);
    const { results } = await run(stage, { canary: 1, pauseAt: [20] });
    expect(results.map(({ group, outcome }) => `${group} ${outcome}`)).to.deep.equal(['web paused', 'api paused']);
    expect(stateOf(stage).map((group) => (group as { size: number[] }).size[1])).to.have.members([5, 4]);
    const last = await resume(stage);
    expect(last.results.map(({ outcome }) => outcome)).to.deep.equal(['promoted', 'promoted']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('killed at any change, nobody goes beyond a pause but by resume, and resuming ends well', async () => {
    const small = (): Stage => {
      const stage = createStage({}, [
        { name: 'web', size: 2, balancers: ['target-group'] },
        { name: 'api', size: 2, balancers: [], configuration: 'lc' },
      ]);
      for (const group of stage.groups) group.changeImage('ami-new');
      return stage;
    };
    const calm = small();
    await run(calm, { canary: 1, bakeMs: 20_000, pauseAt: [20] });
    const changes = calm.changes();
    for (let change = 1; change <= changes.length; change++) {
      // Killed before a change is killed after the one before it; both matter where a change is two calls.
      for (const when of change % 2 === 0 ? (['before', 'after'] as const) : (['after'] as const)) {
        const stage = small();
        const at = `killed ${when} change ${change}, ${changes[change - 1] ?? ''}`;
        expect(
          (await run(stage, { canary: 1, bakeMs: 20_000, pauseAt: [20] }, { killAt: { change, when } })).outcome,
          at,
        ).to.equal('killed');
        const second = await run(stage, { canary: 1, bakeMs: 20_000, pauseAt: [20] });
        expect(
          second.outcome === 'refused' ? second.failure?.facts.reasons[0]?.code : second.results[0]?.outcome,
          at,
        ).to.be.oneOf(['paused', 'group.paused']);
        expect(
          stateOf(stage).map((group) => (group as { size: number[] }).size[1]),
          at,
        ).to.have.members([3, 3]);
        let ending = await resume(stage);
        // One of the groups had not noted the pause: then both stop there once more.
        if (ending.results.some(({ outcome }) => outcome === 'paused')) ending = await resume(stage);
        expect(
          ending.results.map(({ outcome }) => outcome),
          at,
        ).to.deep.equal(['promoted', 'promoted']);
        expect(stage.violations(), at).to.deep.equal([]);
      }
    }
  });

  it('survives lost replies and reads that lag', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const stage = createStage(
        {
          seed,
          faults: [
            { kind: 'lostReply', calls: 'autoscaling:*', rate: 0.3 },
            { kind: 'staleReads', service: 'autoscaling', seconds: 20 },
          ],
        },
        [{ name: 'web', size: 4, min: 1, max: 5 }],
      );
      stage.groups[0]?.changeImage('ami-new');
      const first = await run(stage, { canary: 1, pauseAt: [20] });
      expect(
        first.results.map(({ outcome }) => outcome),
        `seed ${seed}: ${first.failure?.facts.what ?? first.outcome}`,
      ).to.deep.equal(['paused']);
      expect(stateOf(stage)[0]).to.deep.include({ size: [1, 5, 5] });
      // A person takes longer than reads lag.
      stage.sandbox.clock.advance(30_000);
      let ending = await resume(stage, { otherHost: true });
      if (ending.results.some(({ outcome }) => outcome === 'paused')) ending = await resume(stage);
      expect(
        ending.results.map(({ outcome }) => outcome),
        `seed ${seed}: ${ending.outcome} ${JSON.stringify(ending.failure?.facts)}`,
      ).to.deep.equal(['promoted']);
      expect(stage.violations()).to.deep.equal([]);
    }
  });
});

describe('stages of a rolling rollout', function () {
  this.timeout(120_000);
  const rolling = (surge: number, unavailable = 0): Partial<Plan> => ({
    strategy: 'rolling',
    rolling: { surge: { count: surge }, unavailable: { count: unavailable }, serial: false },
  });
  const terminations = (stage: Stage): readonly number[] =>
    stage
      .changes()
      .flatMap((change) =>
        change.startsWith('terminate ')
          ? [(JSON.parse(change.slice('terminate '.length)) as [string, string[]])[1].length]
          : [],
      );

  it('the canary comes before the whole surge, and a bad image costs no more', async () => {
    const good = stageWith();
    const ending = await run(good, { canary: 1 }, {}, rolling(3));
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(resizes(good).slice(0, 2)).to.deep.equal(['5', '7']);
    expect(stateOf(good)).to.deep.equal(PROMOTED);
    expect(good.violations()).to.deep.equal([]);
    const bad = stageWith(['ami-bad']);
    expect((await run(bad, { canary: 1 }, {}, rolling(3))).outcome).to.equal('swapRolledBack');
    expect(most(bad)).to.equal(5);
    expect(bad.violations()).to.deep.equal([]);
  });

  it('terminating first, the canary goes alone', async () => {
    const stage = stageWith();
    const ending = await run(stage, { canary: 1 }, {}, rolling(0, 3));
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(terminations(stage)).to.deep.equal([1, 3]);
    // As few as one may serve.
    expect(stage.violations().filter(({ rule }) => rule !== 'capacity')).to.deep.equal([]);
  });

  it('it bakes between batches', async () => {
    const times: number[] = [];
    const stage = stageWith();
    stage.sandbox.onCall(
      ({ operation, at }) => void (operation === 'TerminateInstanceInAutoScalingGroup' && times.push(at)),
    );
    const ending = await run(stage, { bakeMs: 300_000 }, {}, rolling(1));
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(times.length).to.equal(4);
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).to.be.at.least(300_000);
    expect(stage.violations()).to.deep.equal([]);
  });

  for (const [title, plan] of [
    ['one above', rolling(1)],
    ['three above', rolling(3)],
    ['two below', rolling(0, 2)],
  ] as const) {
    it(`it pauses at exactly the parts that were asked for, ${title}, and resume goes on`, async () => {
      const stage = stageWith();
      const fresh = (): number =>
        instancesOf(stage.sandbox.world).filter((instance) => instance.LaunchTemplate?.Version === '2').length;
      let ending = await run(stage, { pauseAt: [25, 75] }, {}, plan);
      const stops: number[] = [];
      for (let runs = 0; runs < 4 && ending.results.some(({ outcome }) => outcome === 'paused'); runs++) {
        stops.push(fresh());
        expect((stateOf(stage)[0] as { readonly tags: readonly string[] }).tags)
          .to.include.members(['ha-updater:gates', 'ha-updater:rollout'])
          .and.not.include('ha-updater:lease');
        stage.sandbox.clock.advance(3_600_000);
        expect((await run(stage, { pauseAt: [25, 75] }, {}, plan)).failure?.facts.reasons[0]?.code).to.equal(
          'group.paused',
        );
        ending = await resume(stage);
      }
      expect(
        ending.results.map(({ outcome }) => outcome),
        ending.failure?.facts.what,
      ).to.deep.equal(['promoted']);
      expect(stops).to.deep.equal(title === 'three above' ? [3] : [1, 3]);
      expect(stateOf(stage)).to.deep.equal(PROMOTED);
      expect(stage.violations().filter(({ rule }) => rule !== 'capacity' || title !== 'two below')).to.deep.equal([]);
    });
  }

  it('groups that take turns pause as one cluster', async () => {
    const stage = stageWith(['ami-new', 'ami-new']);
    const serial: Partial<Plan> = {
      strategy: 'rolling',
      rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: true },
    };
    const first = await run(stage, { pauseAt: [50] }, {}, serial);
    expect(
      first.results.map(({ outcome }) => outcome),
      first.failure?.facts.what,
    ).to.deep.equal(['paused', 'paused']);
    let ending = await resume(stage);
    for (let runs = 0; runs < 3 && ending.results.some(({ outcome }) => outcome === 'paused'); runs++)
      ending = await resume(stage);
    expect(
      ending.results.map(({ outcome }) => outcome),
      ending.failure?.facts.what,
    ).to.deep.equal(['promoted', 'promoted']);
    expect(stage.violations()).to.deep.equal([]);
  });
});

describe('gates that the record names and a run lacks', () => {
  const hooks = { check: 'check', checkTimeoutMs: 60_000, commandTimeoutMs: 300_000 };
  const begun = async (): Promise<Stage> => {
    const stage = stageWith();
    const yes = { run: () => Promise.resolve({ ok: true, words: 'exit 0', output: '' }) };
    expect((await run(stage, { hooks }, { killAt: { change: 4, when: 'after' }, hooks: yes })).outcome).to.equal(
      'killed',
    );
    return stage;
  };

  it('are asked for again', async () => {
    const stage = await begun();
    const { outcome, failure } = await resume(stage);
    expect(outcome).to.equal('refused');
    expect(failure?.facts.reasons.map(({ code, text }) => `${code}: ${text}`)).to.deep.equal([
      'group.gates: run run-1 was begun with --check-command, and this run has none',
    ]);
    expect(stage.changes()).to.deep.equal([]);
  });

  it('are left out when the user says so, and do not matter to a roll-back', async () => {
    const stage = await begun();
    expect((await resume(stage, {}, gates({ without: true }))).results.map(({ outcome }) => outcome)).to.deep.equal([
      'promoted',
    ]);
    const other = await begun();
    expect((await other.run({ adoptOnly: true, undo: true })).results.map(({ outcome }) => outcome)).to.deep.equal([
      'rolledBack',
    ]);
  });
});
