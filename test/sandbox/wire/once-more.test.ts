import { expect } from 'chai';
import { DEFAULT_SECURITY_GROUP, DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { rawSandbox } from './raw-calls.js';

const element = (body: string, tag: string): string => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(body)?.[1] ?? '';

describe('a call that is sent once more', () => {
  it('finds its target group, balancer and listener again, and refuses other settings', () => {
    const { query } = rawSandbox();
    const group = { Name: 'tg', Protocol: 'HTTP', Port: '80', VpcId: DEFAULT_VPC };
    const first = element(query('elbv2', 'CreateTargetGroup', group).body, 'TargetGroupArn');
    expect(element(query('elbv2', 'CreateTargetGroup', group).body, 'TargetGroupArn')).to.equal(first);
    expect(query('elbv2', 'CreateTargetGroup', { ...group, Port: '81' }).code).to.equal('DuplicateTargetGroupName');
    const balancer = { Name: 'lb', 'Subnets.member.1': DEFAULT_SUBNETS[0], 'Subnets.member.2': DEFAULT_SUBNETS[1] };
    const arn = element(query('elbv2', 'CreateLoadBalancer', balancer).body, 'LoadBalancerArn');
    expect(element(query('elbv2', 'CreateLoadBalancer', balancer).body, 'LoadBalancerArn')).to.equal(arn);
    expect(query('elbv2', 'CreateLoadBalancer', { ...balancer, Scheme: 'internal' }).code).to.equal(
      'DuplicateLoadBalancerName',
    );
    const listener = {
      LoadBalancerArn: arn,
      Protocol: 'HTTP',
      Port: '80',
      'DefaultActions.member.1.Type': 'forward',
      'DefaultActions.member.1.TargetGroupArn': first,
    };
    const made = element(query('elbv2', 'CreateListener', listener).body, 'ListenerArn');
    expect(element(query('elbv2', 'CreateListener', listener).body, 'ListenerArn')).to.equal(made);
    const other = { ...listener, 'DefaultActions.member.1.Order': '2' };
    expect(query('elbv2', 'CreateListener', other).code).to.equal('DuplicateListener');
  });

  it('finds its classic balancer again', () => {
    const { query } = rawSandbox();
    const balancer = {
      LoadBalancerName: 'classic',
      'Listeners.member.1.Protocol': 'HTTP',
      'Listeners.member.1.LoadBalancerPort': '80',
      'Listeners.member.1.InstancePort': '8080',
      'AvailabilityZones.member.1': 'eu-west-1a',
    };
    const name = element(query('elb', 'CreateLoadBalancer', balancer).body, 'DNSName');
    expect(name).to.match(/^classic-/);
    expect(element(query('elb', 'CreateLoadBalancer', balancer).body, 'DNSName')).to.equal(name);
    expect(query('elb', 'CreateLoadBalancer', { ...balancer, 'Listeners.member.1.InstancePort': '81' }).code).to.equal(
      'DuplicateLoadBalancerName',
    );
    const listener = element(query('elb', 'DescribeLoadBalancers').body, 'Listener');
    expect(element(listener, 'InstanceProtocol')).to.equal('HTTP');
  });

  it('launches and makes templates once, by its ClientToken', () => {
    const { query } = rawSandbox();
    const launch = { ImageId: 'ami-1', MinCount: '1', MaxCount: '1', ClientToken: 'once' };
    const id = element(query('ec2', 'RunInstances', launch).body, 'instanceId');
    expect(element(query('ec2', 'RunInstances', launch).body, 'instanceId')).to.equal(id);
    expect(query('ec2', 'RunInstances', { ...launch, ImageId: 'ami-2' }).code).to.equal('IdempotentParameterMismatch');
    expect(query('ec2', 'DescribeInstances').body.match(/<instanceId>/g)).to.have.length(1);
    const template = { LaunchTemplateName: 'web', 'LaunchTemplateData.ImageId': 'ami-1', ClientToken: 'once' };
    const made = element(query('ec2', 'CreateLaunchTemplate', template).body, 'launchTemplateId');
    expect(element(query('ec2', 'CreateLaunchTemplate', template).body, 'launchTemplateId')).to.equal(made);
    expect(query('ec2', 'CreateLaunchTemplate', { ...template, ClientToken: 'twice' }).code).to.equal(
      'InvalidLaunchTemplateName.AlreadyExistsException',
    );
  });
});

describe('a dry run of EC2', () => {
  it('says that the call would succeed, and does nothing', () => {
    const { query } = rawSandbox();
    const launch = { ImageId: 'ami-1', MinCount: '1', MaxCount: '1' };
    expect(query('ec2', 'RunInstances', { ...launch, DryRun: 'true' })).to.include({
      status: 412,
      code: 'DryRunOperation',
      message: 'Request would have succeeded, but DryRun flag is set.',
    });
    expect(query('ec2', 'DescribeInstances').body).to.not.contain('<instanceId>');
    const id = element(query('ec2', 'RunInstances', launch).body, 'instanceId');
    expect(query('ec2', 'TerminateInstances', { 'InstanceId.1': id, DryRun: 'true' }).status).to.equal(412);
    expect(query('ec2', 'DescribeInstances').body).to.contain('<name>pending</name>');
    expect(query('ec2', 'TerminateInstances', { DryRun: 'true' }).code).to.equal('MissingParameter');
  });
});

describe('what EC2 refuses', () => {
  const { query } = rawSandbox();
  const id = element(
    query('ec2', 'RunInstances', { ImageId: 'ami-1', MinCount: '1', MaxCount: '1' }).body,
    'instanceId',
  );

  it('in pages: ids together with a limit, limits out of range, tokens that it did not give', () => {
    expect(query('ec2', 'DescribeInstances', { MaxResults: '5', 'InstanceId.1': id }).code).to.equal(
      'InvalidParameterCombination',
    );
    for (const MaxResults of ['4', '1001'])
      expect(query('ec2', 'DescribeInstances', { MaxResults }).code).to.equal('InvalidParameterValue');
    for (const operation of ['DescribeVpcs', 'DescribeImages', 'DescribeInstances'])
      expect(query('ec2', operation, { NextToken: 'bogus' }).status).to.equal(400);
  });

  it('in launches: more at least than at most, data that is not in base64, an image that is none', () => {
    const launch = { ImageId: 'ami-1', MinCount: '3', MaxCount: '1' };
    expect(query('ec2', 'RunInstances', launch).code).to.equal('InvalidParameterCombination');
    expect(query('ec2', 'RunInstances', { ...launch, MinCount: '0' }).code).to.equal('InvalidParameterValue');
    expect(query('ec2', 'RunInstances', { ...launch, MinCount: '1', ImageId: 'foo' }).code).to.equal(
      'InvalidAMIID.Malformed',
    );
    const template = { LaunchTemplateName: 'web', 'LaunchTemplateData.UserData': '%%%' };
    expect(query('ec2', 'CreateLaunchTemplate', template).code).to.equal('InvalidUserData.Malformed');
  });

  it('in rules of security groups: the same one twice, and what is no network', () => {
    const rule = { GroupId: DEFAULT_SECURITY_GROUP, IpProtocol: 'tcp', FromPort: '80', ToPort: '80' };
    const { body } = query('ec2', 'AuthorizeSecurityGroupIngress', { ...rule, CidrIp: '10.0.0.0/8' });
    expect(element(body, 'securityGroupRuleId')).to.match(/^sgr-0[0-9a-f]{16}$/);
    expect(element(body, 'cidrIpv4')).to.equal('10.0.0.0/8');
    expect(query('ec2', 'AuthorizeSecurityGroupIngress', { ...rule, CidrIp: '10.0.0.0/8' })).to.include({
      code: 'InvalidPermission.Duplicate',
      message: 'the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW" already exists',
    });
    for (const CidrIp of ['foo', '10.0.0.0/33', '10.0.0.256/8'])
      expect(query('ec2', 'AuthorizeSecurityGroupIngress', { ...rule, CidrIp }).code).to.equal('InvalidParameterValue');
  });

  it('without a name: which instance is not there, which template is not said', () => {
    const tag = { 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' };
    expect(query('ec2', 'CreateTags', { ...tag, 'ResourceId.1': 'i-0123456789abcdef0' })).to.include({
      code: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-0123456789abcdef0' does not exist",
    });
    expect(query('ec2', 'CreateTags', { ...tag, 'ResourceId.1': 'nothing' }).code).to.equal('InvalidID');
    expect(query('ec2', 'CreateLaunchTemplateVersion', { 'LaunchTemplateData.ImageId': 'ami-1' }).code).to.equal(
      'MissingParameter',
    );
  });

  it('nothing of what scripts index into', () => {
    expect(element(query('ec2', 'DescribeSubnets').body, 'availabilityZoneId')).to.equal('eu-west-1-az1');
    const associations = element(query('ec2', 'DescribeVpcs').body, 'cidrBlockAssociationSet');
    expect(associations).to.contain('<cidrBlock>172.31.0.0/16</cidrBlock>');
  });
});
