import { same } from '../equal.js';
import { physicalName } from '../names.js';
import { isObject, text, type Json } from '../template/template.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceContext, ResourceHandler } from './resource-handler.js';
import { call, compact, objects, optionalList, optionalNumber, optionalText, resourceTags, typed } from './values.js';

export const launchTemplate: ResourceHandler = {
  replaces: ['LaunchTemplateName'],
  moves: (attribute) => attribute === 'LatestVersionNumber',
  takesStackTags: false,
  create: (context) => {
    const name =
      optionalText(context.properties['LaunchTemplateName']) ??
      physicalName(context.world, context.stack.name, context.logicalId, 128);
    const answer = call(context, 'ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: name,
      LaunchTemplateData: templateData(context),
      VersionDescription: optionalText(context.properties['VersionDescription']),
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: resourceTags(context) }],
    });
    const made = answer['LaunchTemplate'] as { LaunchTemplateId: string };
    return {
      physicalId: made.LaunchTemplateId,
      attributes: { LaunchTemplateId: made.LaunchTemplateId, LatestVersionNumber: '1', DefaultVersionNumber: '1' },
    };
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
  remove: (context, id) => ignoringGone(() => call(context, 'ec2', 'DeleteLaunchTemplate', { LaunchTemplateId: id })),
};

export const securityGroup: ResourceHandler = {
  replaces: ['GroupName', 'GroupDescription', 'VpcId'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const vpc = optionalText(properties['VpcId']);
    const answer = call(context, 'ec2', 'CreateSecurityGroup', {
      GroupName:
        optionalText(properties['GroupName']) ?? physicalName(context.world, context.stack.name, context.logicalId),
      Description: optionalText(properties['GroupDescription']),
      VpcId: vpc,
      TagSpecifications: [{ ResourceType: 'security-group', Tags: resourceTags(context) }],
    });
    const id = answer['GroupId'] as string;
    authorize(context, id, objects(properties['SecurityGroupIngress']));
    return { physicalId: id, attributes: { GroupId: id, VpcId: vpc ?? '' } };
  },
  update: (context, before) => {
    const had = objects(before.properties['SecurityGroupIngress']);
    const has = objects(context.properties['SecurityGroupIngress']);
    authorize(
      context,
      before.physicalId,
      has.filter((rule) => !had.some((other) => same(rule, other))),
    );
    const gone = had.filter((rule) => !has.some((other) => same(rule, other)));
    return {
      attributes: before.attributes,
      warning: gone.length === 0 ? undefined : 'The sandbox does not take rules of security groups away',
    };
  },
  remove: (context, id) => ignoringGone(() => call(context, 'ec2', 'DeleteSecurityGroup', { GroupId: id })),
};

export const instance: ResourceHandler = {
  replaces: [
    'ImageId',
    'AvailabilityZone',
    'SubnetId',
    'KeyName',
    'NetworkInterfaces',
    'PrivateIpAddress',
    'LaunchTemplate',
    'SecurityGroups',
  ],
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
    const [made] = answer['Instances'] as {
      InstanceId: string;
      PrivateIpAddress?: string;
      Placement?: { AvailabilityZone?: string };
    }[];
    const id = made?.InstanceId ?? '';
    return {
      physicalId: id,
      attributes: {
        InstanceId: id,
        PrivateIp: made?.PrivateIpAddress ?? '',
        AvailabilityZone: made?.Placement?.AvailabilityZone ?? '',
      },
    };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  remove: (context, id) => ignoringGone(() => call(context, 'ec2', 'TerminateInstances', { InstanceIds: [id] })),
};

/** Launch template data has the API's own names; only its types need care. */
function templateData(context: ResourceContext): Json {
  const data = typed(context.properties['LaunchTemplateData']);
  return isObject(data) ? data : {};
}

/** Ingress rules, as far as a sandbox without packets has a use for them: they can be read back. */
function authorize(context: ResourceContext, groupId: string, rules: readonly Record<string, Json>[]): void {
  if (rules.length === 0) return;
  call(context, 'ec2', 'AuthorizeSecurityGroupIngress', {
    GroupId: groupId,
    IpPermissions: rules.map((rule) =>
      compact({
        IpProtocol: optionalText(rule['IpProtocol']),
        FromPort: optionalNumber(rule['FromPort']),
        ToPort: optionalNumber(rule['ToPort']),
        IpRanges: rule['CidrIp'] === undefined ? undefined : [{ CidrIp: text(rule['CidrIp']) }],
        Ipv6Ranges: rule['CidrIpv6'] === undefined ? undefined : [{ CidrIpv6: text(rule['CidrIpv6']) }],
        UserIdGroupPairs:
          rule['SourceSecurityGroupId'] === undefined ? undefined : [{ GroupId: text(rule['SourceSecurityGroupId']) }],
      }),
    ),
  });
}
