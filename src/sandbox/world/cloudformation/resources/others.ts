import { physicalName, resourceId } from '../names.js';
import { call, optionalText } from './values.js';
import { ignoringGone } from './autoscaling.js';
import { unknownCall } from './ec2.js';
import type { ResourceHandler } from './handler.js';

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
    const name = optionalText(properties['Name']) ?? physicalName(context.world, `CFN-${context.logicalId}`, context.logicalId);
    call(context, 'ssm', 'PutParameter', { Name: name, Value: optionalText(properties['Value']), Type: optionalText(properties['Type']) });
    return { physicalId: name, attributes: { Value: optionalText(properties['Value']) ?? '', Type: optionalText(properties['Type']) ?? 'String' } };
  },
  update: (context, before) => {
    const value = optionalText(context.properties['Value']);
    call(context, 'ssm', 'PutParameter', { Name: before.physicalId, Value: value, Type: optionalText(context.properties['Type']), Overwrite: true });
    return { attributes: { ...before.attributes, Value: value ?? '' } };
  },
  remove: (context, name) => void ignoringGone(() => call(context, 'ssm', 'DeleteParameter', { Name: name })),
};

export const s3Bucket: ResourceHandler = {
  replaces: ['BucketName'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const name = optionalText(context.properties['BucketName']) ?? physicalName(context.world, context.stack.name, context.logicalId, 63).toLowerCase();
    call(context, 's3', 'CreateBucket', { Bucket: name });
    const domain = `${name}.s3.amazonaws.com`;
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: domain, RegionalDomainName: `${name}.s3.${context.world.region}.amazonaws.com`, WebsiteURL: `http://${name}.s3-website-${context.world.region}.amazonaws.com` },
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
      const id = prefix !== undefined ? resourceId(context.world, prefix) : physicalName(context.world, context.stack.name, context.logicalId);
      return { physicalId: id, attributes: {}, warning: warning(context.type) };
    },
    update: (context, before) => ({ attributes: before.attributes, warning: warning(context.type) }),
    remove: () => undefined,
  };
}

/** Networks: made in EC2 when it has the call, so that groups find the zone of a subnet. */
export const vpc: ResourceHandler = {
  ...silent,
  replaces: ['CidrBlock'],
  create: (context) => {
    const made = tryCreate(context, 'CreateVpc', { CidrBlock: optionalText(context.properties['CidrBlock']) }) as { Vpc?: { VpcId?: string } } | undefined;
    const id = made?.Vpc?.VpcId ?? resourceId(context.world, 'vpc');
    return { physicalId: id, attributes: { VpcId: id, CidrBlock: optionalText(context.properties['CidrBlock']) ?? '', DefaultSecurityGroup: resourceId(context.world, 'sg') } };
  },
};

export const subnet: ResourceHandler = {
  ...silent,
  replaces: ['VpcId', 'AvailabilityZone', 'CidrBlock'],
  create: (context) => {
    const zone = optionalText(context.properties['AvailabilityZone']) ?? `${context.world.region}a`;
    const input = { VpcId: optionalText(context.properties['VpcId']), CidrBlock: optionalText(context.properties['CidrBlock']), AvailabilityZone: zone };
    const made = tryCreate(context, 'CreateSubnet', input) as { Subnet?: { SubnetId?: string } } | undefined;
    const id = made?.Subnet?.SubnetId ?? resourceId(context.world, 'subnet');
    return { physicalId: id, attributes: { SubnetId: id, AvailabilityZone: zone, VpcId: input.VpcId ?? '', CidrBlock: input.CidrBlock ?? '' } };
  },
};

function tryCreate(context: Parameters<ResourceHandler['create']>[0], operation: string, input: object): object | undefined {
  try {
    return call(context, 'ec2', operation, input);
  } catch (error) {
    if (unknownCall(error)) return undefined;
    throw error;
  }
}
