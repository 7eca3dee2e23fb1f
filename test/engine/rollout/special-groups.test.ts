import { expect } from 'chai';
import type { Reason } from '../../../src/model/rollout/decision.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { idsOf, instancesOf } from '../../support/ask.js';
import { call, standardGroup } from '../../support/sandbox.js';
import { createStage, type Stage } from '../../support/stage.js';

const SHIFT: Fault = { kind: 'zonalShift', zone: 'eu-west-1a', from: 200 };

function stageOf(settings: object, faults: readonly Fault[] = []): Stage {
  const stage = createStage({ faults }, [{ name: 'web', size: 3, min: 1, max: 6, drain: 5, settings }]);
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

const ROLLING = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
} as const;

const warned = (events: readonly RunEvent[], code: string): readonly Reason[] =>
  events.flatMap((event) => (event.type === 'warning' && event.reason.code === code ? [event.reason] : []));

describe('a zonal shift', () => {
  it('refuses the start at once, says where, and leaves a way round', async () => {
    const stage = stageOf({}, [SHIFT]);
    const { outcome, failure } = await stage.run();
    expect(outcome).to.equal('refused');
    const [reason] = failure?.facts.reasons ?? [];
    expect([reason?.code, reason?.text]).to.deep.equal([
      'group.zonalShift',
      'a zonal shift keeps requests away from eu-west-1a, where 1 of its 3 instances are: ' +
        'they do not serve, nor would new ones',
    ]);
    expect(stage.changes()).to.deep.equal([]);
  });

  it('ends well with --force where the group launches in other zones meanwhile, else stops with both sets', async () => {
    for (const ZonalShiftEnabled of [true, false]) {
      const stage = stageOf({ AvailabilityZoneImpairmentPolicy: { ZonalShiftEnabled } }, [SHIFT]);
      const { outcome, failure } = await stage.run({ force: true });
      expect(outcome).to.equal(ZonalShiftEnabled ? 'swapped' : 'stopped');
      if (!ZonalShiftEnabled) expect(failure?.facts.what).to.include('a zonal shift keeps requests away');
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('that begins in the middle counts nobody of its zone as serving, old or new', async () => {
    const stage = stageOf({}, [{ ...SHIFT, from: 380, until: 700 }]);
    const { outcome, events } = await stage.run();
    expect(outcome).to.equal('swapped');
    expect(stage.violations()).to.deep.equal([]);
    const fewest = events.flatMap((event) =>
      event.type === 'group.progress' && event.progress.serving !== undefined ? [event.progress.serving.all] : [],
    );
    expect(fewest.some(({ serve, of }) => serve < of)).to.equal(true);
  });
});

describe('a group that launches into capacity reservations alone', () => {
  const settings = {
    CapacityReservationSpecification: { CapacityReservationPreference: 'capacity-reservations-only' },
  };

  it('is told before a swap how many it needs, and what needs fewer', async () => {
    const [warning] = warned((await stageOf(settings).run()).events, 'group.reservations');
    expect(warning?.text).to.equal('it launches into capacity reservations alone, and a swap needs room for 6 there');
    expect(warning?.remedy).to.include('--strategy rolling');
    expect(warned((await stageOf({}).run()).events, 'group.reservations')).to.deep.equal([]);
  });

  it('is told the surge of a rolling rollout, and nothing without one', async () => {
    const rolling = async (surge: number): Promise<readonly string[]> => {
      const limits = { surge: { count: surge }, unavailable: { count: 1 - surge }, serial: false };
      const { events } = await stageOf(settings).run({ strategy: 'rolling', rolling: limits });
      return warned(events, 'group.reservations').map(({ text }) => text);
    };
    expect(await rolling(1)).to.deep.equal([
      'it launches into capacity reservations alone, and this needs room for 4 there',
    ]);
    expect(await rolling(0)).to.deep.equal([]);
  });
});

describe('instances that a lifecycle policy retains', () => {
  const settings = {
    InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'retain' } },
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: 'bye',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 30,
        DefaultResult: 'ABANDON',
      },
    ],
  };

  it('are not waited for, are no reason to start again, and are told with the command that ends them', async () => {
    const stage = stageOf(settings);
    const old = idsOf(stage.sandbox.world);
    const { outcome, events } = await stage.run();
    expect(outcome).to.equal('swapped');
    expect(stage.violations()).to.deep.equal([]);
    const retained = instancesOf(stage.sandbox.world).filter(
      ({ LifecycleState }) => LifecycleState === 'Terminating:Retained',
    );
    expect(retained.map(({ InstanceId }) => InstanceId)).to.have.members(old);
    const again = await stage.run();
    expect(again.results.map(({ outcome: end }) => end)).to.deep.equal(['skipped']);
    const [warning] = warned([...events, ...again.events], 'group.retained').slice(-1);
    expect(warning?.text).to.match(/^3 instances are retained by its lifecycle policy \(i-/);
    const id = /--no-should-decrement-desired-capacity --instance-id (i-\w+)$/.exec(warning?.remedy ?? '')?.[1];
    call(stage.sandbox.world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
      InstanceId: id,
      ShouldDecrementDesiredCapacity: false,
    });
    stage.sandbox.clock.advance(60_000);
    expect(idsOf(stage.sandbox.world)).to.have.length(5);
  });
});

