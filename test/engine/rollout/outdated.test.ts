import { expect } from 'chai';
import { call } from '../../support/sandbox.js';
import type { Scenario } from '../../../src/sandbox/scenario.js';
import { createStage, stateOf, type Stage } from '../../support/stage.js';

interface Override {
  readonly InstanceType?: string;
  readonly InstanceRequirements?: object;
}

/** The group launches by a mixed policy from now on, of its own template. */
function mixed(stage: Stage, ...overrides: readonly Override[]): void {
  const [made] = stage.groups;
  call(stage.sandbox.world, 'autoscaling', 'UpdateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: made?.configuration, Version: '$Latest' },
        Overrides: overrides,
      },
    },
  });
}

function stageOf(scenario: Partial<Scenario> = {}, image = 'ami-old'): Stage {
  return createStage(scenario, [{ name: 'web', size: 2, min: 1, max: 4, image }]);
}

function describeInstances(stage: Stage): readonly { readonly InstanceType: string; readonly ImageId: string }[] {
  const { Reservations: rows } = call<{ Reservations: { Instances: { InstanceType: string; ImageId: string }[] }[] }>(
    stage.sandbox.world,
    'ec2',
    'DescribeInstances',
    { Filters: [{ Name: 'instance-state-name', Values: ['running'] }] },
  );
  return rows.flatMap(({ Instances: all }) => all);
}

