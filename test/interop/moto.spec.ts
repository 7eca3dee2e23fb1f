import { AutoScaling, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'chai';
import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The repository, seen from `dist/test/interop`. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Our commands against moto, an emulator of AWS that others wrote. It knows no boot and no health: what it
 * shows is that our calls are AWS's calls, and that a swap leaves everything as it was but the instances.
 */
describe('our commands against moto', function () {
  this.timeout(180_000);

  let url: string;
  let server: ChildProcess;
  let aws: ReturnType<typeof clientsOf>;
  before(async () => {
    ({ url, server } = await startMoto());
    aws = clientsOf(url);
  });
  after(() => server?.kill());

  const run = async (...args: string[]): Promise<Ran> => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, ['bin/run.js', ...args], { cwd: ROOT, reject: false, extendEnv: false, env: environmentFor(url) });
    return { exitCode, stdout, stderr };
  };
  const groupOf = async (logicalId: string): Promise<AutoScalingGroup> => {
    const { StackResources: rows = [] } = await aws.cloudFormation.describeStackResources({ StackName: 'web', LogicalResourceId: logicalId });
    const { AutoScalingGroups: groups = [] } = await aws.autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: [rows[0]?.PhysicalResourceId ?? ''] });
    const [group] = groups;
    if (group === undefined) throw new Error(`moto has no group for ${logicalId}`);
    return group;
  };

  it('update-stack creates the stack and proves its groups', async () => {
    const { Subnets: subnets = [] } = await aws.ec2.describeSubnets({});
    const parameters = [`Vpc=${subnets[0]?.VpcId ?? ''}`, `Subnets=${subnets[0]?.SubnetId ?? ''},${subnets[1]?.SubnetId ?? ''}`];
    const ran = await run('update-stack', 'web', ...parameters, '--template', 'test/interop/moto.yaml', '--warmup', '2', '--poll', '1', '--output', 'jsonl');
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran)).to.deep.equal({ outcome: 'created', groups: ['proven', 'proven'] });
    expect(idsOf(await groupOf('ClassicGroup'))).to.have.length(2);
    expect(idsOf(await groupOf('ModernGroup'))).to.have.length(2);
  });

  it('update-asgs swaps a group of each kind and leaves sizes, processes and tags as they were', async () => {
    const before = { classic: await groupOf('ClassicGroup'), modern: await groupOf('ModernGroup') };
    const classicName = before.classic.AutoScalingGroupName ?? '';
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: classicName, ScalingProcesses: ['ScheduledActions'] });
    await aws.autoScaling.createLaunchConfiguration({ LaunchConfigurationName: 'next', ImageId: 'ami-12c6146b', InstanceType: 't3.small' });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: classicName, LaunchConfigurationName: 'next' });
    const LaunchTemplateId = before.modern.LaunchTemplate?.LaunchTemplateId ?? '';
    await aws.ec2.createLaunchTemplateVersion({ LaunchTemplateId, SourceVersion: '1', LaunchTemplateData: { InstanceType: 't3.small' } });
    // moto says of every instance that it runs the template's default version.
    await aws.ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: '2' });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: before.modern.AutoScalingGroupName ?? '', LaunchTemplate: { LaunchTemplateId, Version: '2' } });

    const ran = await run('update-asgs', 'web', '--swap', 'always', '--warmup', '2', '--poll', '1', '--output', 'jsonl');
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran)).to.deep.equal({ outcome: 'swapped', groups: ['promoted', 'promoted'] });

    const after = { classic: await groupOf('ClassicGroup'), modern: await groupOf('ModernGroup') };
    for (const kind of ['classic', 'modern'] as const) {
      expect(sizesOf(after[kind]), kind).to.deep.equal(sizesOf(before[kind]));
      expect(tagsOf(after[kind]), kind).to.deep.equal(tagsOf(before[kind]));
      expect(idsOf(after[kind]), kind).to.have.length(2);
      expect(idsOf(after[kind]), kind).to.not.include.members(idsOf(before[kind]));
      expect(await typesOf(idsOf(after[kind])), kind).to.deep.equal(['t3.small', 't3.small']);
      expect(await statesOf(idsOf(before[kind])), kind).to.deep.equal(['terminated', 'terminated']);
    }
    // What an operator had suspended stays so; what the swap suspended does not.
    expect((after.classic.SuspendedProcesses ?? []).map((process) => process.ProcessName)).to.deep.equal(['ScheduledActions']);
    expect(after.modern.SuspendedProcesses ?? []).to.deep.equal([]);
    expect((after.classic.Instances ?? []).map((instance) => instance.LaunchConfigurationName)).to.deep.equal(['next', 'next']);

    const { InstanceStates: classicStates = [] } = await aws.elb.describeInstanceHealth({ LoadBalancerName: after.classic.LoadBalancerNames?.[0] ?? '' });
    expect(classicStates.map((row) => row.InstanceId)).to.have.members(idsOf(after.classic));
    const { TargetHealthDescriptions: targets = [] } = await aws.elbV2.describeTargetHealth({ TargetGroupArn: after.modern.TargetGroupARNs?.[0] ?? '' });
    // moto never takes an instance out of a target group, so the old ones are still listed.
    expect(targets.map((row) => row.Target?.Id)).to.include.members(idsOf(after.modern));
  });

  it('what the emulator cannot tell is a warning, said once', async () => {
    const ran = await run('update-asgs', 'web', '--swap', 'always', '--warmup', '2', '--poll', '1', '--output', 'jsonl');
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    const unread = eventsOf(ran).filter((event) => event.type === 'warning' && /DescribeInstanceRefreshes/.test(event.reason?.text ?? ''));
    expect(unread).to.have.length(2);
  });

  it('update-stack with nothing to change changes nothing', async () => {
    const ids = [...idsOf(await groupOf('ClassicGroup')), ...idsOf(await groupOf('ModernGroup'))];
    const ran = await run('update-stack', 'web', '--template', 'test/interop/moto.yaml', '--warmup', '2', '--poll', '1', '--output', 'jsonl');
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran).outcome, ran.stdout).to.equal('nothing');
    expect([...idsOf(await groupOf('ClassicGroup')), ...idsOf(await groupOf('ModernGroup'))]).to.have.members(ids);
  });

  it('status shows both groups, all in service', async () => {
    const ran = await run('status', 'web');
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(ran.stdout.match(/2 of 2 instances in service/g)).to.have.length(2);
  });

  const instancesOf = async (ids: readonly string[]): Promise<{ type: string; state: string }[]> => {
    const { Reservations: reservations = [] } = await aws.ec2.describeInstances({ InstanceIds: [...ids] });
    return reservations.flatMap((row) => row.Instances ?? []).map((instance) => ({ type: instance.InstanceType ?? '', state: instance.State?.Name ?? '' }));
  };
  const typesOf = async (ids: readonly string[]): Promise<string[]> => (await instancesOf(ids)).map((instance) => instance.type);
  const statesOf = async (ids: readonly string[]): Promise<string[]> => (await instancesOf(ids)).map((instance) => instance.state);
});

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface SeenEvent {
  readonly type: string;
  readonly outcome?: string;
  readonly result?: { readonly outcome: string };
  readonly reason?: { readonly text: string };
}