describe('zones that a load balancer is not enabled in', () => {
  for (const [kind, remedy] of [
    ['target-group', 'aws elbv2 set-subnets'],
    ['classic', 'aws elb attach-load-balancer-to-subnets'],
  ] as const)
    it(`refuse the start before anything is doubled, with what helps (${kind})`, async () => {
      const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 6, drain: 5, balancers: [kind] }]);
      const { world } = stage.sandbox;
      const [group] = stage.groups;
      const taken = instancesOf(world).map(({ AvailabilityZone }) => AvailabilityZone);
      const empty = ['a', 'b', 'c'].map((letter) => `eu-west-1${letter}`).filter((zone) => !taken.includes(zone));
      if (kind === 'classic')
        call(world, 'elb', 'DisableAvailabilityZonesForLoadBalancer', {
          LoadBalancerName: group?.classic,
          AvailabilityZones: empty,
        });
      else {
        const { Subnets } = call<{ Subnets: { SubnetId: string; AvailabilityZone: string }[] }>(
          world,
          'ec2',
          'DescribeSubnets',
        );
        const others = Subnets.filter(({ AvailabilityZone }) => taken.includes(AvailabilityZone));
        call(world, 'elbv2', 'SetSubnets', {
          LoadBalancerArn: group?.loadBalancer,
          Subnets: others.map(({ SubnetId }) => SubnetId),
        });
      }
      group?.changeImage('ami-new');
      const { outcome, failure } = await stage.run();
      expect(outcome).to.equal('refused');
      expect(failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.zones']);
      const [reason] = failure?.facts.reasons ?? [];
      expect(reason?.text).to.match(/^it launches in eu-west-1c, where its load balancer \S+ is not enabled/);
      expect(reason?.remedy).to.include(remedy);
      expect(stage.changes()).to.deep.equal([]);
    });
});

describe('subnets with few free addresses', () => {
  it('hold nobody up where the endpoint has no readable answer', async () => {
    const broken = { kind: 'brokenAnswer', calls: 'ec2:DescribeSubnets', rate: 1, how: 'html' } as const;
    const stage = createStage({ faults: [broken] }, [{ name: 'web', size: 2, min: 1, max: 4 }]);
    stage.groups[0]?.changeImage('ami-new');
    const { outcome, failure } = await stage.run();
    expect(outcome, failure?.facts.what).to.equal('swapped');
  });

  it('are told before a swap doubles the group, with both numbers, and not before a rolling rollout that fits', async () => {
    for (const [plan, told] of [
      [{}, true],
      [ROLLING, false],
    ] as const) {
      const stage = createStage({}, []);
      const { world } = stage.sandbox;
      const vpc = call<{ Subnets: { VpcId: string }[] }>(world, 'ec2', 'DescribeSubnets').Subnets[0]?.VpcId;
      const { Subnet } = call<{ Subnet: { SubnetId: string } }>(world, 'ec2', 'CreateSubnet', {
        VpcId: vpc,
        CidrBlock: '172.31.240.0/28',
        AvailabilityZone: 'eu-west-1a',
      });
      const { name, changeImage } = standardGroup(world, {
        size: 8,
        min: 1,
        max: 16,
        balancers: [],
        settings: { VPCZoneIdentifier: Subnet.SubnetId },
      });
      changeImage('ami-new');
      const { events } = await stage.run({ ...plan, groups: [name] }, { interruptAfterMs: 30_000 });
      expect(warned(events, 'group.addresses').map(({ text }) => text)).to.deep.equal(
        told ? ['it launches 8 more instances at the same time, and 3 addresses are free in its subnets'] : [],
      );
    }
  });
});
