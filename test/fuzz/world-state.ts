import type { Sandbox } from '../../src/sandbox/index.js';
import type { FuzzInput } from './input.js';
import type { ServiceName } from '../../src/sandbox/world/world.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * What a command could have changed, as one text: two texts are the same when nothing was. Where answers are spoiled,
 * change sets are left out, and stacks that are nothing else: who is told that there is none removes none.
 */
export function stateOf({ invoke }: Pick<Sandbox, 'invoke'>, { answers }: Pick<FuzzInput, 'answers'>): string {
  const whole = answers.length === 0;
  const rows = (service: ServiceName, operation: string, list: string, input: object = {}): readonly Row[] =>
    (invoke(service, operation, input) as Readonly<Record<string, readonly Row[]>>)[list] ?? [];
  const there = rows('cloudformation', 'DescribeStacks', 'Stacks');
  const made = whole ? there : there.filter(({ StackStatus: status }) => status !== 'REVIEW_IN_PROGRESS');
  const changeSetsOf = (stack: Row): readonly unknown[] =>
    rows('cloudformation', 'ListChangeSets', 'Summaries', { StackName: stack['StackName'] }).map(
      ({ ChangeSetName: name }) => name,
    );
  const stacks = made.map((stack) => ({
    ...pick(stack, [
      'StackName',
      'StackStatus',
      'Parameters',
      'Tags',
      'LastUpdatedTime',
      'EnableTerminationProtection',
    ]),
    template: invoke('cloudformation', 'GetTemplate', { StackName: stack['StackName'] }),
    changeSets: whole ? changeSetsOf(stack) : [],
  }));
  const groups = rows('autoscaling', 'DescribeAutoScalingGroups', 'AutoScalingGroups').map((group) => ({
    ...pick(group, ['AutoScalingGroupName', 'MinSize', 'DesiredCapacity', 'MaxSize', 'SuspendedProcesses', 'Tags']),
    instances: (group['Instances'] as readonly Row[]).map((one) =>
      pick(one, ['InstanceId', 'LifecycleState', 'ProtectedFromScaleIn']),
    ),
  }));
  const targets = rows('elbv2', 'DescribeTargetGroups', 'TargetGroups').map(({ TargetGroupArn: arn }) =>
    rows('elbv2', 'DescribeTargetHealth', 'TargetHealthDescriptions', { TargetGroupArn: arn }),
  );
  return JSON.stringify({ stacks, groups, targets });
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}
