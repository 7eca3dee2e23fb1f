import type { Instance } from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { idsOf, instancesOf, sizesOf } from '../../support/ask.js';
import { call } from '../../support/sandbox.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { callBackAll, createStage, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const IGNORE = { protected: 'ignore' } as const;
const rolling = (serial: boolean): Partial<Plan> => ({
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial },
});
const EACH = [{}, rolling(false), rolling(true)];

function protect({ sandbox: { world } }: Stage, ids: readonly string[], on = true): void {
  const what = { AutoScalingGroupName: 'web', InstanceIds: ids, ProtectedFromScaleIn: on };
  call(world, 'autoscaling', 'SetInstanceProtection', what);
}

/** A group of four whose two oldest are protected, and their ids. */
function stageOf(
  image = 'ami-new',
  faults: readonly Fault[] = [],
  healthCheckType: 'EC2' | 'ELB' = 'ELB',
): { readonly stage: Stage; readonly ids: readonly string[] } {
  const images = { 'ami-bad': { behaviour: 'unhealthy' } } as const;
  const stage = createStage({ images, faults }, [{ name: 'web', size: 4, min: 3, max: 6, drain: 5, healthCheckType }]);
  const ids = idsOf(stage.sandbox.world).slice(0, 2);
  protect(stage, ids);
  stage.groups[0]?.changeImage(image);
  return { stage, ids };
}

const versionOf = (one: Instance): string | undefined => one.LaunchTemplate?.Version ?? one.LaunchConfigurationName;

/** The rest is new, and the group is as it was. */
function expectReplaced(stage: Stage, ids: readonly string[]): void {
  const { world } = stage.sandbox;
  const all = instancesOf(world);
  const was = all.filter(({ InstanceId: id }) => ids.includes(id!));
  const ran = new Set(was.map(versionOf));
  expect([all.length, was.length]).to.deep.equal([4, 2]);
  expect(all.filter((one) => ran.has(versionOf(one)))).to.have.length(2);
  expect(sizesOf(world)).to.deep.equal([3, 6, 4]);
  expect(stage.violations()).to.deep.equal([]);
}

const warned = ({ events }: Ending, code: string): readonly string[] =>
  events.flatMap((event) => (event.type === 'warning' && event.reason.code === code ? [event.reason.remedy] : []));

