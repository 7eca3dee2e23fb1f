import { AutoScaling, type AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import { EC2 } from '@aws-sdk/client-ec2';
import { DEFAULT_SUBNETS } from '../../../src/sandbox/world/ec2/state.js';

/**
 * Makes three groups without instances: web-blue (env=prod), web-green (env=test), api-1 (env=prod).
 * @param way to the world, for clients of the SDK
 */
export async function emptyGroups(
  way: Pick<AutoScalingClientConfig, 'endpoint' | 'region' | 'credentials' | 'requestHandler'>,
): Promise<void> {
  await new EC2(way).createLaunchTemplate({
    LaunchTemplateName: 'any',
    LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
  });
  const client = new AutoScaling(way);
  for (const [name, env] of [
    ['web-blue', 'prod'],
    ['web-green', 'test'],
    ['api-1', 'prod'],
  ] as const) {
    const tag = (Key: string, Value: string) => ({
      Key,
      Value,
      PropagateAtLaunch: false,
      ResourceId: name,
      ResourceType: 'auto-scaling-group',
    });
    const size = { MinSize: 0, MaxSize: 2, DesiredCapacity: 0 };
    await client.createAutoScalingGroup({
      AutoScalingGroupName: name,
      ...size,
      VPCZoneIdentifier: DEFAULT_SUBNETS[0],
      LaunchTemplate: { LaunchTemplateName: 'any', Version: '1' },
      Tags: [tag('env', env), tag('app', name.split('-')[0] ?? '')],
    });
  }
}
