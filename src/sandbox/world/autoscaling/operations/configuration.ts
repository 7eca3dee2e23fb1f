import type {
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { resolveImage } from '../../ec2/images.js';
import { templateOf, versionOf } from '../../ec2/launch-templates.js';
import { ServiceFault } from '../../fault.js';
import type { World } from '../../world.js';
import { autoScalingState, invalid, type GroupState } from '../state.js';

/** What one instance is launched with, all references resolved at this moment. */
export interface Resolved {
  readonly image: string;
  readonly type: string;
  readonly securityGroups?: readonly string[] | undefined;
  readonly keyName?: string | undefined;
  readonly profile?: string | undefined;
  readonly launchConfiguration?: string | undefined;
  readonly template?: { readonly id: string; readonly name: string; readonly version: string } | undefined;
  readonly weight?: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

/**
 * The configuration of the next launch. `$Latest` and `$Default` are resolved now; with overrides the
 * launches go round them in their order (`turn` counts launches). Throws EC2's faults when it is gone.
 */
export function resolveConfiguration(world: World, group: GroupState, turn: number): Resolved {
  if (group.launchConfiguration !== undefined) return fromConfiguration(world, group.launchConfiguration);
  if (group.template !== undefined) return fromTemplate(world, group.template, {});
  const policy = group.mixed?.LaunchTemplate;
  const overrides = policy?.Overrides ?? [];
  const override: LaunchTemplateOverrides = overrides[turn % Math.max(1, overrides.length)] ?? {};
  const specification = override.LaunchTemplateSpecification ?? policy?.LaunchTemplateSpecification;
  if (specification === undefined) throw new ServiceFault('ValidationError', 'The group has no launch template.');
  return fromTemplate(world, specification, override);
}

function fromConfiguration(world: World, name: string): Resolved {
  const found = autoScalingState(world).configurations.get(name);
  if (found === undefined) throw new ServiceFault('ValidationError', `Launch configuration ${name} does not exist.`);
  return {
    image: found.ImageId ?? '',
    type: found.InstanceType ?? 'm1.small',
    securityGroups: found.SecurityGroups,
    keyName: found.KeyName,
    profile: found.IamInstanceProfile,
    launchConfiguration: name,
    tags: new Map(),
  };
}

function fromTemplate(
  world: World,
  specification: LaunchTemplateSpecification,
  override: LaunchTemplateOverrides,
): Resolved {
  const template = templateOf(world, specification);
  const { number, data } = versionOf(template, specification.Version);
  const image = override.ImageId ?? data.ImageId;
  if (image === undefined) throw new ServiceFault('ValidationError', 'The launch template must contain an image id.');
  const own = (data.TagSpecifications ?? [])
    .filter((one) => one.ResourceType === 'instance')
    .flatMap((one) => one.Tags ?? []);
  return {
    image: resolveImage(world, image),
    type: override.InstanceType ?? data.InstanceType ?? 'm1.small',
    securityGroups: data.SecurityGroupIds ?? data.NetworkInterfaces?.[0]?.Groups,
    keyName: data.KeyName,
    profile: data.IamInstanceProfile?.Arn ?? data.IamInstanceProfile?.Name,
    template: { id: template.id, name: template.name, version: String(number) },
    weight: override.WeightedCapacity,
    tags: new Map(own.map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
}

/** Checks what a request launches from and answers it as the group shows it: ids and names both. */
export function checkedConfiguration(
  world: World,
  input: {
    readonly LaunchConfigurationName?: string | undefined;
    readonly LaunchTemplate?: LaunchTemplateSpecification | undefined;
    readonly MixedInstancesPolicy?: MixedInstancesPolicy | undefined;
  },
): Pick<GroupState, 'launchConfiguration' | 'template' | 'mixed'> | undefined {
  const { LaunchConfigurationName, LaunchTemplate, MixedInstancesPolicy } = input;
  const given = [LaunchConfigurationName, LaunchTemplate, MixedInstancesPolicy].filter(
    (one) => one !== undefined,
  ).length;
  if (given === 0) return undefined;
  if (given > 1) {
    throw invalid(
      'Valid requests must contain either launchTemplate, LaunchConfigurationName, InstanceId or ' +
        'MixedInstancesPolicy parameter.',
    );
  }
  if (LaunchConfigurationName !== undefined) {
    if (!autoScalingState(world).configurations.has(LaunchConfigurationName)) {
      throw invalid(`Launch configuration name not found - Launch configuration ${LaunchConfigurationName} not found`);
    }
    return { launchConfiguration: LaunchConfigurationName, template: undefined, mixed: undefined };
  }
  if (LaunchTemplate !== undefined)
    return { launchConfiguration: undefined, template: checkedTemplate(world, LaunchTemplate), mixed: undefined };
  const policy = MixedInstancesPolicy?.LaunchTemplate;
  if (policy?.LaunchTemplateSpecification === undefined)
    throw invalid('You must specify a launch template in the mixed instances policy.');
  const overrides = policy.Overrides ?? [];
  const weighted = overrides.filter((one) => one.WeightedCapacity !== undefined).length;
  if (weighted > 0 && weighted < overrides.length)
    throw invalid('If WeightedCapacity is specified for one override, it must be specified for all of them.');
  const checked: MixedInstancesPolicy = {
    ...MixedInstancesPolicy,
    LaunchTemplate: {
      LaunchTemplateSpecification: checkedTemplate(world, policy.LaunchTemplateSpecification),
      Overrides: overrides.map((one) =>
        one.LaunchTemplateSpecification === undefined
          ? one
          : { ...one, LaunchTemplateSpecification: checkedTemplate(world, one.LaunchTemplateSpecification) },
      ),
    },
  };
  return { launchConfiguration: undefined, template: undefined, mixed: checked };
}

function checkedTemplate(world: World, wanted: LaunchTemplateSpecification): LaunchTemplateSpecification {
  try {
    const template = templateOf(world, wanted);
    versionOf(template, wanted.Version);
    return {
      LaunchTemplateId: template.id,
      LaunchTemplateName: template.name,
      ...(wanted.Version === undefined ? {} : { Version: wanted.Version }),
    };
  } catch (error) {
    if (error instanceof ServiceFault)
      throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
    throw error;
  }
}
