import type { Sandbox } from '../../src/sandbox/index.js';

/** What of the answers is looked at. */
interface Answer {
  readonly Stacks?: readonly { readonly StackName: string; readonly StackStatus: string }[];
  readonly Reservations?: readonly {
    readonly Instances: readonly { readonly InstanceId: string; readonly State: { readonly Name: string } }[];
  }[];
  readonly AutoScalingGroups?: readonly { readonly AutoScalingGroupName: string }[];
  readonly LoadBalancerDescriptions?: readonly { readonly LoadBalancerName: string }[];
  readonly LoadBalancers?: readonly { readonly LoadBalancerName: string }[];
}

/** What costs money in a sandbox, or would: stacks, instances that run, balancers and groups. */
export function leftIn({ invoke }: Sandbox): readonly string[] {
  const ask = (service: Parameters<typeof invoke>[0], operation: string): Answer => invoke(service, operation, {});
  const { Stacks: stacks = [] } = ask('cloudformation', 'DescribeStacks');
  const { Reservations: rows = [] } = ask('ec2', 'DescribeInstances');
  const { AutoScalingGroups: groups = [] } = ask('autoscaling', 'DescribeAutoScalingGroups');
  const classic = ask('elb', 'DescribeLoadBalancers');
  const modern = ask('elbv2', 'DescribeLoadBalancers');
  return [
    ...stacks.filter(({ StackStatus: status }) => status !== 'DELETE_COMPLETE').map(({ StackName: name }) => name),
    ...rows
      .flatMap(({ Instances: some }) => some)
      .filter(({ State: state }) => !/^(terminated|shutting-down)$/.test(state.Name))
      .map(({ InstanceId: id }) => id),
    ...groups.map(({ AutoScalingGroupName: name }) => name),
    ...(classic.LoadBalancerDescriptions ?? []).map(({ LoadBalancerName: name }) => name),
    ...(modern.LoadBalancers ?? []).map(({ LoadBalancerName: name }) => name),
  ];
}