function eventsOf(ran: Ran): SeenEvent[] {
  return ran.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event: SeenEvent }).event);
}

/** How the run ended and how its groups did. */
function results(ran: Ran): { outcome: string | undefined; groups: (string | undefined)[] } {
  const events = eventsOf(ran);
  return {
    outcome: events.find((event) => event.type === 'run.finished')?.outcome,
    groups: events.filter((event) => event.type === 'group.finished').map((event) => event.result?.outcome),
  };
}

const idsOf = (group: AutoScalingGroup): string[] => (group.Instances ?? []).map((instance) => instance.InstanceId ?? '');
const sizesOf = (group: AutoScalingGroup): unknown[] => [group.MinSize, group.MaxSize, group.DesiredCapacity];
const tagsOf = (group: AutoScalingGroup): string[] => (group.Tags ?? []).map((tag) => `${tag.Key ?? ''}=${tag.Value ?? ''}`).sort();

/** Only the emulator: nothing of the machine's own AWS settings. */
function environmentFor(url: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDINTEROP',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function clientsOf(endpoint: string) {
  const config = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'AKIDINTEROP', secretAccessKey: 'secret' } };
  return {
    autoScaling: new AutoScaling(config),
    cloudFormation: new CloudFormation(config),
    ec2: new EC2(config),
    elb: new ElasticLoadBalancing(config),
    elbV2: new ElasticLoadBalancingV2(config),
  };
}

/** Starts the emulator on a free port and waits until it answers. That it is missing fails the test: interop is never skipped. */
async function startMoto(): Promise<{ url: string; server: ChildProcess }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let gone = '';
  server.stderr?.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
  server.on('error', (error) => (gone = `${error.message}; sh scripts/interop-env.sh installs it and prints the PATH to use`));
  server.on('exit', (code) => (gone ||= `it exited with ${code ?? 'a signal'}: ${said}`));
  for (let tries = 0; tries < 240; tries += 1) {
    if (gone !== '') throw new Error(`moto_server does not run: ${gone}`);
    const answers = await fetch(`${url}/moto-api/data.json`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return { url, server };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  server.kill();
  throw new Error(`moto_server does not answer: ${said}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
