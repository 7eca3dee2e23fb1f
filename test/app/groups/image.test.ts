import { expect } from 'chai';
import { autoScalingState } from '../../../src/sandbox/world/autoscaling/state.js';
import { ec2State } from '../../../src/sandbox/world/ec2/state.js';
import { brokenByCheck } from '../../check/judge.js';
import { planGroups, updateGroups } from '../../../src/index.js';
import { inProcess } from '../../support/in-process.js';
import { createCommandStage, type CommandStage, type Ended, type Happening } from '../../support/command-stage.js';
import { call, standardGroup, type StandardGroup } from '../../support/sandbox.js';

const GOOD = 'ami-0123456789abcdef1';
const BAD = 'ami-0bad0bad0bad0bad0';
const IMAGES = {
  [BAD]: { behaviour: 'unhealthy' },
  'ami-0a0a': { behaviour: 'healthy', architecture: 'arm64' },
  'ami-0bbb': { behaviour: 'healthy', state: 'pending' },
  'ami-0404': { behaviour: 'missing' },
} as const;

/** What a group names in its launch template: as it was found. */
type Former = '1' | '$Default' | '$Latest';

describe('another image for a group without a stack', function () {
  this.timeout(60_000);
  let stage: CommandStage;
  let group: StandardGroup;
  beforeEach(() => {
    stage = createCommandStage({ images: IMAGES });
  });
  afterEach(() => expect(stage.sandbox.monitor.violations).to.deep.equal([]));

  const begin = (former: Former, options: Parameters<typeof standardGroup>[1] = {}): void => {
    group = standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4, ...options });
    name(former);
  };
  /** Lets the group name that version. */
  const name = (version: string, of = 'web'): void => {
    call(stage.sandbox.world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: of,
      LaunchTemplate: { LaunchTemplateId: group.configuration, Version: version },
    });
  };
  const update = (image: string, happening: Happening = {}, ...flags: readonly string[]): Promise<Ended> =>
    stage.run(['update-asgs', '--asg', 'web', '--image', image, ...flags], happening);
  const inWorld = (of = 'web'): NonNullable<ReturnType<ReturnType<typeof autoScalingState>['groups']['get']>> => {
    const found = autoScalingState(stage.sandbox.world).groups.get(of);
    if (found === undefined) throw new Error(`no group ${of}`);
    return found;
  };
  const names = (): string | undefined => {
    const { template, mixed } = inWorld();
    return (template ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification)?.Version;
  };
  const versions = (): readonly (string | undefined)[] =>
    (ec2State(stage.sandbox.world).templates.get(group.configuration)?.versions ?? []).map(({ data }) => data.ImageId);
  const running = (): readonly string[] =>
    [...inWorld().members.keys()].map((id) => ec2State(stage.sandbox.world).instances.get(id)?.imageId ?? '');
  /** Nothing of a rollout is left, and Auto Scaling does all that it did before. */
  const expectAtRest = (): void => {
    expect([...inWorld().tags.keys()].filter((key) => key.startsWith('ha-updater:'))).to.deep.equal([]);
    expect([...inWorld().suspended.keys()]).to.deep.equal([]);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  };

  for (const former of ['1', '$Default', '$Latest'] as const) {
    it(`is promoted where the group names ${former}: it names the new version then`, async () => {
      begin(former);
      const { code, document, said, events } = await update(GOOD);
      expect([code, document?.outcome], said).to.deep.equal([0, 'swapped']);
      expect([names(), versions(), running()]).to.deep.equal(['2', ['ami-old', GOOD], [GOOD, GOOD]]);
      expect(brokenByCheck(events)).to.deep.equal([]);
      expectAtRest();
    });

    it(`is rolled back where it is bad and the group names ${former}: that is what it names again`, async () => {
      begin(former);
      const { code, document, said, events } = await update(BAD, {}, '--healthy-timeout', '180');
      expect(brokenByCheck(events)).to.deep.equal([]);
      expect([code, document?.failure?.code], said).to.deep.equal([4, 'swap.rolledBack']);
      expect([names(), running()]).to.deep.equal([former === '$Latest' ? '1' : former, ['ami-old', 'ami-old']]);
      expect(document?.failure?.left).to.match(/^web launches lt\/\S+ again.* Nothing stays suspended/);
      expectAtRest();
    });
  }

  it('is rolled back by Ctrl-C, whatever was done until then', async () => {
    for (const type of ['record', 'suspend', 'version', 'point', 'resize']) {
      stage = createCommandStage({ images: IMAGES });
      begin('$Default');
      const { code, said } = await update(GOOD, {
        when: ({ event }) => event.type === 'action.done' && event.action.type === type,
      });
      expect([type, code], said).to.deep.equal([type, 4]);
      expect([names(), running()], type).to.deep.equal(['$Default', ['ami-old', 'ami-old']]);
      expectAtRest();
    }
  });

  it('stays as it is in a mixed policy, but for its version', async () => {
    begin('1');
    const mixed = {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: group.configuration, Version: '1' },
        Overrides: [{ InstanceType: 't3.micro' }],
      },
      InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 },
    };
    call(stage.sandbox.world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      MixedInstancesPolicy: mixed,
    });
    expect((await update(GOOD)).code).to.equal(0);
    expect(names()).to.equal('2');
    expect(inWorld().mixed).to.deep.include({ InstancesDistribution: mixed.InstancesDistribution });
    expect(inWorld().mixed?.LaunchTemplate?.Overrides).to.deep.equal(mixed.LaunchTemplate.Overrides);
  });

  it('goes out a few at a time as well, and back', async () => {
    begin('$Default');
    expect((await update(BAD, {}, '--strategy', 'rolling', '--healthy-timeout', '180')).code).to.equal(4);
    expect(names()).to.equal('$Default');
    expectAtRest();
    expect((await update(GOOD, {}, '--strategy', 'rolling')).code).to.equal(0);
    expect(running()).to.deep.equal([GOOD, GOOD]);
    expectAtRest();
  });

  it('is told by plan, from what to what, and changes nothing', async () => {
    begin('$Default');
    const { code, document } = await stage.run(['plan', '--asg', 'web', '--image', GOOD]);
    expect([code, document?.plan?.groups.map(({ action, why }) => [action, why])]).to.deep.equal([
      ...[0, [['swap', `image ${GOOD} in place of ami-old`]]],
    ]);
    expect([names(), versions()]).to.deep.equal(['$Default', ['ami-old']]);
    expect((await stage.run(['plan', 'shop', '--image', GOOD])).code).to.equal(2);
    expect((await stage.run(['plan', '--asg', 'web', '--image', 'ami-0404'])).code).to.equal(3);
  });

  it('that all instances run already is nothing to do', async () => {
    begin('1');
    const { code, document } = await update('ami-old');
    expect([code, document?.outcome, versions()]).to.deep.equal([0, 'nothing', ['ami-old']]);
  });

  it('that was kept can serve again: the group names what it named before', async () => {
    begin('$Default');
    expect((await update(GOOD, {}, '--keep-old', '1h', '--detach')).document?.outcome).to.equal('kept');
    const { code, said } = await stage.run(['rollback', '--asg', 'web']);
    expect(code, said).to.equal(0);
    expect([names(), running()]).to.deep.equal(['$Default', ['ami-old', 'ami-old']]);
    expectAtRest();
  });

  describe('whose run was killed', () => {
    const KILLS = ['CreateOrUpdateTags', 'SuspendProcesses', 'CreateLaunchTemplateVersion', 'UpdateAutoScalingGroup'];
    for (const [line, ends] of [
      [['rollback', '--asg', 'web'], 'ami-old'],
      [['cancel', '--asg', 'web', '--if-running'], 'ami-old'],
      [['resume', '--asg', 'web'], undefined],
      [['update-asgs', '--asg', 'web', '--image', GOOD], GOOD],
    ] as const)
      it(`is finished or undone by ${line[0]} from another process, wherever it was`, async () => {
        for (const operation of KILLS)
          for (const when of ['before', 'after'] as const)
            for (const nth of operation === 'UpdateAutoScalingGroup' || operation === 'CreateOrUpdateTags'
              ? [1, 2]
              : [1]) {
              stage = createCommandStage({ images: IMAGES });
              begin('$Default');
              const at = `${line[0]} after ${when} ${operation} ${nth}`;
              const killed = await update(GOOD, { killedAt: { change: new RegExp(`^${operation}$`), nth, when } });
              expect(killed.code, at).to.equal(undefined);
              const { code, said } = await stage.run([...line]);
              expect(code, `${at}: ${said}`).to.equal(0);
              const [image] = running();
              if (ends !== undefined) expect(image, at).to.equal(ends);
              // A version that was made and never named may be there beside it.
              const named = names() === '$Default' ? 1 : Number(names());
              expect([at, versions()[named - 1]]).to.deep.equal([at, image]);
              if (image !== GOOD) expect([at, names()]).to.deep.equal([at, '$Default']);
              expectAtRest();
              expect(stage.sandbox.monitor.violations, at).to.deep.equal([]);
            }
      });
  });

  describe('is refused before anything is changed', () => {
    const refusedWith = async (image: string, ...codes: readonly string[]): Promise<Ended> => {
      const before = [names(), versions()];
      const ended = await update(image);
      expect([ended.code, ended.document?.failure?.reasons.map(({ code }) => code)], ended.said).to.deep.equal([
        ...[3, codes],
      ]);
      expect([names(), versions()]).to.deep.equal(before);
      expectAtRest();
      return ended;
    };

    it('where the image is not there, not ready, or for another architecture', async () => {
      begin('1');
      await refusedWith('ami-0404', 'image.missing');
      await refusedWith('ami-0bbb', 'image.state');
      await refusedWith('ami-0a0a', 'image.architecture');
    });

    it('where another group follows $Latest of the same template', async () => {
      begin('1');
      call(stage.sandbox.world, 'autoscaling', 'CreateAutoScalingGroup', {
        AutoScalingGroupName: 'other',
        MinSize: 0,
        MaxSize: 1,
        AvailabilityZones: ['eu-west-1a'],
        LaunchTemplate: { LaunchTemplateId: group.configuration, Version: '$Latest' },
      });
      const { document } = await refusedWith(GOOD, 'image.latest');
      expect(document?.failure?.what).to.include('other follows $Latest of the same launch template');
    });

    it('where the image is the value of a parameter', async () => {
      begin('1');
      call(stage.sandbox.world, 'ec2', 'CreateLaunchTemplateVersion', {
        LaunchTemplateId: group.configuration,
        SourceVersion: '1',
        LaunchTemplateData: { ImageId: 'resolve:ssm:/web/image' },
      });
      name('2');
      const { document } = await refusedWith(GOOD, 'image.parameter');
      expect(document?.failure?.reasons[0]?.remedy).to.match(/aws ssm put-parameter .*--value ami-/);
    });

    it('where the group launches from a launch configuration', async () => {
      group = standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4, configuration: 'lc' });
      const { code, document } = await update(GOOD);
      expect([code, document?.failure?.reasons[0]?.code]).to.deep.equal([3, 'image.launchConfiguration']);
    });

    it('where a stack owns the group', async () => {
      begin('1', {
        settings: {
          Tags: [
            {
              Key: 'aws:cloudformation:stack-id',
              Value: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1',
            },
          ],
        },
      });
      const { document } = await update(GOOD);
      expect(document?.failure?.reasons[0]?.code).to.equal('image.stack');
      expect(document?.failure?.reasons[0]?.remedy).to.match(
        /ha-updater update-stack --region \S+ shop with the parameter/,
      );
    });

    for (const [what, line] of [
      ['no id of an image', ['update-asgs', '--asg', 'web', '--image', 'newest']],
      ['a stack', ['update-asgs', 'web', '--image', GOOD]],
      ['--swap never', ['update-asgs', '--asg', 'web', '--image', GOOD, '--swap', 'never']],
    ] as const)
      it(`with ${what}: exit 2`, async () => {
        expect((await stage.run([...line])).code).to.equal(2);
      });
  });
});

describe('another image over HTTP', function () {
  this.timeout(60_000);

  it('takes no more of AWS than the policies allow, in plan and in the rollout', async () => {
    let template = '';
    const place = await inProcess(({ world }) => {
      template = standardGroup(world, { name: 'web', size: 1, max: 2 }).configuration;
      const LaunchTemplate = { LaunchTemplateId: template, Version: '1' };
      call(world, 'autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', LaunchTemplate });
    });
    try {
      const asked = { asgs: ['web'], image: GOOD };
      const planned = await place.run('plan', planGroups, { ...asked, parameters: [] });
      expect(planned.document.outcome, planned.stderr).to.equal('planned');
      const { document, stdout } = await place.run('update-asgs', updateGroups, asked);
      expect(document.outcome, stdout).to.equal('swapped');
      const [, made] = ec2State(place.sandbox.world).templates.get(template)?.versions ?? [];
      expect(made?.data.ImageId).to.equal(GOOD);
    } finally {
      await place.stop();
    }
  });
});
