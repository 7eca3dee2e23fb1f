import { cloudformationOperations } from '../../../../src/sandbox/world/cloudformation/index.js';
import { s3Operations } from '../../../../src/sandbox/world/s3/s3.js';
import { ssmOperations } from '../../../../src/sandbox/world/ssm/ssm.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../../../src/sandbox/scenario.js';
import { ServiceFault } from '../../../../src/sandbox/world/fault.js';
import { createWorld, type OperationTable, type WorldRoot } from '../../../../src/sandbox/world/world.js';

/** A call that CloudFormation made of another service. */
interface SeenCall {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

interface Row {
  readonly StackStatus: string;
  readonly [key: string]: unknown;
}

/** Groups, launch configurations and templates without instances or time: what CloudFormation asks of them. */
export interface Cloud {
  readonly world: WorldRoot;
  readonly calls: SeenCall[];
  /** Calls CloudFormation. */
  readonly call: (operation: string, input?: object) => Record<string, unknown>;
  readonly create: (template: string, more?: object) => string;
  readonly update: (more: object) => Record<string, unknown>;
  readonly stack: (name?: string) => Row;
  readonly events: (name?: string) => EventRow[];
  /** Lets time pass until nothing more happens. */
  readonly settle: (seconds?: number) => void;
  readonly groups: Map<string, Record<string, unknown>>;
  readonly named: (operation: string) => SeenCall[];
  /** Makes calls of this name fail. */
  readonly refuse: Map<string, ServiceFault>;
}

export interface EventRow {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceStatus: string;
  readonly ResourceStatusReason?: string;
  readonly ClientRequestToken?: string;
  readonly OperationId?: string;
  readonly EventId: string;
  readonly Timestamp: Date;
  readonly ResourceProperties?: string;
}

export function cloud(scenario: Partial<Scenario> = {}): Cloud {
  const calls: SeenCall[] = [];
  const groups = new Map<string, Record<string, unknown>>();
  const refuse = new Map<string, ServiceFault>();
  const versions = new Map<string, number>();
  let made = 0;
  const table = (answers: Record<string, (input: Record<string, unknown>) => object>): OperationTable =>
    Object.fromEntries(
      Object.entries(answers).map(([name, answer]) => [
        name,
        (_: unknown, input: Record<string, unknown>) => {
          calls.push({ name, input });
          const fault = refuse.get(name);
          if (fault !== undefined) throw fault;
          return answer(input);
        },
      ]),
    );
  const nothing = (): object => ({});
  const autoscaling = table({
    CreateLaunchConfiguration: nothing,
    DeleteLaunchConfiguration: nothing,
    CreateAutoScalingGroup: (input) => (groups.set(input['AutoScalingGroupName'] as string, input), {}),
    UpdateAutoScalingGroup: (input) => (
      Object.assign(groups.get(input['AutoScalingGroupName'] as string) as object, input),
      {}
    ),
    DeleteAutoScalingGroup: (input) => (groups.delete(input['AutoScalingGroupName'] as string), {}),
    DescribeAutoScalingGroups: (input) => ({
      AutoScalingGroups: (input['AutoScalingGroupNames'] as string[]).flatMap((name) =>
        groups.has(name) ? [groups.get(name)] : [],
      ),
    }),
    CreateOrUpdateTags: nothing,
    DeleteTags: nothing,
    AttachLoadBalancers: nothing,
    DetachLoadBalancers: nothing,
    PutLifecycleHook: nothing,
    DeleteLifecycleHook: nothing,
  });
  const ec2 = table({
    CreateLaunchTemplate: () => {
      const id = `lt-${++made}`;
      versions.set(id, 1);
      return { LaunchTemplate: { LaunchTemplateId: id } };
    },
    CreateLaunchTemplateVersion: (input) => {
      const id = input['LaunchTemplateId'] as string;
      versions.set(id, (versions.get(id) ?? 0) + 1);
      return { LaunchTemplateVersion: { VersionNumber: versions.get(id) } };
    },
    DeleteLaunchTemplate: nothing,
    DescribeInstances: (input) => ({
      Reservations: [
        {
          Instances: (input['InstanceIds'] as string[]).map((InstanceId) => ({
            InstanceId,
            ImageId: InstanceId.replace('i-', 'ami-'),
          })),
        },
      ],
    }),
  });
  const elb = table({
    CreateLoadBalancer: () => ({ DNSName: 'classic.example' }),
    ConfigureHealthCheck: nothing,
    ModifyLoadBalancerAttributes: nothing,
    DeleteLoadBalancer: nothing,
    AddTags: nothing,
    RemoveTags: nothing,
  });
  const world = createWorld(
    { ...DEFAULT_SCENARIO, ...scenario },
    { cloudformation: cloudformationOperations, s3: s3Operations, ssm: ssmOperations, autoscaling, ec2, elb },
  );
  const call = (operation: string, input: object = {}): Record<string, unknown> =>
    world.invoke('cloudformation', operation, input, 'outside') as Record<string, unknown>;
  return {
    world,
    calls,
    call,
    groups,
    refuse,
    create: (template, more = {}) =>
      call('CreateStack', { StackName: 'web', TemplateBody: template, ...more })['StackId'] as string,
    update: (more) => call('UpdateStack', { StackName: 'web', ...more }),
    stack: (name = 'web') => (call('DescribeStacks', { StackName: name })['Stacks'] as Row[])[0]!,
    events: (name = 'web') => {
      const rows: EventRow[] = [];
      for (let token: unknown; ;) {
        const answer = call('DescribeStackEvents', {
          StackName: name,
          ...(token === undefined ? {} : { NextToken: token }),
        });
        rows.push(...(answer['StackEvents'] as EventRow[]));
        token = answer['NextToken'];
        if (token === undefined) return rows.reverse();
      }
    },
    settle: (seconds = 7200) => {
      const until = world.clock.now() + seconds * 1000;
      while (world.clock.nextAt !== undefined && world.clock.nextAt <= until) world.clock.advanceTo(world.clock.nextAt);
    },
    named: (operation) => calls.filter((one) => one.name === operation),
  };
}

/** Code and message of the refusal of a call. */
export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceFault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

export const WEB = `
AWSTemplateFormatVersion: '2010-09-09'
Description: a group
Parameters:
  ImageId: { Type: 'AWS::EC2::Image::Id', Default: ami-1 }
  Password: { Type: String, NoEcho: true, Default: start }
  Size: { Type: Number, Default: 2 }
Resources:
  Config:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties:
      ImageId: !Ref ImageId
      InstanceType: t3.micro
      UserData: !Base64
        Fn::Sub: 'secret=\${Password}'
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '1'
      MaxSize: 4
      DesiredCapacity: !Ref Size
      LaunchConfigurationName: !Ref Config
      VPCZoneIdentifier: [subnet-1, subnet-2]
      Tags: [{ Key: role, Value: web, PropagateAtLaunch: true }]
Outputs:
  GroupName: { Value: !Ref Group }
`;
