import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createSandbox, type Sandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../../src/sandbox/scenario.js';

const template = (name: string): string =>
  readFileSync(new URL(`../../../../../templates/${name}`, import.meta.url), 'utf8');

type Answer = Record<string, unknown>;

interface Group {
  readonly AutoScalingGroupName: string;
  readonly MinSize: number;
  readonly MaxSize: number;
  readonly DesiredCapacity: number;
  readonly LaunchConfigurationName?: string;
  readonly LaunchTemplate?: { readonly Version?: string };
  readonly Instances: readonly { readonly LifecycleState: string }[];
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** The sandbox as its users have it: every service real. */
function sandbox(): {
  readonly it: Sandbox;
  readonly call: (operation: string, input: object) => Answer;
  readonly status: () => unknown;
  readonly groups: () => Group[];
  readonly minutes: (n: number) => void;
} {
  const it = createSandbox(DEFAULT_SCENARIO);
  const call = (operation: string, input: object): Answer => it.invoke('cloudformation', operation, input) as Answer;
  return {
    it,
    call,
    status: () => (call('DescribeStacks', { StackName: 'web' })['Stacks'] as Answer[])[0]?.['StackStatus'],
    groups: () =>
      (it.invoke('autoscaling', 'DescribeAutoScalingGroups', {}) as { AutoScalingGroups: Group[] }).AutoScalingGroups,
    minutes: (n) => it.clock.advance(n * 60_000),
  };
}

const NETWORK = { VpcId: 'vpc-0123456789abcdef0', Subnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1' };
const parameters = (values: Record<string, string>): object[] =>
  Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
const kept = (...names: string[]): object[] => names.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true }));

describe('the templates for users', () => {
  for (const [name, secret] of [
    ['classic-elb.yaml', true],
    ['alb.yaml', false],
    ['web-stack.yaml', true],
  ] as const) {
    it(`${name} runs in the sandbox: created, updated with a new image, deleted`, () => {
      const { call, status, groups, minutes, it: box } = sandbox();
      const own: Record<string, string> = secret ? { DbPassword: 'hunter2-hunter2' } : {};
      call('CreateStack', {
        StackName: 'web',
        TemplateBody: template(name),
        Parameters: parameters({ ...NETWORK, ImageId: 'ami-0123456789abcdef0', ...own }),
      });
      minutes(5);
      expect(status()).to.equal('CREATE_COMPLETE');
      const [before] = groups();
      expect(before?.Instances.map((instance) => instance.LifecycleState)).to.deep.equal(['InService', 'InService']);

      box.invoke('autoscaling', 'CreateOrUpdateTags', {
        Tags: [
          {
            Key: 'ha-updater:run',
            Value: 'r1',
            ResourceId: before?.AutoScalingGroupName,
            ResourceType: 'auto-scaling-group',
            PropagateAtLaunch: false,
          },
        ],
      });
      box.invoke('autoscaling', 'UpdateAutoScalingGroup', {
        AutoScalingGroupName: before?.AutoScalingGroupName,
        DesiredCapacity: 3,
      });
      const keep = kept('VpcId', 'Subnets', ...Object.keys(own));
      call('UpdateStack', {
        StackName: 'web',
        UsePreviousTemplate: true,
        Parameters: [...parameters({ ImageId: 'ami-0fedcba9876543210', AppVersion: '2' }), ...keep],
      });
      minutes(5);
      expect(status()).to.equal('UPDATE_COMPLETE');
      const [after] = groups();
      expect(after?.AutoScalingGroupName).to.equal(before?.AutoScalingGroupName);
      if (name === 'classic-elb.yaml')
        expect(after?.LaunchConfigurationName).not.to.equal(before?.LaunchConfigurationName);
      else expect([before?.LaunchTemplate?.Version, after?.LaunchTemplate?.Version]).to.deep.equal(['1', '2']);
      expect(
        after?.Tags.find((tag) => tag.Key === 'ha-updater:run')?.Value,
        'tags that are not of the template',
      ).to.equal('r1');
      expect(after?.Tags.find((tag) => tag.Key === 'app-version')?.Value).to.equal('2');
      expect(after?.DesiredCapacity, 'sizes that the template did not change').to.equal(3);
      expect(after?.Instances.length).to.equal(3);

      call('DeleteStack', { StackName: 'web' });
      minutes(15);
      expect(groups()).to.deep.equal([]);
      const left = ['elb', 'elbv2'].map(
        (service) => Object.values(box.invoke(service as 'elb', 'DescribeLoadBalancers', {}))[0] as unknown[],
      );
      expect(left).to.deep.equal([[], []]);
    });
  }

  it('have events without a warning: nothing of them is left out', () => {
    const { call, minutes, status } = sandbox();
    call('CreateStack', {
      StackName: 'web',
      TemplateBody: template('web-stack.yaml'),
      Parameters: parameters({ ...NETWORK, ImageId: 'ami-0123456789abcdef0', DbPassword: 'hunter2-hunter2' }),
    });
    minutes(5);
    expect(status()).to.equal('CREATE_COMPLETE');
    const events = JSON.stringify(call('DescribeStackEvents', { StackName: 'web' }));
    expect(events).not.to.contain('sandbox');
    expect(events).not.to.contain('hunter2');
  });
});

describe('unquoted values of a template, and quoted ones that go on', () => {
  const body = `Description: "one
two"
Parameters:
  Flag: {Type: String, AllowedValues: [Yes, No]}
  Mode: {Type: String, Default: 0755}
  Zip: {Type: String, Default: 0899}
  Quoted: {Type: String, Default: "0755"}
Conditions:
  On: !Equals [!Ref Flag, yes]
Resources:
  A: {Type: "AWS::SNS::Topic", Condition: On, Properties: {DisplayName: !If [On, off, x]}}
  B: {Type: "AWS::SNS::Topic"}
Outputs:
  All: {Value: !Sub "\${Flag} \${Mode} \${Zip} \${Quoted}"}
`;
  const create = (flag: string): Answer | undefined => {
    const { call, minutes } = sandbox();
    call('CreateStack', {
      StackName: 'web',
      TemplateBody: body,
      Parameters: [{ ParameterKey: 'Flag', ParameterValue: flag }],
    });
    minutes(10);
    return (call('DescribeStacks', { StackName: 'web' })['Stacks'] as Answer[])[0];
  };

  it('are read as YAML 1.1, while names stay names', () => {
    const stack = create('true');
    expect(stack?.['StackStatus']).to.equal('CREATE_COMPLETE');
    expect(stack?.['Description']).to.equal('one two');
    expect(stack?.['Outputs']).to.deep.equal([{ OutputKey: 'All', OutputValue: 'true 493 0899 0755' }]);
  });

  it('are refused in the letters of the template', () => {
    expect(() => create('Yes')).to.throw('AllowedValues');
  });
});