describe('protected instances that are ignored', () => {
  it('stay old beside the new ones, by each strategy, and that is told before; a second run has nothing to do', async () => {
    for (const plan of EACH) {
      const { stage, ids } = stageOf();
      const ending = await stage.run({ ...plan, ...IGNORE });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(warned(ending, 'group.protected')).to.deep.equal(['2 of its instances stay old (--protected ignore).']);
      expectReplaced(stage, ids);
      const again = await stage.run({ ...plan, ...IGNORE });
      expect(
        again.results.map(({ outcome, why }) => [outcome, why.replace(/run .* already/, 'run X already')]),
      ).to.deep.equal([
        ['skipped', 'all 2 other instances run X already; 2 that are protected from scale-in stay as they are'],
      ]);
    }
  });

  it('stay when all is rolled back, and when a run is killed and another one goes on that was told nothing', async () => {
    const bad = stageOf('ami-bad');
    expect((await bad.stage.run(IGNORE)).outcome).to.equal('swapRolledBack');
    expect(idsOf(bad.stage.sandbox.world))
      .to.have.length(4)
      .and.include.members([...bad.ids]);
    expect(bad.stage.violations()).to.deep.equal([]);
    for (const plan of [{}, rolling(false)])
      for (const change of [1, 5, 7, 9])
        for (const when of ['before', 'after'] as const) {
          const { stage, ids } = stageOf();
          await stage.run({ ...plan, ...IGNORE }, { killAt: { change, when } } satisfies Mishap);
          await stage.run({ adoptOnly: true });
          if (change > 1) expectReplaced(stage, ids);
          else expect(stage.violations()).to.deep.equal([]);
        }
  });

  it('stay where their protection is lifted meanwhile, and beside sizes that others set', async () => {
    for (const plan of EACH.slice(0, 2)) {
      const { stage, ids } = stageOf();
      stage.sandbox.clock.after(70_000, () => protect(stage, ids.slice(0, 1), false));
      const { outcome, failure } = await stage.run({ ...plan, ...IGNORE });
      expect(outcome, failure?.facts.what).to.equal('swapped');
      expect(sizesOf(stage.sandbox.world)).to.deep.equal([3, 6, 4]);
      // Where one more was launched to even out the zones, Auto Scaling may choose who is not protected any more.
      expect(idsOf(stage.sandbox.world))
        .to.have.length(4)
        .and.include.members(plan === EACH[0] ? [...ids] : ids.slice(1));
      // The monitor takes whoever lifts the protection for the run.
      expect(stage.violations().filter(({ rule }) => rule !== 'protection')).to.deep.equal([]);
    }
    const { stage, ids } = stageOf('ami-new', [{ kind: 'resize', group: 'web', at: 370, max: 9, desired: 8 }]);
    const ending = await stage.run(IGNORE);
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([3, 9, 8]);
    expect(idsOf(stage.sandbox.world))
      .to.have.length(8)
      .and.include.members([...ids]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('count in every size that is told, and in the instances that a report draws', async () => {
    const { stage, ids } = stageOf('ami-new', [{ kind: 'resize', group: 'web', at: 370, max: 9, desired: 8 }]);
    await stage.run(IGNORE, { killAt: { change: 9, when: 'after' } });
    const { events } = await stage.run(IGNORE);
    const told = events.flatMap((event): readonly number[] => {
      switch (event.type) {
        case 'group.progress':
          return [event.progress.size.min];
        case 'action.done':
          if ('record' in event.action && event.action.record.strategy === 'swap')
            return [event.action.record.size.min];
          return event.action.type === 'resize' ? [event.action.size.min] : [];
        case 'group.adopted':
          return [event.record?.size.min ?? 3];
        default:
          return [];
      }
    });
    expect(told.length).to.be.greaterThan(3);
    expect([...new Set(told)]).to.deep.equal([3]);
    expect(warned({ events } as Ending, 'group.resized').join()).to.contain('min 3, desired 8, max 9');
    const rows = events.flatMap((event) => (event.type === 'group.instances' ? event.instances : []));
    expect(rows.filter(({ id }) => ids.includes(id)).map(({ half }) => half)).to.include('old');
  });

  it('are told once, as long as nothing of them changes, and told as gone when they go', async () => {
    const { stage, ids } = stageOf();
    const [lost = ''] = ids;
    let taken = false;
    stage.sandbox.onCall(({ operation }) => {
      if (taken || operation !== 'UpdateAutoScalingGroup') return;
      taken = true;
      stage.sandbox.clock.after(30_000, () =>
        call(stage.sandbox.world, 'ec2', 'TerminateInstances', { InstanceIds: [lost] }),
      );
    });
    const { events, outcome } = await stage.run(IGNORE);
    expect(outcome).to.equal('swapped');
    const told = events.flatMap((event) => (event.type === 'group.instances' ? [event] : []));
    const rows = told.flatMap(({ instances }) => instances).map((row) => JSON.stringify(row));
    expect(rows).to.deep.equal([...new Set(rows)]);
    expect(told.flatMap(({ gone }) => gone)).to.include(lost);
  });

  for (const [where, wanted, gates] of [
    ['before the verdict', 'SuspendProcesses', { words: [], bakeMs: 600_000 }],
    ['out of a window', 'EnterStandby', { words: [], keepMs: 600_000 }],
  ] as const)
    it(`are missed as old ones are when they go: a roll-back leaves what serves for them, ${where}`, async () => {
      const { stage, ids } = stageOf();
      const [lost = ''] = ids;
      const { world, clock } = stage.sandbox;
      let begun = false;
      stage.sandbox.onCall(({ operation }) => {
        if (begun || operation !== wanted) return;
        begun = true;
        clock.after(20_000, () =>
          world.invoke(
            'autoscaling',
            'TerminateInstanceInAutoScalingGroup',
            { InstanceId: lost, ShouldDecrementDesiredCapacity: false },
            'others',
          ),
        );
        clock.after(400_000, () => callBackAll(stage.sandbox));
      });
      const asked = await stage.run({ ...IGNORE, gates });
      // Before the verdict both sets are left, as where any old one is missing, and a person decides.
      if (where === 'before the verdict') {
        expect(asked.failure?.facts.what).to.contain('would leave less than 4 in service');
        expect(stage.sandbox.monitor.inService('web')).to.equal(6);
      }
      const ending = where === 'before the verdict' ? await stage.run({ adoptOnly: true, undo: true }) : asked;
      expect(ending.failure?.facts.code).to.equal(asked === ending ? 'swap.rolledBackInPart' : undefined);
      clock.advance(600_000);
      expect(idsOf(world)).not.to.include(lost);
      expect(stage.sandbox.monitor.inService('web')).to.equal(4);
      expect(sizesOf(world)).to.deep.equal([3, 6, 4]);
      expect(stage.violations()).to.deep.equal([]);
    });

  it('use up what may be out of service while they do not serve, and keep a rollout from starting', async () => {
    const unavailable = { surge: { count: 0 }, unavailable: { count: 1 }, serial: false };
    // Auto Scaling does not mind what the balancer says of it.
    const { stage, ids } = stageOf('ami-new', [], 'EC2');
    const { world, clock } = stage.sandbox;
    const told = (operation: string): unknown =>
      world.invoke(
        'elb',
        operation,
        { LoadBalancerName: 'web-classic', Instances: [{ InstanceId: ids[0] }] },
        'others',
      );
    told('DeregisterInstancesFromLoadBalancer');
    clock.advance(60_000);
    const plan = { strategy: 'rolling', rolling: unavailable, ...IGNORE } as const;
    const refused = await stage.run(plan);
    expect([refused.outcome, refused.failure?.facts.reasons[0]?.code]).to.deep.equal(['refused', 'group.unsettled']);
    expect(refused.failure?.facts.what).to.contain(ids[0]);
    const began = clock.now();
    clock.after(300_000, () => told('RegisterInstancesWithLoadBalancer'));
    const ending = await stage.run({ ...plan, force: true });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expectReplaced(stage, ids);
    const first = ending.changes.find(({ what }) => what.includes('Terminate'));
    expect((first?.at ?? 0) - began).to.be.greaterThan(300_000);
  });

  it('are refused beside weights, where a swap could not shield the other old ones', async () => {
    const group = { name: 'web', size: 4, min: 3, max: 8, configuration: 'lt', weights: [2, 1] } as const;
    const stage = createStage({}, [group]);
    protect(stage, idsOf(stage.sandbox.world).slice(0, 1));
    stage.groups[0]?.changeImage('ami-new');
    const { outcome, failure } = await stage.run(IGNORE);
    expect(outcome).to.equal('refused');
    expect(failure?.facts.reasons[0]?.text).to.contain('its instances have weights');
    expect((await stage.run({ protected: 'refresh' })).outcome).to.equal('swapped');
  });

  it('that are all there is leave nothing to do', async () => {
    const { stage } = stageOf();
    protect(stage, idsOf(stage.sandbox.world));
    const { results } = await stage.run(IGNORE);
    expect(results.map(({ why }) => why)).to.deep.equal(['all its 4 instances are protected (--protected ignore)']);
  });
});
