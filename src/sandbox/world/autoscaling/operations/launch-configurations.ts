import type {
  CreateLaunchConfigurationType,
  LaunchConfigurationNamesType,
  LaunchConfigurationNameType,
} from '@aws-sdk/client-auto-scaling';
import { ec2State } from '../../ec2/state.js';
import { ServiceFault } from '../../fault.js';
import { page } from '../../page.js';
import type { World } from '../../world.js';
import { autoScalingState, invalid } from '../state.js';

/**
 * What a launch configuration takes over from an instance that it names: what the request does not say itself.
 * Source: AS API reference, CreateLaunchConfiguration, `InstanceId`; block devices are not taken over.
 */
function likeInstance(world: World, id: string): Partial<CreateLaunchConfigurationType> {
  const instance = ec2State(world).instances.get(id);
  if (instance === undefined || instance.state === 'terminated')
    throw invalid(`Invalid Instance: ${id} - The instance ID '${id}' does not exist`);
  return {
    ImageId: instance.imageId,
    InstanceType: instance.type,
    KeyName: instance.keyName,
    SecurityGroups: [...instance.securityGroupIds],
    IamInstanceProfile: instance.profile,
  };
}

export function createLaunchConfiguration(world: World, asked: CreateLaunchConfigurationType): object {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const input: Partial<CreateLaunchConfigurationType> = {
    ...(asked.InstanceId !== undefined && likeInstance(world, asked.InstanceId)),
    ...Object.fromEntries(given),
  };
  const state = autoScalingState(world);
  const name = input.LaunchConfigurationName ?? '';
  if (state.configurations.has(name)) {
    throw new ServiceFault(
      'AlreadyExists',
      `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
    );
  }
  if (input.ImageId === undefined || input.InstanceType === undefined) {
    throw invalid(
      'Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.',
    );
  }
  const random = world.random.fork(`autoscaling/configuration/${++state.counter}`);
  const uuid = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  state.configurations.set(name, {
    LaunchConfigurationName: name,
    LaunchConfigurationARN:
      `arn:aws:autoscaling:${world.region}:${world.account}:launchConfiguration:${uuid}` +
      `:launchConfigurationName/${name}`,
    ImageId: input.ImageId,
    InstanceType: input.InstanceType,
    KeyName: input.KeyName ?? '',
    SecurityGroups: input.SecurityGroups ?? [],
    ClassicLinkVPCSecurityGroups: [],
    UserData: input.UserData ?? '',
    KernelId: '',
    RamdiskId: '',
    BlockDeviceMappings: input.BlockDeviceMappings ?? [],
    InstanceMonitoring: input.InstanceMonitoring ?? { Enabled: true },
    IamInstanceProfile: input.IamInstanceProfile,
    CreatedTime: new Date(world.clock.now()),
    EbsOptimized: input.EbsOptimized ?? false,
    AssociatePublicIpAddress: input.AssociatePublicIpAddress,
    MetadataOptions: input.MetadataOptions,
    SpotPrice: input.SpotPrice,
  });
  return {};
}

export function deleteLaunchConfiguration(world: World, input: LaunchConfigurationNameType): object {
  const state = autoScalingState(world);
  const name = input.LaunchConfigurationName ?? '';
  const user = [...state.groups.values()].find((group) => group.launchConfiguration === name);
  if (user !== undefined)
    throw new ServiceFault(
      'ResourceInUse',
      `Cannot delete launch configuration ${name} because it is attached to AutoScalingGroup ${user.name}`,
    );
  if (!state.configurations.delete(name))
    throw invalid(`Launch configuration name not found - Launch configuration ${name} not found`);
  return {};
}

/** Configurations that do not exist are left out, without an error. */
export function describeLaunchConfigurations(world: World, input: LaunchConfigurationNamesType): object {
  const names = input.LaunchConfigurationNames ?? [];
  const all = [...autoScalingState(world).configurations.values()];
  const found = names.length > 0 ? all.filter((one) => names.includes(one.LaunchConfigurationName ?? '')) : all;
  const { items, next } = page(found, Math.min(100, input.MaxRecords ?? 50), input.NextToken);
  return { LaunchConfigurations: items, NextToken: next };
}
