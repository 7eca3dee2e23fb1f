import { expect } from 'chai';
import type { ProcessContext } from '../../../src/index.js';
import { plan, updateStack, type UpdateStackAsked } from '../../../src/index.js';
import { autoScalingState, type GroupState } from '../../../src/sandbox/world/autoscaling/state.js';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';

const MINUTE = 60_000;

/** Fixed sizes, as most templates have them. */
const template = (policy: object): string =>
  JSON.stringify({
    Parameters: { ImageId: { Type: 'String' }, Desired: { Type: 'Number', Default: 2 } },
    Resources: {
      Launch: {
        Type: 'AWS::EC2::LaunchTemplate',
        Properties: { LaunchTemplateData: { ImageId: { Ref: 'ImageId' }, InstanceType: 't3.micro' } },
      },
      Group: {
        Type: 'AWS::AutoScaling::AutoScalingGroup',
        ...policy,
        Properties: {
          LaunchTemplate: {
            LaunchTemplateId: { Ref: 'Launch' },
            Version: { 'Fn::GetAtt': ['Launch', 'LatestVersionNumber'] },
          },
          MinSize: '1',
          MaxSize: '8',
          DesiredCapacity: { Ref: 'Desired' },
          AvailabilityZones: { 'Fn::GetAZs': '' },
        },
      },
    },
  });

const IGNORES = { UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } } };

function stageWith(live: number, policy: object = {}): CommandStage {
  const stage = createCommandStage();
  const { world, clock } = stage.sandbox;
  world.invoke(
    'cloudformation',
    'CreateStack',
    {
      StackName: 'web',
      TemplateBody: template(policy),
      Parameters: [{ ParameterKey: 'ImageId', ParameterValue: 'ami-00000001' }],
    },
    'others',
  );
  clock.advance(10 * MINUTE);
  const input = { AutoScalingGroupName: groupOf(stage).name, DesiredCapacity: live };
  world.invoke('autoscaling', 'SetDesiredCapacity', input, 'others');
  clock.advance(10 * MINUTE);
  return stage;
}

function groupOf({ sandbox }: CommandStage): GroupState {
  const [group] = autoScalingState(sandbox.world).groups.values();
  if (group === undefined) throw new Error('there is no group');
  return group;
}

const ASKED = {
  stack: 'web',
  region: 'eu-west-1',
  parameters: ['ImageId=ami-00000002'],
  capabilities: [],
  'on-interrupt': 'cancel',
} satisfies Partial<UpdateStackAsked>;

const planned = (stage: CommandStage, more: Partial<UpdateStackAsked> = {}): Promise<Ended> =>
  stage.call('plan', (context: ProcessContext) => plan({ ...ASKED, ...more }, context));

/** What the page says of sizes. */
function sizesIn({ said }: Ended): readonly string[] {
  return said.split('\n').filter((line) => /^ {2}(size|note: CloudFormation)/.test(line));
}

describe('sizes of the group and of the template, side by side', () => {
  it('a larger group is kept, and the plan says both', async () => {
    const stage = stageWith(6);
    expect(sizesIn(await planned(stage))).to.deep.equal([
      '  size min 1, desired 6, max 8, the template says min 1, desired 2, max 8, and it is kept; doubled min 1, desired 12, max 12; 6 instances',
    ]);
  });

  it('with --sizes template the plan says how many leave', async () => {
    const stage = stageWith(6);
    const ended = await planned(stage, { sizes: 'template' });
    expect(sizesIn(ended)).to.deep.equal([
      '  size min 1, desired 6, max 8, the template says min 1, desired 2, max 8; with the change min 1, desired 2, max 8; doubled min 1, desired 4, max 8; 6 instances',
      '  note: CloudFormation sets it to min 1, desired 2, max 8, as its template says: 4 of its 6 leave. Without --sizes template all of them stay. [group.sizeFalls]',
    ]);
    expect(ended.document?.plan?.groups.map(({ leave }) => leave)).to.deep.equal([4]);
  });

  it('with --sizes template, where the policy leaves alone what does not change, nobody leaves', async () => {
    const stage = stageWith(6, IGNORES);
    const ended = await planned(stage, { sizes: 'template' });
    expect(ended.document?.plan?.groups.map(({ leave, resized }) => [leave, resized])).to.deep.equal([
      [undefined, undefined],
    ]);
  });

  it('a smaller group becomes what the template says, kept or not, and the plan says so', async () => {
    const stage = stageWith(1);
    const ended = await planned(stage);
    expect(ended.document?.plan?.groups[0]?.resized).to.deep.equal({ min: 1, desired: 2, max: 8 });
  });

  it('update-stack --sizes template warns before it does it, and takes as many', async () => {
    const stage = stageWith(6);
    const ended = await stage.call('update-stack', (context) =>
      updateStack({ ...ASKED, output: 'jsonl', sizes: 'template' }, context),
    );
    const types = ended.events.map(({ event }) => (event.type === 'warning' ? event.reason.code : event.type));
    expect(types.indexOf('group.sizeFalls')).to.be.greaterThan(0).and.lessThan(types.indexOf('stack.started'));
    expect([ended.code, groupOf(stage).desired]).to.deep.equal([0, 2]);
    // It was told so.
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });

  it('update-stack without it warns of nothing and takes nobody', async () => {
    const stage = stageWith(6);
    const ended = await stage.call('update-stack', (context) => updateStack({ ...ASKED, output: 'jsonl' }, context));
    expect(
      ended.events.some(({ event }) => event.type === 'warning' && event.reason.code === 'group.sizeFalls'),
    ).to.equal(false);
    expect([ended.code, groupOf(stage).desired]).to.deep.equal([0, 6]);
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });
});
