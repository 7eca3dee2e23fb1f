import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'chai';
import type { CommandResult } from '../../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { run } from '../support/cli.js';
import { live, NETWORK, type Live } from '../support/live.js';

const SCENARIO = `
commands:
  - {match: fails, exit: 1, output: "no such service"}
  - {match: hangs, seconds: [3000, 3000]}
faults:
  - {kind: lostReply, calls: 'ssm:SendCommand', rate: 0.4}
`;
const CALM = ['--healthy-timeout', '7200', '--command-timeout', '7200'];

describe('restart, as a command', function () {
  this.timeout(180_000);
  let world: Live;
  before(async () => {
    world = await live(SCENARIO);
    const { code, stderr } = await world.run(
      'update-stack',
      'web',
      '--template',
      'templates/web-stack.yaml',
      ...NETWORK,
      'ImageId=ami-0123456789abcdef0',
      'DbPassword=only-an-example',
      '--warmup-seconds',
      '3600',
      '--action-timeout',
      '7200',
      '--healthy-timeout',
      '7200',
      '--deadline',
      '14400',
    );
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  const violations = async (): Promise<unknown> =>
    (await fetch(`${world.env['AWS_ENDPOINT_URL'] ?? ''}/_sandbox/violations`)).json();

  it('--ssm runs a command on each instance of a stack', async () => {
    const { code, document, stderr } = await world.json(
      'restart',
      'web',
      '--ssm',
      'supervisorctl restart all',
      '--quorum',
      '1',
      ...CALM,
    );
    expect(code, stderr).to.equal(0);
    expect(document.outcome).to.equal('restarted');
    expect(document.groups?.map(({ why }) => why)).to.deep.equal(['2 of 2 instances were restarted and proven']);
    expect(stderr.match(/The command on i-\w+ succeeded/g)).to.have.length(2);
    expect(await violations()).to.deep.equal([]);
  });

  it('--exec runs here, told by the environment, and its output is shown', async () => {
    const line = 'echo "to $HA_UPDATER_INSTANCE_ID at $HA_UPDATER_PRIVATE_IP of $HA_UPDATER_STACK"';
    const { code, stderr } = await world.json('restart', 'web', '--exec', line, '--quorum', '1', ...CALM);
    expect(code, stderr).to.equal(0);
    expect(stderr.match(/\| to i-\w+ at 172\.31\.\d+\.\d+ of web/g)).to.have.length(2);
    expect(await violations()).to.deep.equal([]);
  });

  it('stops where a command fails; status tells who is out, resume puts it back', async () => {
    const failed = await world.json('restart', 'web', '--ssm', 'this fails', '--quorum', '1', ...CALM);
    expect(failed.code).to.equal(5);
    expect(failed.document.failure?.code).to.equal('restart.stuck');
    expect(failed.document.failure?.next.join('\n')).to.match(/ha-updater resume web/);
    expect(failed.stderr).to.match(/\| no such service/);
    const shown = await world.run('status', 'web');
    expect(shown.stdout).to.match(/Out of the balancers by run \S+: i-\w+/);
    const back = await world.json('resume', 'web', ...CALM.slice(0, 2));
    expect(back.code, back.stderr).to.equal(0);
    expect(back.document.outcome).to.equal('undone');
    expect((await world.run('status', 'web')).stdout).to.match(/2 of 2 instances in service/);
    expect(await violations()).to.deep.equal([]);
  });

  it('killed with kill -9 in the middle: the same command takes over and finishes', async () => {
    const first = world.start('restart', 'web', '--ssm', 'hangs', '--quorum', '1', '--output', 'lines', ...CALM);
    await first.sees(/Run the command on/);
    first.child.kill('SIGKILL');
    await first.finished;
    const { code, document, stderr } = await world.json('restart', 'web', '--ssm', 'quick', '--quorum', '1', ...CALM);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(
      /Takes over run \S+, begun at .* by process \d+ on \S+, which is gone: what it took out is put back first\. Then the restart starts over, with all instances; /,
    );
    expect(document.outcome).to.equal('restarted');
    expect(document.groups?.[0]?.why).to.equal('2 of 2 instances were restarted and proven');
    expect(await violations()).to.deep.equal([]);
  });

  it('Ctrl-C stops the command on the instance and puts it back', async () => {
    const going = world.start('restart', 'web', '--ssm', 'hangs', '--quorum', '1', '--output', 'lines', ...CALM);
    await going.sees(/Run the command on/);
    going.child.kill('SIGINT');
    const { code, stdout, stderr } = await going.finished;
    expect(code, stderr).to.equal(4);
    expect(stdout).to.match(/Stop the command on i-/);
    expect(stdout).to.match(/Put back: interrupted by SIGINT/);
    expect(await violations()).to.deep.equal([]);
  });

  it('restarts what is behind a balancer without a group: by name, and by ARN on ports of its own', async () => {
    const { name, arn } = await instancesAlone(world);
    const classic = await world.json('restart', '--elb', name, '--ssm', 'quick', '--quorum', '2', ...CALM);
    expect(classic.code, classic.stderr).to.equal(0);
    expect(classic.document.groups?.map(({ group, why }) => [group, why])).to.deep.equal([
      [`elb:${name}`, '3 of 3 instances were restarted and proven'],
    ]);
    const targets = await world.json(
      'restart',
      '--target-group',
      arn,
      '--exec',
      'test -n "$HA_UPDATER_PRIVATE_IP"',
      '--quorum',
      '0.5',
      ...CALM,
    );
    expect(targets.code, targets.stderr).to.equal(0);
    const failed = await world.json('restart', '--elb', name, '--exec', 'exit 7', '--quorum', '2', ...CALM);
    expect(failed.code).to.equal(5);
    const [next] = failed.document.failure?.next.filter((command) => command.startsWith('ha-updater resume')) ?? [];
    expect(next).to.match(new RegExp(`^ha-updater resume --elb ${name}`));
    const back = await world.json('rollback', '--elb', name, ...CALM.slice(0, 2));
    expect(back.code, back.stderr).to.equal(0);
    const going = world.start(
      'restart',
      '--elb',
      name,
      '--ssm',
      'hangs',
      '--quorum',
      '2',
      '--output',
      'lines',
      ...CALM,
    );
    await going.sees(/Run the command on/);
    const cancelled = await world.json('cancel', '--elb', name);
    expect([cancelled.code, cancelled.document.outcome], cancelled.stderr).to.deep.equal([0, 'cancelled']);
    expect((await going.finished).code).to.equal(4);
    expect(await violations()).to.deep.equal([]);
    // A balancer of a group means the group: its record and its processes count.
    const behind = await world.json(
      'restart',
      '--elb',
      await classicOf(world, 'web-'),
      '--exec',
      'true',
      '--quorum',
      '1',
      ...CALM,
    );
    expect(behind.code, behind.stderr).to.equal(0);
    expect(behind.document.groups?.[0]?.group).to.match(/^web-Group-/);
  });

  it('--check-command has to answer 0 before the next one goes', async () => {
    const tried = await world.file('tried', '');
    // Fails the first time for each.
    const check = `test -n "$HA_UPDATER_PRIVATE_IP" && grep -q "$HA_UPDATER_INSTANCE_ID" ${tried} || { echo $HA_UPDATER_INSTANCE_ID >> ${tried}; echo not ready; exit 1; }`;
    const good = await world.json(
      'restart',
      'web',
      '--exec',
      'true',
      '--check-command',
      check,
      '--quorum',
      '1',
      ...CALM,
    );
    expect(good.code, good.stderr).to.equal(0);
    expect(good.stderr.match(/i-\w+: not ready/g)).to.have.length(2);
    const bad = await world.json(
      'restart',
      'web',
      '--exec',
      'true',
      '--check-command',
      'echo no; exit 4',
      '--on-error',
      'reregister',
      '--quorum',
      '1',
      '--healthy-timeout',
      '600',
      '--command-timeout',
      '7200',
    );
    expect([bad.code, bad.document.failure?.code], bad.stderr).to.deep.equal([4, 'restart.putBack']);
    expect(bad.document.failure?.what).to.include('the check command says no: exit 4: no');
    const { code, document } = await world.json(
      'restart',
      'web',
      '--exec',
      'true',
      '--before-terminate-command',
      'true',
    );
    expect(code).to.equal(2);
    expect(document.failure?.what).to.match(/^There is no flag --before-terminate-command\./);
    expect(await violations()).to.deep.equal([]);
  });

  it('says everything that is wrong with a command line, and sends nothing', async () => {
    const wrong = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout } = await run(['restart', ...args, '--json'], { env: world.env });
      expect(code, args.join(' ')).to.equal(2);
      return (JSON.parse(stdout) as CommandResult).failure?.what ?? '';
    };
    expect(await wrong('web')).to.match(/Say what restarts an instance/);
    expect(await wrong('web', '--ssm', 'a', '--exec', 'b')).to.match(/one of --ssm, --exec/);
    expect(await wrong('web', '--exec', '/no/such/exec')).to.match(
      /--exec cannot run here: \/no\/such\/exec is no program/,
    );
    expect(await wrong('--ssm', 'a')).to.match(/give STACK, --asg NAME, --elb NAME or --target-group ARN/);
    expect(await wrong('web', '--elb', 'x', '--ssm', 'a')).to.match(/one of STACK, --elb/);
    expect(await wrong('--elb', 'not a name', '--ssm', 'a')).to.match(/--elb takes the name/);
    expect(await wrong('--target-group', 'web', '--ssm', 'a')).to.match(/--target-group takes the ARN/);
    for (const quorum of ['0', '1.5', '-1', 'half', '', '0.0', '1e3'])
      expect(await wrong('web', '--ssm', 'a', '--quorum', quorum), quorum).to.match(/--quorum must be/);
    expect(await wrong('web', '--ssm', 'a', '--quorum-attempts', '0')).to.match(/--quorum-attempts must be/);
    expect(await wrong('web', '--ssm', ' ')).to.match(/--ssm must not be empty/);
    expect(await wrong('web', '--ssm-document', 'D', '--ssm-parameter', 'nothing')).to.match(/KEY=VALUE/);
    expect(await wrong('web', '--ssm', 'a', '--ssm-parameter', 'secret=hidden')).to.match(/for --ssm-document/);
    expect(await wrong('web', '--ssm', 'a', '--command-timeout', '0', '--quorum', '0')).to.match(
      /--quorum must be.*--command-timeout must be/,
    );
  });
});

