import { DEFAULT_SUBNETS } from '../../src/sandbox/world/ec2/state.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { call } from './sandbox.js';

/** A group of one instance that launches the image of the parameter, without a balancer. */
const group = {
  Type: 'AWS::AutoScaling::AutoScalingGroup',
  Properties: {
    MinSize: '1',
    MaxSize: '4',
    DesiredCapacity: '1',
    VPCZoneIdentifier: [DEFAULT_SUBNETS[0]],
    LaunchTemplate: {
      LaunchTemplateId: { Ref: 'Launch' },
      Version: { 'Fn::GetAtt': ['Launch', 'LatestVersionNumber'] },
    },
  },
};

const TEMPLATE = {
  Parameters: { Image: { Type: 'String' } },
  Resources: {
    Launch: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { ImageId: { Ref: 'Image' }, InstanceType: 't3.micro' } },
    },
    Web: group,
    WebAdmin: group,
    Workers: group,
  },
};

/** The image that the stack is made with, another good one, and one that does not exist. */
export const IMAGES = { first: 'ami-first', good: 'ami-good', bad: 'ami-bad' } as const;

/** Makes the stack `shop` with the groups Web, WebAdmin and Workers, and lets the world run until they serve. */
export function threeGroups(sandbox: Sandbox, image: string = IMAGES.first): void {
  call(sandbox.world, 'cloudformation', 'CreateStack', {
    StackName: 'shop',
    TemplateBody: JSON.stringify(TEMPLATE),
    Parameters: [{ ParameterKey: 'Image', ParameterValue: image }],
  });
  sandbox.clock.advance(600_000);
}

/** Changes the image of the stack `shop` alone, as another tool would: its groups are outdated then. */
export function otherImage(sandbox: Sandbox, image: string): void {
  call(sandbox.world, 'cloudformation', 'UpdateStack', {
    StackName: 'shop',
    UsePreviousTemplate: true,
    Parameters: [{ ParameterKey: 'Image', ParameterValue: image }],
  });
  sandbox.clock.advance(600_000);
}

/** Physical names of the groups, by logical id. */
export function namesOf(sandbox: Sandbox): Readonly<Record<string, string>> {
  const { StackResources } = call<{
    readonly StackResources: readonly { readonly LogicalResourceId: string; readonly PhysicalResourceId: string }[];
  }>(sandbox.world, 'cloudformation', 'DescribeStackResources', { StackName: 'shop' });
  return Object.fromEntries(StackResources.map((one) => [one.LogicalResourceId, one.PhysicalResourceId]));
}
