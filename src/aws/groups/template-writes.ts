import type { LaunchTemplateSpecification, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import type { VersionRequest } from '../../engine/gateway.js';
import { AwsFault } from '../../errors.js';
import type { Clients } from '../session/clients.js';

/** A template as calls name it. */
function named(template: string): { readonly LaunchTemplateId: string } | { readonly LaunchTemplateName: string } {
  return template.startsWith('lt-') ? { LaunchTemplateId: template } : { LaunchTemplateName: template };
}

/** What an image is; undefined where it does not exist, or we may not see it. */
export async function image(
  clients: Clients,
  id: string,
): Promise<{ state: string; architecture: string } | undefined> {
  try {
    const { Images: images = [] } = await (await clients.ec2()).describeImages({ ImageIds: [id] });
    const [found] = images;
    return found && { state: found.State ?? '', architecture: found.Architecture ?? '' };
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'missing') return undefined;
    throw error;
  }
}

/**
 * Makes a version that differs from another one in its image alone. Source: CreateLaunchTemplateVersion, SourceVersion
 * ("the new version inherits the launch parameters from the source version"), ClientToken.
 */
export async function makeVersion(clients: Clients, asked: VersionRequest): Promise<string> {
  const answer = await (
    await clients.ec2()
  ).createLaunchTemplateVersion({
    ...named(asked.template),
    SourceVersion: asked.source,
    VersionDescription: asked.description,
    ClientToken: asked.token,
    LaunchTemplateData: { ImageId: asked.image },
  });
  const number = answer.LaunchTemplateVersion?.VersionNumber;
  if (number === undefined)
    throw new AwsFault(
      'transient',
      'ec2:CreateLaunchTemplateVersion',
      'NoNumber',
      'EC2 answered without the number of the version',
    );
  return String(number);
}

/**
 * Makes a group launch another version. A mixed policy is one value to AWS: it is sent as it is there now, with this
 * one difference. Source: UpdateAutoScalingGroup, MixedInstancesPolicy.
 */
export async function point(clients: Clients, group: string, template: string, version: string): Promise<void> {
  const client = await clients.autoScaling();
  const launchTemplate: LaunchTemplateSpecification = { ...named(template), Version: version };
  const { AutoScalingGroups: found = [] } = await client.describeAutoScalingGroups({ AutoScalingGroupNames: [group] });
  const mixed = found[0]?.MixedInstancesPolicy;
  const policy: MixedInstancesPolicy | undefined = mixed && {
    ...mixed,
    LaunchTemplate: { ...mixed.LaunchTemplate, LaunchTemplateSpecification: launchTemplate },
  };
  await client.updateAutoScalingGroup({
    AutoScalingGroupName: group,
    ...(policy === undefined ? { LaunchTemplate: launchTemplate } : { MixedInstancesPolicy: policy }),
  });
}
