import { expect } from 'chai';
import { commandLines } from '../../docs/command-lines.js';
import { read } from '../../tidy/scan.js';
import { DEFAULT_SUBNETS } from '../../../src/sandbox/world/ec2/state.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from '../support/world.js';

const SUBNETS = DEFAULT_SUBNETS.slice(0, 2).join(',');

/** A group of three behind a balancer, with the names that the page uses. */
const STACK = `
Parameters:
  Image: { Type: String, Default: ami-0123456789abcdef0 }
Resources:
  Balancer:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      LoadBalancerName: NAME
      Subnets: [${SUBNETS}]
      Listeners: [{ LoadBalancerPort: '80', Protocol: HTTP, InstancePort: '80' }]
      HealthCheck: { Target: 'HTTP:80/', Interval: '10', Timeout: '5', HealthyThreshold: '2', UnhealthyThreshold: '2' }
      ConnectionDrainingPolicy: { Enabled: true, Timeout: 10 }
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { ImageId: !Ref Image, InstanceType: t3.micro } }
${groupText('NAME', 3)}
      LoadBalancerNames: [!Ref Balancer]
`;

/** Groups of one instance each, without a balancer. */
const OTHERS = `
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { ImageId: ami-0123456789abcdef0, InstanceType: t3.micro } }
${['ONE', 'TWO', 'THREE', 'PREFIX-web'].map((name) => groupText(name, 1)).join('\n')}
`;

function groupText(name: string, size: number): string {
  return `  Group${name.replace(/\W/g, '')}:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      AutoScalingGroupName: ${name}
      VPCZoneIdentifier: [${SUBNETS}]
      LaunchTemplate: { LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber }
      MinSize: ${size}
      DesiredCapacity: ${size}
      MaxSize: ${size}`;
}

/** A command of the page as somebody would type it: its placeholders filled in, with work to do, and in no hurry. */
function typed(line: string): readonly string[] {
  const filled = line
    .replace('[KEY=VALUE...]', 'Image=ami-0123456789abcdef1')
    .replace(/'(?:COMMAND|supervisorctl [^']*)'/, 'true')
    .replace(/ N\b/g, ' 1');
  const words = filled.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
  const changes = words[0] === 'update-asgs' && !words.includes('--swap') ? ['--swap', 'always'] : [];
  const patience =
    words[0] === 'update-stack'
      ? CALM
      : words[0] === 'update-asgs'
        ? CALM_GROUPS
        : words[0] === 'restart'
          ? ['--healthy-timeout', '7200']
          : [];
  return [...words, ...changes, ...patience];
}

describe('what users of other tools are told to type', function () {
  this.timeout(60_000);
  let world: CommandWorld;

  before(async () => {
    world = await commandWorld('', 300);
    for (const [name, text] of [
      ['STACK', STACK],
      ['OTHERS', OTHERS],
    ] as const) {
      const { code, stderr } = await world.json([
        'update-stack',
        name,
        '--template',
        await world.file(`${name}.yaml`, text),
        ...CALM,
      ]);
      expect(code, stderr).to.equal(0);
    }
  });
  after(() => world.stop());

  const lines = [...new Set(commandLines(read('docs/COMING-FROM.md')))];
  expect(lines.length).to.be.greaterThan(15);
  for (const line of lines) {
    it(`ha-updater ${line}`, async () => {
      const { code, stdout, stderr } = await world.run(typed(line));
      // Nothing is under way here that could be cancelled.
      expect(code, stdout + stderr).to.equal(line.startsWith('cancel') ? 3 : 0);
    });
  }

  it('never serves with less than the strategy allows', async () => {
    expect(await world.ask('violations')).to.deep.equal([]);
  });
});