describe('what counts as outdated, in a whole run', () => {
  it('a type that the overrides name no more, although the version of the template is the same', async () => {
    const stage = stageOf();
    mixed(stage, { InstanceType: 't3.micro' }, { InstanceType: 'm5.large' });
    const before = await stage.run();
    expect(before.results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
    mixed(stage, { InstanceType: 'm6i.large' }, { InstanceType: 'm5.large' });
    const ending = await stage.run();
    expect([ending.outcome, ending.results[0]?.outcome]).to.deep.equal(['swapped', 'promoted']);
    expect(describeInstances(stage).map(({ InstanceType: type }) => type)).to.have.members(['m6i.large', 'm5.large']);
    expect(stage.violations()).to.deep.equal([]);
    expect((await stage.run()).results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
  });

  it('also what a rolling rollout had launched itself, when the overrides are changed once more after it stopped', async () => {
    const plan = {
      strategy: 'rolling',
      rolling: { surge: { count: 0 }, unavailable: { count: 1 }, serial: false },
    } as const;
    const stage = stageOf();
    mixed(stage, { InstanceType: 'm5.large' });
    const first = await stage.run(plan, { interruptAfterMs: 60_000 });
    expect(first.outcome).to.equal('stopped');
    expect(describeInstances(stage).map(({ InstanceType: type }) => type)).to.have.members(['t3.micro', 'm5.large']);
    mixed(stage, { InstanceType: 'm6i.large' });
    const second = await stage.run(plan);
    expect([second.outcome, second.failure?.facts.what]).to.deep.equal(['swapped', undefined]);
    expect(describeInstances(stage).map(({ InstanceType: type }) => type)).to.deep.equal(['m6i.large', 'm6i.large']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('also a bad image that it had launched, once the parameter points to a good one', async () => {
    const plan = {
      strategy: 'rolling',
      rolling: { surge: { count: 0 }, unavailable: { count: 1 }, serial: false },
    } as const;
    const stage = stageOf(
      { parameters: { '/golden': 'ami-old' }, images: { 'ami-sick': { behaviour: 'unhealthy' } } },
      'resolve:ssm:/golden',
    );
    const point = (image: string): unknown =>
      call(stage.sandbox.world, 'ssm', 'PutParameter', { Name: '/golden', Value: image, Overwrite: true });
    point('ami-sick');
    const first = await stage.run(plan);
    expect([first.outcome, first.failure?.facts.code]).to.deep.equal(['stopped', 'swap.stuck']);
    point('ami-good');
    const second = await stage.run(plan);
    expect([second.outcome, second.failure?.facts.what]).to.deep.equal(['swapped', undefined]);
    expect(describeInstances(stage).map(({ ImageId: image }) => image)).to.deep.equal(['ami-good', 'ami-good']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('a type of an override that is gone, where the template alone says the type now', async () => {
    const stage = stageOf();
    mixed(stage, { InstanceType: 'm5.large' });
    await stage.run({ swap: 'always' });
    mixed(stage);
    const ending = await stage.run();
    expect([ending.outcome, ending.results[0]?.outcome]).to.deep.equal(['swapped', 'promoted']);
    expect(describeInstances(stage).map(({ InstanceType: type }) => type)).to.deep.equal(['t3.micro', 't3.micro']);
    expect((await stage.run()).results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('nothing by type, where overrides say requirements', async () => {
    const stage = stageOf();
    mixed(stage, { InstanceRequirements: { VCpuCount: { Min: 4 }, MemoryMiB: { Min: 4096 } } });
    expect((await stage.run()).results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
  });

  it('an image whose parameter points to another one by now', async () => {
    const stage = stageOf({ parameters: { '/golden': 'ami-old' } }, 'resolve:ssm:/golden');
    expect((await stage.run()).results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
    call(stage.sandbox.world, 'ssm', 'PutParameter', { Name: '/golden', Value: 'ami-new', Overwrite: true });
    const ending = await stage.run();
    expect([ending.outcome, ending.results[0]?.outcome]).to.deep.equal(['swapped', 'promoted']);
    expect(describeInstances(stage).map(({ ImageId: image }) => image)).to.deep.equal(['ami-new', 'ami-new']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('nothing by image, and a warning, where the parameter may not be read', async () => {
    for (const calls of ['ssm:GetParameter', 'ec2:DescribeLaunchTemplateVersions']) {
      const stage = stageOf(
        {
          parameters: { '/golden': 'ami-old' },
          faults: [{ kind: 'refuse', calls, code: 'AccessDenied', message: 'not you' }],
        },
        'resolve:ssm:/golden',
      );
      call(stage.sandbox.world, 'ssm', 'PutParameter', { Name: '/golden', Value: 'ami-new', Overwrite: true });
      const ending = await stage.run();
      expect(ending.results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
      const told = ending.events.flatMap((event) => (event.type === 'warning' ? [event.reason] : []));
      expect(told.filter(({ code }) => code === 'group.image').map(({ text }) => text)).to.deep.equal([
        'whether its instances run the image that it would launch now is not known: ' +
          `${calls} was refused (AccessDenied: not you)`,
      ]);
    }
  });

  it('nothing in a group that has none of its instances: that is refused, and says why', async () => {
    const stage = stageOf({ images: { 'ami-gone': { behaviour: 'missing' } } });
    stage.groups[0]?.changeImage('ami-gone');
    for (const id of instanceIds(stage))
      call(stage.sandbox.world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: id,
        ShouldDecrementDesiredCapacity: false,
      });
    stage.sandbox.clock.advance(200_000);
    expect(stateOf(stage)).to.deep.equal([{ name: 'web', size: [1, 2, 4], instances: [], suspended: [], tags: [] }]);
    const ending = await stage.run();
    expect(ending.outcome).to.equal('refused');
    expect(ending.failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.none']);
    expect(ending.failure?.facts.what).to.match(
      /^The swap was not started: web: it has none of its 2 instances; the last launch failed at \S+Z: .*ami-gone/,
    );
    // Once it launches again there is nothing to replace.
    stage.groups[0]?.changeImage('ami-good');
    const second = await stage.run();
    expect(second.results).to.deep.equal([
      { group: 'web', outcome: 'skipped', why: `all 2 instances run lt/${stage.groups[0]?.configuration}:3 already` },
    ]);
  });
});

function instanceIds(stage: Stage): readonly string[] {
  const { AutoScalingGroups: groups } = call<{ AutoScalingGroups: { Instances: { InstanceId: string }[] }[] }>(
    stage.sandbox.world,
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: ['web'] },
  );
  return groups.flatMap(({ Instances: all }) => all.map(({ InstanceId: id }) => id));
}
