import { expect } from 'chai';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { rawSandbox } from './raw-calls.js';

const { query } = rawSandbox();
const element = (body: string, tag: string): string => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(body)?.[1] ?? '';
const subnets = { 'Subnets.member.1': DEFAULT_SUBNETS[0], 'Subnets.member.2': DEFAULT_SUBNETS[1] };
const group = { Name: 'tg', Protocol: 'HTTP', Port: '80', VpcId: DEFAULT_VPC };
const balancerArn = element(query('elbv2', 'CreateLoadBalancer', { Name: 'lb', ...subnets }).body, 'LoadBalancerArn');
const groupArn = element(query('elbv2', 'CreateTargetGroup', group).body, 'TargetGroupArn');
const forward = (kind: string): Record<string, string> => ({
  [`${kind}.member.1.Type`]: 'forward',
  [`${kind}.member.1.TargetGroupArn`]: groupArn,
});
const listenerArn = element(
  query('elbv2', 'CreateListener', {
    LoadBalancerArn: balancerArn,
    Protocol: 'HTTP',
    Port: '80',
    ...forward('DefaultActions'),
  }).body,
  'ListenerArn',
);

describe('what load balancers refuse', () => {
  it('of a target group: parts that are missing, a VPC that is none, codes and times that cannot be', () => {
    const refused = (changes: Record<string, string>, words: RegExp): void => {
      const said = query('elbv2', 'CreateTargetGroup', { ...group, Name: 'other', ...changes });
      expect(said, JSON.stringify(changes)).to.include({ status: 400, code: 'ValidationError' });
      expect(said.message).to.match(words);
    };
    refused({ VpcId: 'vpc-0123' }, /VPC ID 'vpc-0123'/);
    refused({ 'Matcher.HttpCode': 'abc' }, /matcher HTTP code 'abc'/);
    refused(
      { HealthCheckTimeoutSeconds: '30', HealthCheckIntervalSeconds: '10' },
      /interval must be greater than the timeout/,
    );
    expect(query('elbv2', 'CreateTargetGroup', { Name: 'other', Protocol: 'HTTP', Port: '80' }).message).to.equal(
      'A VPC ID must be specified',
    );
    expect(
      query('elbv2', 'CreateTargetGroup', { Name: 'other', Protocol: 'HTTP', VpcId: DEFAULT_VPC }).message,
    ).to.equal('A port must be specified');
    expect(query('elbv2', 'ModifyTargetGroup', { TargetGroupArn: groupArn, 'Matcher.HttpCode': '99' }).code).to.equal(
      'ValidationError',
    );
  });

  it('of a listener and a rule: a protocol of another type, no certificate, a field that there is none of', () => {
    const listener = { LoadBalancerArn: balancerArn, Port: '443', ...forward('DefaultActions') };
    expect(query('elbv2', 'CreateListener', { ...listener, Protocol: 'TCP' }).message).to.contain("protocol 'TCP'");
    expect(query('elbv2', 'CreateListener', { ...listener, Protocol: 'HTTPS' }).message).to.equal(
      'A certificate must be specified for HTTPS listeners',
    );
    const rule = {
      ListenerArn: listenerArn,
      Priority: '1',
      'Conditions.member.1.Field': 'foo',
      'Conditions.member.1.Values.member.1': 'x',
      ...forward('Actions'),
    };
    expect(query('elbv2', 'CreateRule', rule).message).to.contain("Condition field 'foo'");
  });

  it('of a balancer: a reserved name, and attributes that there are none of', () => {
    expect(query('elbv2', 'CreateLoadBalancer', { Name: 'internal-x', ...subnets }).message).to.contain("'internal-'");
    const attributes = { 'Attributes.member.1.Key': 'bogus', 'Attributes.member.1.Value': '1' };
    expect(
      query('elbv2', 'ModifyLoadBalancerAttributes', { LoadBalancerArn: balancerArn, ...attributes }).code,
    ).to.equal('ValidationError');
    const slow = {
      'Attributes.member.1.Key': 'deregistration_delay.timeout_seconds',
      'Attributes.member.1.Value': '9999',
    };
    expect(query('elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn: groupArn, ...slow }).code).to.equal(
      'ValidationError',
    );
  });

  it('of rules: a listing of nothing, and to delete the default; they are told in pages', () => {
    for (const priority of ['1', '2'])
      query('elbv2', 'CreateRule', {
        ListenerArn: listenerArn,
        Priority: priority,
        'Conditions.member.1.Field': 'path-pattern',
        'Conditions.member.1.Values.member.1': '/x',
        ...forward('Actions'),
      });
    expect(query('elbv2', 'DescribeRules').message).to.equal(
      'You must specify either listener rule ARNs or a listener ARN',
    );
    const first = query('elbv2', 'DescribeRules', { ListenerArn: listenerArn, PageSize: '2' }).body;
    expect(first.match(/<RuleArn>/g)).to.have.length(2);
    const rest = { ListenerArn: listenerArn, PageSize: '2', Marker: element(first, 'NextMarker') };
    const second = query('elbv2', 'DescribeRules', rest).body;
    expect(second.match(/<RuleArn>/g)).to.have.length(1);
    expect(query('elbv2', 'DeleteRule', { RuleArn: element(second, 'RuleArn') }).code).to.equal(
      'OperationNotPermitted',
    );
  });

  it('of a classic balancer: a protocol that is none, no certificate, a health check that leads nowhere', () => {
    const balancer = (protocol: string): Record<string, string> => ({
      LoadBalancerName: 'classic',
      'Listeners.member.1.Protocol': protocol,
      'Listeners.member.1.LoadBalancerPort': '80',
      'Listeners.member.1.InstancePort': '80',
      'AvailabilityZones.member.1': 'eu-west-1a',
    });
    expect(query('elb', 'CreateLoadBalancer', balancer('FOO')).code).to.equal('ValidationError');
    expect(query('elb', 'CreateLoadBalancer', balancer('HTTPS')).code).to.equal('CertificateNotFound');
    expect(query('elb', 'CreateLoadBalancer', balancer('HTTP')).status).to.equal(200);
    const check = (target: string): ReturnType<typeof query> =>
      query('elb', 'ConfigureHealthCheck', {
        LoadBalancerName: 'classic',
        'HealthCheck.Target': target,
        'HealthCheck.Interval': '30',
        'HealthCheck.Timeout': '5',
        'HealthCheck.UnhealthyThreshold': '2',
        'HealthCheck.HealthyThreshold': '2',
      });
    for (const target of ['FOO', 'TCP', 'TCP:0', 'TCP:80/x', 'HTTP:80', 'HTTP:/x', 'HTTPS:99999/'])
      expect(check(target), target).to.include({ status: 400, code: 'ValidationError' });
    for (const target of ['TCP:80', 'SSL:443', 'HTTP:80/', 'https:443/a?b'])
      expect(check(target).status, target).to.equal(200);
  });
});