function clients({ env }: Live): {
  readonly ec2: EC2;
  readonly elb: ElasticLoadBalancing;
  readonly elbV2: ElasticLoadBalancingV2;
} {
  const config = {
    region: 'eu-west-1',
    endpoint: env['AWS_ENDPOINT_URL'] ?? '',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
  };
  return { ec2: new EC2(config), elb: new ElasticLoadBalancing(config), elbV2: new ElasticLoadBalancingV2(config) };
}

async function classicOf(world: Live, prefix: string): Promise<string> {
  const { LoadBalancerDescriptions: all = [] } = await clients(world).elb.describeLoadBalancers({});
  return all.map(({ LoadBalancerName }) => LoadBalancerName ?? '').find((name) => name.startsWith(prefix)) ?? '';
}

/** Three instances of nobody's, behind a classic load balancer and, on two ports each, behind a target group. */
async function instancesAlone(world: Live): Promise<{ readonly name: string; readonly arn: string }> {
  const { ec2, elb, elbV2 } = clients(world);
  const { Instances: instances = [] } = await ec2.runInstances({
    ImageId: 'ami-alone',
    MinCount: 3,
    MaxCount: 3,
    SubnetId: DEFAULT_SUBNETS[0],
  });
  const ids = instances.map(({ InstanceId }) => InstanceId ?? '');
  await elb.createLoadBalancer({
    LoadBalancerName: 'alone',
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
    Subnets: [...DEFAULT_SUBNETS],
  });
  await elb.configureHealthCheck({
    LoadBalancerName: 'alone',
    HealthCheck: { Target: 'HTTP:80/', Interval: 10, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 2 },
  });
  await elb.registerInstancesWithLoadBalancer({
    LoadBalancerName: 'alone',
    Instances: ids.map((InstanceId) => ({ InstanceId })),
  });
  const { LoadBalancers: [balancer] = [] } = await elbV2.createLoadBalancer({
    Name: 'alone',
    Subnets: [...DEFAULT_SUBNETS],
  });
  const { TargetGroups: [group] = [] } = await elbV2.createTargetGroup({
    Name: 'alone',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: DEFAULT_VPC,
    HealthCheckIntervalSeconds: 10,
  });
  const arn = group?.TargetGroupArn ?? '';
  await elbV2.createListener({
    LoadBalancerArn: balancer?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  await elbV2.modifyTargetGroupAttributes({
    TargetGroupArn: arn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
  });
  await elbV2.registerTargets({
    TargetGroupArn: arn,
    Targets: ids.flatMap((Id) => [
      { Id, Port: 80 },
      { Id, Port: 8080 },
    ]),
  });
  // Until all of them serve.
  for (let look = 0; look < 200; look++) {
    const { InstanceStates: classic = [] } = await elb.describeInstanceHealth({ LoadBalancerName: 'alone' });
    const { TargetHealthDescriptions: targets = [] } = await elbV2.describeTargetHealth({ TargetGroupArn: arn });
    if (
      classic.every(({ State }) => State === 'InService') &&
      targets.every(({ TargetHealth }) => TargetHealth?.State === 'healthy')
    )
      return { name: 'alone', arn };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The instances never came into service.');
}
