import { ServiceFault } from '../../fault.js';
import { physicalName, resourceId } from '../names.js';
import { isObject, text, type Json } from '../template.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceContext, ResourceHandler } from './handler.js';
import { call, objects, optionalList, optionalText, resourceTags, typed } from './values.js';

export const launchTemplate: ResourceHandler = {
  replaces: ['LaunchTemplateName'],
  moves: (attribute) => attribute === 'LatestVersionNumber',
  takesStackTags: false,
  create: (context) => {
    const name = optionalText(context.properties['LaunchTemplateName']) ?? physicalName(context.world, context.stack.name, context.logicalId, 128);
    const answer = call(context, 'ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: name,
      LaunchTemplateData: templateData(context),
      VersionDescription: optionalText(context.properties['VersionDescription']),
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: resourceTags(context) }],
    });
    const made = answer['LaunchTemplate'] as { LaunchTemplateId: string };
    return { physicalId: made.LaunchTemplateId, attributes: { LaunchTemplateId: made.LaunchTemplateId, LatestVersionNumber: '1', DefaultVersionNumber: '1' } };
  },
  update: (context, before) => {
    // Every change is a new version; the default version stays where it is.
    const answer = call(context, 'ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: before.physicalId,
      LaunchTemplateData: templateData(context),
      VersionDescription: optionalText(context.properties['VersionDescription']),
    });
    const version = (answer['LaunchTemplateVersion'] as { VersionNumber: number }).VersionNumber;
    return { attributes: { ...before.attributes, LatestVersionNumber: String(version) } };
  },
  remove: (context, id) => void ignoringGone(() => call(context, 'ec2', 'DeleteLaunchTemplate', { LaunchTemplateId: id })),
};

export const securityGroup: ResourceHandler = {
  replaces: ['GroupName', 'GroupDescription', 'VpcId'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const name = optionalText(properties['GroupName']) ?? physicalName(context.world, context.stack.name, context.logicalId);
    const vpc = optionalText(properties['VpcId']);
    try {
      const answer = call(context, 'ec2', 'CreateSecurityGroup', {
        GroupName: name,
        Description: optionalText(properties['GroupDescription']),
        VpcId: vpc,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: resourceTags(context) }],
      });
      const id = answer['GroupId'] as string;
      return { physicalId: id, attributes: { GroupId: id, VpcId: vpc ?? '' }, warning: rulesWarning(context) };
    } catch (error) {
      if (!unknownCall(error)) throw error;
      const id = resourceId(context.world, 'sg');
      return { physicalId: id, attributes: { GroupId: id, VpcId: vpc ?? '' }, warning: rulesWarning(context) };
    }
  },
  update: (context, before) => ({ attributes: before.attributes, warning: rulesWarning(context) }),
  remove: (context, id) => void ignoringGone(() => call(context, 'ec2', 'DeleteSecurityGroup', { GroupId: id })),
};

export const instance: ResourceHandler = {
  replaces: ['ImageId', 'AvailabilityZone', 'SubnetId', 'KeyName', 'NetworkInterfaces', 'PrivateIpAddress', 'LaunchTemplate', 'SecurityGroups'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const zone = optionalText(properties['AvailabilityZone']);
    const answer = call(context, 'ec2', 'RunInstances', {
      MinCount: 1,
      MaxCount: 1,
      ImageId: optionalText(properties['ImageId']),
      InstanceType: optionalText(properties['InstanceType']),
      KeyName: optionalText(properties['KeyName']),
      SubnetId: optionalText(properties['SubnetId']),
      SecurityGroupIds: optionalList(properties['SecurityGroupIds']),
      UserData: optionalText(properties['UserData']),
      Placement: zone === undefined ? undefined : { AvailabilityZone: zone },
      LaunchTemplate: typed(properties['LaunchTemplate']),
      TagSpecifications: [{ ResourceType: 'instance', Tags: resourceTags(context) }],
    });
    const [made] = answer['Instances'] as { InstanceId: string; PrivateIpAddress?: string; Placement?: { AvailabilityZone?: string } }[];
    const id = made?.InstanceId ?? '';
    return {
      physicalId: id,
      attributes: { InstanceId: id, PrivateIp: made?.PrivateIpAddress ?? '', AvailabilityZone: made?.Placement?.AvailabilityZone ?? '' },
    };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  remove: (context, id) => void ignoringGone(() => call(context, 'ec2', 'TerminateInstances', { InstanceIds: [id] })),
};

export function unknownCall(error: unknown): boolean {
  return error instanceof ServiceFault && error.code === 'InvalidAction';
}

/** Launch template data has the API's own names; only its types need care. */
function templateData(context: ResourceContext): Json {
  const data = typed(context.properties['LaunchTemplateData']);
  return isObject(data) ? data : {};
}

function rulesWarning(context: ResourceContext): string | undefined {
  const rules = [...objects(context.properties['SecurityGroupIngress']), ...objects(context.properties['SecurityGroupEgress'])];
  return rules.length === 0 ? undefined : `The sandbox does not model rules of security groups: ${rules.length} of ${text(context.logicalId)} let everything pass`;
}
