import { physicalName, resourceId } from '../names.js';
import { call, optionalText, resourceTags } from './values.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceHandler } from './resource-handler.js';

/** A stack inside a stack. */
export const nestedStack: ResourceHandler = {
  replaces: [],
  moves: (attribute) => attribute.startsWith('Outputs.'),
  takesStackTags: true,
  create: (context) => ({ physicalId: context.nested.create(context.properties), attributes: {} }),
  update: (context, before) => {
    context.nested.update(before.physicalId, context.properties);
    return { attributes: before.attributes };
  },
  remove: (context, id) => context.nested.remove(id),
  progress: (context, action, id) => context.nested.progress(id, action),
  attributesWhenDone: (context, id) =>
    Object.fromEntries(Object.entries(context.nested.outputs(id)).map(([key, value]) => [`Outputs.${key}`, value])),
  patience: () => Number.POSITIVE_INFINITY,
};

export const ssmParameter: ResourceHandler = {
  replaces: ['Name'],
  moves: (attribute) => attribute === 'Value',
  takesStackTags: false,
  create: (context) => {
    const { properties } = context;
    const name =
      optionalText(properties['Name']) ?? physicalName(context.world, `CFN-${context.logicalId}`, context.logicalId);
    call(context, 'ssm', 'PutParameter', {
      Name: name,
      Value: optionalText(properties['Value']),
      Type: optionalText(properties['Type']),
    });
    return {
      physicalId: name,
      attributes: {
        Value: optionalText(properties['Value']) ?? '',
        Type: optionalText(properties['Type']) ?? 'String',
      },
    };
  },
  update: (context, before) => {
    const value = optionalText(context.properties['Value']);
    call(context, 'ssm', 'PutParameter', {
      Name: before.physicalId,
      Value: value,
      Type: optionalText(context.properties['Type']),
      Overwrite: true,
    });
    return { attributes: { ...before.attributes, Value: value ?? '' } };
  },
  remove: (context, name) => ignoringGone(() => call(context, 'ssm', 'DeleteParameter', { Name: name })),
};

export const s3Bucket: ResourceHandler = {
  replaces: ['BucketName'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const name =
      optionalText(context.properties['BucketName']) ??
      physicalName(context.world, context.stack.name, context.logicalId, 63).toLowerCase();
    call(context, 's3', 'CreateBucket', { Bucket: name });
    const domain = `${name}.s3.amazonaws.com`;
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: domain,
        RegionalDomainName: `${name}.s3.${context.world.region}.amazonaws.com`,
        WebsiteURL: `http://${name}.s3-website-${context.world.region}.amazonaws.com`,
      },
    };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  // Buckets of a stack outlive it in the sandbox: objects in them would refuse the deletion on AWS.
  remove: () => undefined,
};

/** Types whose only use is to be there. */
export const silent: ResourceHandler = inert(() => undefined);

/** Types that the sandbox does not model: the stack goes on, and an event says so. */
export const unmodelled: ResourceHandler = inert((type) => `The sandbox does not model ${type}: nothing is made`);

/** Ids of inert resources look like the real ones where other services expect a form. */
const ID_PREFIXES: Readonly<Record<string, string | undefined>> = {
  'AWS::EC2::EIP': 'eipalloc',
  'AWS::EC2::InternetGateway': 'igw',
  'AWS::EC2::NatGateway': 'nat',
  'AWS::EC2::NetworkAcl': 'acl',
  'AWS::EC2::NetworkInterface': 'eni',
  'AWS::EC2::RouteTable': 'rtb',
  'AWS::EC2::SubnetRouteTableAssociation': 'rtbassoc',
  'AWS::EC2::Volume': 'vol',
  'AWS::EC2::VPCEndpoint': 'vpce',
};

function inert(warning: (type: string) => string | undefined): ResourceHandler {
  return {
    replaces: [],
    moves: () => false,
    takesStackTags: false,
    create: (context) => {
      const prefix = ID_PREFIXES[context.type];
      const id =
        prefix !== undefined
          ? resourceId(context.world, prefix)
          : physicalName(context.world, context.stack.name, context.logicalId);
      return { physicalId: id, attributes: {}, warning: warning(context.type) };
    },
    update: (context, before) => ({ attributes: before.attributes, warning: warning(context.type) }),
    remove: () => undefined,
  };
}

export const vpc: ResourceHandler = {
  replaces: ['CidrBlock'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const block = optionalText(context.properties['CidrBlock']) ?? '10.0.0.0/16';
    const made = call(context, 'ec2', 'CreateVpc', {
      CidrBlock: block,
      TagSpecifications: [{ ResourceType: 'vpc', Tags: resourceTags(context) }],
    });
    const id = (made['Vpc'] as { VpcId: string }).VpcId;
    return {
      physicalId: id,
      attributes: { VpcId: id, CidrBlock: block, DefaultSecurityGroup: resourceId(context.world, 'sg') },
    };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  remove: (context, id) => ignoringGone(() => call(context, 'ec2', 'DeleteVpc', { VpcId: id })),
};

/** Made in EC2, so that groups find the zone of the subnet. */
export const subnet: ResourceHandler = {
  replaces: ['VpcId', 'AvailabilityZone', 'CidrBlock'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const made = call(context, 'ec2', 'CreateSubnet', {
      VpcId: optionalText(properties['VpcId']),
      CidrBlock: optionalText(properties['CidrBlock']),
      AvailabilityZone: optionalText(properties['AvailabilityZone']),
      TagSpecifications: [{ ResourceType: 'subnet', Tags: resourceTags(context) }],
    });
    const { SubnetId: id, AvailabilityZone: zone } = made['Subnet'] as { SubnetId: string; AvailabilityZone?: string };
    return {
      physicalId: id,
      attributes: {
        SubnetId: id,
        AvailabilityZone: zone ?? '',
        VpcId: optionalText(properties['VpcId']) ?? '',
        CidrBlock: optionalText(properties['CidrBlock']) ?? '',
      },
    };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  remove: (context, id) => ignoringGone(() => call(context, 'ec2', 'DeleteSubnet', { SubnetId: id })),
};
