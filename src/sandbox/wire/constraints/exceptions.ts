import type { ServiceName } from '../../world/world.js';
import type { ShapeConstraints } from './constraint-table.js';

/** Where a model says something else than AWS does; its documents decide. */
export interface Exception {
  readonly service: ServiceName;
  readonly shape: string;
  /** Concerns this member of the structure alone. */
  readonly member?: string;
  /** What holds instead, on top of what the model says; a constraint that is `undefined` does not hold. */
  readonly says: { readonly [K in keyof ShapeConstraints]?: ShapeConstraints[K] | undefined };
  readonly because: string;
}

const STACK_NAME = {
  because:
    'API reference, CreateStack: a name of 1 to 128 characters that begins with a letter; the model leaves it out',
  says: { is: 'string', min: 1, max: 128, pattern: '[a-zA-Z][-a-zA-Z0-9]*' },
} as const;
const TEMPLATE_BODY = {
  because: 'API reference: a template body has 51,200 bytes at most; the model leaves it out',
  says: { max: 51_200 },
} as const;
const HUNDRED = {
  because: 'API reference, MaxRecords: "The default value is 50 and the maximum value is 100"; the model leaves it out',
  says: { is: 'integer', min: 1, max: 100 },
} as const;
const FIVE_TO_THOUSAND = {
  because: 'API reference: MaxResults is "a value between 5 and 1000"; the model has it of other operations alone',
  says: { is: 'integer', min: 5, max: 1000 },
} as const;
const INSTANCE_TYPES = 'new ones come every week: AWS knows more than any copy of the model';

/** All exceptions; a test holds that each of them changes something. */
export const EXCEPTIONS: readonly Exception[] = [
  { service: 'cloudformation', shape: 'CreateStackInput', member: 'StackName', ...STACK_NAME },
  { service: 'cloudformation', shape: 'TemplateBody', ...TEMPLATE_BODY },
  ...[
    'AutoScalingGroupNamesType',
    'LaunchConfigurationNamesType',
    'DescribeScalingActivitiesType',
    'DescribeScheduledActionsType',
    'DescribeTagsType',
  ].map((shape) => ({ service: 'autoscaling', shape, member: 'MaxRecords', ...HUNDRED }) as const),
  {
    service: 'autoscaling',
    shape: 'DescribeAutoScalingInstancesType',
    member: 'MaxRecords',
    says: { is: 'integer', min: 1, max: 50 },
    because: 'API reference, DescribeAutoScalingInstances: "The default value is 50 and the maximum value is 50"',
  },
  ...['DescribeInstancesRequest', 'DescribeInstanceStatusRequest'].map(
    (shape) => ({ service: 'ec2', shape, member: 'MaxResults', ...FIVE_TO_THOUSAND }) as const,
  ),
  { service: 'ec2', shape: 'InstanceType', says: { enum: undefined }, because: INSTANCE_TYPES },
  { service: 'ec2', shape: 'AcceleratorName', says: { enum: undefined }, because: INSTANCE_TYPES },
  {
    service: 'ec2',
    shape: 'CreateLaunchTemplateRequest',
    member: 'LaunchTemplateName',
    says: { is: 'string', min: 3, max: 128, pattern: '[a-zA-Z0-9\\(\\)\\.\\-/_]+' },
    because: 'API reference, CreateLaunchTemplate: 3 to 128 characters; the model has it at every other operation',
  },
];
