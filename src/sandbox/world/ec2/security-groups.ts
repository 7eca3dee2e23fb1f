import type {
  AuthorizeSecurityGroupIngressRequest,
  CreateSecurityGroupRequest,
  DeleteSecurityGroupRequest,
  DescribeSecurityGroupsRequest,
  IpPermission,
} from '@aws-sdk/client-ec2';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import { next } from '../random-delay.js';
import type { World } from '../world.js';
import { selects } from './filters.js';
import { checkVpc } from './network.js';
import { DEFAULT_VPC, ec2State, type SecurityGroupState } from './state.js';
import { tagList, tagsFor } from './tags.js';

export function createSecurityGroup(world: World, input: CreateSecurityGroupRequest): object {
  const state = ec2State(world);
  const vpcId = input.VpcId ?? DEFAULT_VPC;
  checkVpc(world, vpcId);
  for (const other of state.securityGroups.values()) {
    if (other.name === input.GroupName && other.vpcId === vpcId) {
      throw new ServiceFault(
        'InvalidGroup.Duplicate',
        `The security group '${input.GroupName}' already exists for VPC '${vpcId}'`,
      );
    }
  }
  const id = `sg-0${world.random.fork(`ec2/sg/${next(state)}`).hex(16)}`;
  state.securityGroups.set(id, {
    id,
    name: input.GroupName ?? id,
    description: input.Description ?? '',
    vpcId,
    ingress: [],
    tags: tagsFor('security-group', input.TagSpecifications),
  });
  return { GroupId: id, SecurityGroupArn: `arn:aws:ec2:${world.region}:${world.account}:security-group/${id}` };
}

export function deleteSecurityGroup(world: World, input: DeleteSecurityGroupRequest): object {
  const state = ec2State(world);
  const group = groupOf(world, input);
  const used = [...state.instances.values()].some(
    (instance) => instance.state !== 'terminated' && instance.securityGroupIds.includes(group.id),
  );
  if (used) throw new ServiceFault('DependencyViolation', `resource ${group.id} has a dependent object`);
  state.securityGroups.delete(group.id);
  return { Return: true, GroupId: group.id };
}

/** Adds rules, one for each peer, as EC2 counts them. */
export function authorizeSecurityGroupIngress(world: World, input: AuthorizeSecurityGroupIngressRequest): object {
  const group = groupOf(world, input);
  const { IpProtocol, FromPort, ToPort, CidrIp } = input;
  const asked: readonly IpPermission[] = input.IpPermissions ?? [
    { IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] },
  ];
  const known = new Set(group.ingress.flatMap(rulesOf).map(wordsOf));
  for (const rule of asked.flatMap(rulesOf)) {
    requireRule(rule);
    const words = wordsOf(rule);
    if (known.has(words))
      throw new ServiceFault('InvalidPermission.Duplicate', `the specified rule "${words}" already exists`);
    known.add(words);
  }
  group.ingress.push(...asked);
  return { Return: true, SecurityGroupRules: asked.flatMap(rulesOf).map((rule) => ruleView(world, group.id, rule)) };
}

interface Rule {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'CidrIpv4' | 'CidrIpv6' | 'PrefixListId' | 'group';
  readonly peer: string;
}

function rulesOf(permission: IpPermission): Rule[] {
  const { IpProtocol: protocol = '-1', FromPort: from = -1, ToPort: to = -1 } = permission;
  const peers: readonly (readonly [Rule['kind'], string | undefined])[] = [
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => ['CidrIpv4', CidrIp] as const),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => ['CidrIpv6', CidrIpv6] as const),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => ['PrefixListId', PrefixListId] as const),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId, GroupName }) => ['group', GroupId ?? GroupName] as const),
  ];
  return peers.map(([kind, peer = '']) => ({ protocol, from, to, kind, peer }));
}

function wordsOf({ protocol, from, to, peer }: Rule): string {
  const name = protocol === '-1' ? 'ALL' : protocol.toUpperCase();
  return protocol === '-1'
    ? `peer: ${peer}, ${name}, ALLOW`
    : `peer: ${peer}, ${name}, from port: ${from}, to port: ${to}, ALLOW`;
}

function requireRule({ protocol, from, to, kind, peer }: Rule): void {
  if (kind === 'CidrIpv4' && !isCidr(peer))
    throw new ServiceFault('InvalidParameterValue', `CIDR block ${peer} is malformed`);
  if (/^(tcp|udp|6|17)$/.test(protocol) && (from > to || to > 65_535))
    throw new ServiceFault('InvalidParameterValue', `Invalid ${protocol.toUpperCase()} port range (${from}-${to}).`);
}

function isCidr(text: string): boolean {
  const [, bytes = '', bits] = /^((?:\d{1,3}\.){3}\d{1,3})\/(\d{1,2})$/.exec(text) ?? [];
  return bits !== undefined && Number(bits) <= 32 && bytes.split('.').every((byte) => Number(byte) <= 255);
}

function ruleView(world: World, group: string, rule: Rule): object {
  const id = world.random.fork(`ec2/sg-rule/${group}/${wordsOf(rule)}`).hex(16);
  return {
    SecurityGroupRuleId: `sgr-0${id}`,
    GroupId: group,
    GroupOwnerId: world.account,
    IsEgress: false,
    IpProtocol: rule.protocol,
    FromPort: rule.from,
    ToPort: rule.to,
    ...(rule.kind === 'group'
      ? { ReferencedGroupInfo: { GroupId: rule.peer, UserId: world.account } }
      : { [rule.kind]: rule.peer }),
    Tags: [],
  };
}

export function describeSecurityGroups(world: World, input: DescribeSecurityGroupsRequest): object {
  const all = [...ec2State(world).securityGroups.values()];
  for (const id of input.GroupIds ?? []) if (!all.some((group) => group.id === id)) throw securityGroupNotFound(id);
  for (const name of input.GroupNames ?? [])
    if (!all.some((group) => group.name === name)) throw securityGroupNotFound(name);
  const found = all
    .filter((group) => input.GroupIds?.includes(group.id) ?? true)
    .filter((group) => input.GroupNames?.includes(group.name) ?? true)
    .filter((group) =>
      selects(input.Filters, { 'group-id': group.id, 'group-name': group.name, 'vpc-id': group.vpcId }, group.tags),
    );
  const { items, next: token } = page(found, input.MaxResults ?? 1000, input.NextToken);
  return {
    SecurityGroups: items.map((group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      VpcId: group.vpcId,
      OwnerId: world.account,
      IpPermissions: group.ingress,
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      Tags: tagList(group.tags),
    })),
    NextToken: token,
  };
}

function securityGroupNotFound(id: string): ServiceFault {
  return new ServiceFault('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
}

function groupOf(
  world: World,
  { GroupId: id, GroupName: name }: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
): SecurityGroupState {
  for (const group of ec2State(world).securityGroups.values())
    if (group.id === id || (id === undefined && group.name === name)) return group;
  throw securityGroupNotFound(id ?? name ?? '');
}
