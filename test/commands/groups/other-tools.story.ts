import { expect } from 'chai';
import type { CommandResult, StatusDocument } from '../../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { CALM, live, type Live } from '../support/live.js';
import { CALM_GROUPS } from '../support/world.js';

const GOOD = 'ami-0123456789abcdef0';
const BETTER = 'ami-0123456789abcdef1';
const SICK = 'ami-0bad0bad0bad0bad0';

const group = (size: number, behind: string): string => `
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {ImageId: !Ref Image, InstanceType: t3.micro}}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      VPCZoneIdentifier: [${DEFAULT_SUBNETS.slice(0, 2).join(', ')}]
      LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}
      MinSize: ${size}
      DesiredCapacity: ${size}
      MaxSize: ${size}
      HealthCheckType: EC2
      ${behind}
`;
const CLASSIC = (size: number): string => `
Parameters: {Image: {Type: String}}
Resources:
  Balancer:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Subnets: [${DEFAULT_SUBNETS.slice(0, 2).join(', ')}]
      Listeners: [{LoadBalancerPort: '80', Protocol: HTTP, InstancePort: '80'}]
      HealthCheck: {Target: 'HTTP:80/', Interval: '10', Timeout: '5', HealthyThreshold: '2', UnhealthyThreshold: '2'}
      ConnectionDrainingPolicy: {Enabled: true, Timeout: 60}
${group(size, 'LoadBalancerNames: [!Ref Balancer]')}`;
/** The second one asks so seldom that it is the last to call anybody healthy. */
const targets = (name: string, port: number, interval: number): string => `
  ${name}:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Name: ${name}, VpcId: ${DEFAULT_VPC}, Protocol: HTTP, Port: ${port}, HealthCheckIntervalSeconds: ${interval}, HealthyThresholdCount: 2}
  ${name}Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Balancer, Protocol: HTTP, Port: ${port}, DefaultActions: [{Type: forward, TargetGroupArn: !Ref ${name}}]}`;
const TARGETS = `
Parameters: {Image: {Type: String}}
Resources:
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [${DEFAULT_SUBNETS.slice(0, 2).join(', ')}]}
${targets('Inner', 8080, 10)}
${targets('Outer', 80, 300)}
${group(2, 'TargetGroupARNs: [!Ref Inner, !Ref Outer]').replace('Group:\n', 'Group:\n    DependsOn: [InnerListener, OuterListener]\n')}`;

/** What does not get well is given up after half an hour of the world. */
const HASTE = ['--healthy-timeout', '1800', '--deadline', '14400'];

/** What is not a command line of docs/COMING-FROM.md by itself, and other tools do. */
describe('what other tools do', function () {
  this.timeout(90_000);
  let world: Live;
  before(async () => {
    world = await live(`images: {${SICK}: {behaviour: unhealthy}}\n`, 300);
    for (const [stack, text] of [
      ['classic', CLASSIC(2)],
      ['targets', TARGETS],
      ['single', CLASSIC(1)],
    ] as const) {
      const { code, stderr } = await world.json(
        'update-stack',
        stack,
        '--template',
        await world.file(`${stack}.yaml`, text),
        `Image=${GOOD}`,
        ...CALM,
      );
      expect(code, stderr).to.equal(0);
    }
  });
  after(() => world.stop());

  const serving = async (stack: string): Promise<number> => {
    const { groups } = (await world.json('status', stack)).document as unknown as StatusDocument;
    return groups.flatMap(({ instances }) => instances.filter(({ inService }) => inService)).length;
  };
  const violations = async (): Promise<unknown> =>
    (await fetch(`${world.env['AWS_ENDPOINT_URL'] ?? ''}/_sandbox/violations`)).json();
  const why = ({ failure }: CommandResult): string => JSON.stringify(failure);

  it('a classic load balancer is waited for: what it calls sick is rolled back, and the old ones serve', async () => {
    const { code, document, stderr } = await world.json(
      'update-stack',
      'classic',
      `Image=${SICK}`,
      ...CALM.slice(0, 4),
      ...HASTE,
    );
    expect(code, stderr).to.equal(4);
    expect(why(document)).to.match(/classic-Balancer-\w+/);
    expect(await serving('classic')).to.equal(2);
  });

  it('so is every target group: the slowest decides, and one that says no rolls it back', async () => {
    const good = await world.json('update-stack', 'targets', `Image=${BETTER}`, ...CALM);
    expect(good.code, good.stderr).to.equal(0);
    expect(good.stderr).to.match(/prove: .*Outer: starting/);
    const { code, document, stderr } = await world.json(
      'update-stack',
      'targets',
      `Image=${SICK}`,
      ...CALM.slice(0, 4),
      ...HASTE,
    );
    expect(code, stderr).to.equal(4);
    expect(why(document)).to.match(/Inner/);
    expect(await serving('targets')).to.equal(2);
  });

  it('who leaves drains first, and that is waited for', async () => {
    const { code, stderr } = await world.json(
      'update-stack',
      'classic',
      `Image=${BETTER}`,
      '--drain-timeout',
      '7200',
      ...CALM,
    );
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(/2 instances are draining and leaving/);
    expect(await serving('classic')).to.equal(2);
  });

  it('the last one is never taken out of its balancer, whatever the quorum', async () => {
    const { code, document } = await world.json('restart', 'single', '--exec', 'true', '--quorum', '0.1');
    expect([code, document.failure?.reasons.map((reason) => reason.code)]).to.deep.equal([3, ['restart.last']]);
    expect(await violations()).to.deep.equal([]);
  });

  it('--skip-elb-health-check takes the word of Auto Scaling alone, and warns', async () => {
    const { code, stderr } = await world.json('update-asgs', 'targets', '--skip-elb-health-check', ...CALM_GROUPS);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(/WARNING .*--skip-elb-health-check/);
    expect(await serving('targets')).to.equal(0);
  });

  it('a restart gives up when the quorum is not met for --quorum-attempts looks', async () => {
    const { code, document, stderr } = await world.json(
      'restart',
      'targets',
      '--exec',
      'true',
      '--quorum',
      '1',
      '--quorum-attempts',
      '3',
    );
    expect(code, stderr).to.equal(4);
    expect(document.failure?.what).to.match(/gave up: 0 of 2 are in service, at least 1 must stay so/);
  });

  it('--force starts although those that are there do not serve', async () => {
    // The stack takes it, and the group is not begun.
    const refused = await world.json('update-stack', 'targets', `Image=${GOOD}`, ...CALM);
    expect([refused.code, refused.document.failure?.reasons[0]?.code], refused.stderr).to.deep.equal([
      5,
      'group.unsettled',
    ]);
    const { code, document, stderr } = await world.json('update-asgs', 'targets', '--force', ...CALM_GROUPS);
    expect([code, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([0, ['promoted']]);
    expect(await serving('targets')).to.equal(2);
  });
});
