/** For what actions are needed, and what they are taken on. */
export interface NeededActions {
  /** A clause: `reading groups, instances and load balancers`. */
  readonly purpose: string;
  readonly on: 'anything' | 'the stack' | 'each group' | 'instances of each group' | 'the history' | 'the event bus';
  readonly actions: readonly string[];
  /** What a run does without them; absent: it cannot go on. */
  readonly without?: string;
}

/**
 * The IAM actions of `update-stack` and `update-asgs`, by what they are for. A test holds them to the policy in
 * `templates/iam-policy.json`, and another one holds that policy to what the commands do.
 */
export const NEEDED_ACTIONS: readonly NeededActions[] = [
  {
    purpose: 'reading groups, instances and load balancers',
    on: 'anything',
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeScalingActivities',
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:DescribeLaunchTemplates',
      'elasticloadbalancing:DescribeInstanceHealth',
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeTargetGroupAttributes',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetHealth',
    ],
  },
  {
    purpose: 'looking for what else is under way on a group',
    on: 'anything',
    actions: [
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeLifecycleHooks',
      'autoscaling:DescribeTrafficSources',
    ],
    without: 'A run warns and starts without having looked.',
  },
  {
    purpose: 'giving groups another image',
    on: 'anything',
    actions: ['ec2:CreateLaunchTemplateVersion', 'ec2:DescribeImages'],
    without: 'A run without --image needs none of it.',
  },
  {
    purpose: 'watching alarms',
    on: 'anything',
    actions: ['cloudwatch:DescribeAlarms'],
    without: 'A run without --alarm needs none of it.',
  },
  {
    purpose: 'asking metrics',
    on: 'anything',
    actions: ['cloudwatch:GetMetricData'],
    without: 'A run without --metric needs none of it.',
  },
  {
    purpose: 'checking templates',
    on: 'anything',
    actions: ['cloudformation:GetTemplateSummary', 'cloudformation:ValidateTemplate'],
  },
  {
    purpose: 'reading the stack',
    on: 'the stack',
    actions: [
      'cloudformation:DescribeChangeSet',
      'cloudformation:DescribeEvents',
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStacks',
      'cloudformation:GetTemplate',
      'cloudformation:ListChangeSets',
      'cloudformation:ListStackResources',
    ],
  },
  {
    purpose: 'changing the stack',
    on: 'the stack',
    actions: [
      'cloudformation:CreateChangeSet',
      'cloudformation:DeleteChangeSet',
      'cloudformation:ExecuteChangeSet',
      'cloudformation:UpdateStack',
    ],
  },
  {
    purpose: 'getting the stack out of a failed or cancelled change',
    on: 'the stack',
    actions: [
      'cloudformation:CancelUpdateStack',
      'cloudformation:ContinueUpdateRollback',
      'cloudformation:RollbackStack',
    ],
    without: 'A change that fails or is cancelled has to be repaired by somebody else.',
  },
  {
    purpose: 'replacing instances',
    on: 'each group',
    actions: [
      'autoscaling:ResumeProcesses',
      'autoscaling:SetInstanceProtection',
      'autoscaling:SuspendProcesses',
      'autoscaling:TerminateInstanceInAutoScalingGroup',
      'autoscaling:UpdateAutoScalingGroup',
    ],
  },
  {
    purpose: 'noting the rollout on a group',
    on: 'each group',
    actions: ['autoscaling:CreateOrUpdateTags', 'autoscaling:DeleteTags'],
  },
  {
    purpose: 'showing what an instance printed',
    on: 'instances of each group',
    actions: ['ec2:GetConsoleOutput'],
    without: 'A failure is told without the output of its instances.',
  },
  {
    purpose: 'keeping runs in the history',
    on: 'the history',
    actions: ['s3:PutObject'],
    without: 'A run goes on and is not kept, unless a policy of the bucket allows it, which IAM does not know.',
  },
  {
    purpose: 'telling the event bus',
    on: 'the event bus',
    actions: ['events:PutEvents'],
    without: 'A run goes on and is not told there, unless a policy of the bus allows it, which IAM does not know.',
  },
];
