import { AutoScaling, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'chai';
import { startEmulator, type Emulator, type Ran } from './emulator.js';

/** The value of a NoEcho parameter: our output must not hold it. */
const NO_ECHO = 'hunter2-hunter2';

/**
 * Our commands against moto, an emulator of AWS that others wrote. It knows no boot and no health: what it
 * shows is that our calls are AWS's calls, and that a swap leaves everything as it was but the instances.
 */
describe('our commands against moto', function () {
  this.timeout(180_000);

  let emulator: Emulator;
  let aws: ReturnType<typeof clientsOf>;
  before(async () => {
    emulator = await startEmulator('moto_server', '/moto-api/data.json', (port) => ['-H', '127.0.0.1', '-p', port]);
    aws = clientsOf(emulator.url);
  });
  after(() => (emulator as Emulator | undefined)?.stop());

  const run = (...args: string[]): Promise<Ran> => emulator.run(...args);
  const groupOf = async (stack: string): Promise<AutoScalingGroup> => {
    const { StackResources: rows = [] } = await aws.cloudFormation.describeStackResources({
      StackName: stack,
      LogicalResourceId: 'Group',
    });
    const { AutoScalingGroups: groups = [] } = await aws.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [rows[0]?.PhysicalResourceId ?? ''],
    });
    const [group] = groups;
    if (group === undefined) throw new Error(`moto has no group for ${stack}`);
    return group;
  };
  const PACE = ['--warmup', '2', '--poll', '1', '--output', 'jsonl'];

  /** Creates the stack with our command from a template that we give to users. */
  const create = async (stack: string, template: string, ...parameters: string[]): Promise<void> => {
    const { Subnets: subnets = [] } = await aws.ec2.describeSubnets({});
    const network = [
      `VpcId=${subnets[0]?.VpcId ?? ''}`,
      `Subnets=${subnets[0]?.SubnetId ?? ''},${subnets[1]?.SubnetId ?? ''}`,
    ];
    const ran = await run(
      'update-stack',
      stack,
      ...network,
      'ImageId=ami-12c6146b',
      ...parameters,
      '--template',
      template,
      ...PACE,
    );
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran)).to.deep.equal({ outcome: 'created', groups: ['proven'] });
    expect(ran.stdout + ran.stderr).to.not.contain(NO_ECHO);
    expect(idsOf(await groupOf(stack))).to.have.length(2);
  };

  /** Swaps the stack's group, after `change` gave it a new configuration of type t3.small. */
  const swap = async (
    stack: string,
    change: (before: AutoScalingGroup) => Promise<void>,
  ): Promise<AutoScalingGroup> => {
    const before = await groupOf(stack);
    await change(before);
    const ran = await run('update-asgs', stack, '--swap', 'always', ...PACE);
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran)).to.deep.equal({ outcome: 'swapped', groups: ['promoted'] });
    // What the emulator cannot tell is a warning, said once.
    expect(
      eventsOf(ran).filter(
        (event) => event.type === 'warning' && (event.reason?.text ?? '').includes('DescribeInstanceRefreshes'),
      ),
    ).to.have.length(1);

    const after = await groupOf(stack);
    expect(sizesOf(after)).to.deep.equal(sizesOf(before));
    expect(tagsOf(after)).to.deep.equal(tagsOf(before));
    expect(idsOf(after)).to.have.length(2);
    expect((await instancesOf(idsOf(after))).map((instance) => instance.type)).to.deep.equal(['t3.small', 't3.small']);
    expect((await instancesOf(idsOf(before))).map((instance) => instance.state)).to.deep.equal([
      'terminated',
      'terminated',
    ]);
    return after;
  };

  it('swaps a group of a launch configuration behind a classic load balancer', async () => {
    await create('classic', 'templates/classic-elb.yaml', `DbPassword=${NO_ECHO}`);
    const after = await swap('classic', async ({ AutoScalingGroupName }) => {
      await aws.autoScaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['ScheduledActions'] });
      await aws.autoScaling.createLaunchConfiguration({
        LaunchConfigurationName: 'next',
        ImageId: 'ami-12c6146b',
        InstanceType: 't3.small',
      });
      await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName, LaunchConfigurationName: 'next' });
    });
    // What an operator had suspended stays so.
    expect(suspendedIn(after)).to.deep.equal(['ScheduledActions']);
    expect((after.Instances ?? []).map((instance) => instance.LaunchConfigurationName)).to.deep.equal(['next', 'next']);
    const { InstanceStates: states = [] } = await aws.elb.describeInstanceHealth({
      LoadBalancerName: after.LoadBalancerNames?.[0] ?? '',
    });
    expect(states.map((row) => row.InstanceId)).to.have.members(idsOf(after));
  });

  it('swaps a group of a launch template behind an application load balancer', async () => {
    await create('modern', 'templates/alb.yaml');
    const after = await swap('modern', async ({ AutoScalingGroupName, LaunchTemplate }) => {
      const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId ?? '';
      await aws.ec2.createLaunchTemplateVersion({
        LaunchTemplateId,
        SourceVersion: '1',
        LaunchTemplateData: { InstanceType: 't3.small' },
      });
      // moto says of every instance that it runs the template's default version.
      await aws.ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: '2' });
      await aws.autoScaling.updateAutoScalingGroup({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateId, Version: '2' },
      });
    });
    expect(suspendedIn(after)).to.deep.equal([]);
    const { TargetHealthDescriptions: targets = [] } = await aws.elbV2.describeTargetHealth({
      TargetGroupArn: after.TargetGroupARNs?.[0] ?? '',
    });
    // moto never takes an instance out of a target group, so the old ones are still listed.
    expect(targets.map((row) => row.Target?.Id)).to.include.members(idsOf(after));
  });

  it('replaces a few at a time, launch first', async () => {
    const before = await groupOf('classic');
    const { AutoScalingGroupName } = before;
    await aws.autoScaling.createLaunchConfiguration({
      LaunchConfigurationName: 'third',
      ImageId: 'ami-12c6146b',
      InstanceType: 't3.small',
    });
    await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName, LaunchConfigurationName: 'third' });
    // moto says of every instance that it was launched from what the group names now.
    const ran = await run('update-asgs', 'classic', '--strategy', 'rolling', '--swap', 'always', ...PACE);
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran)).to.deep.equal({ outcome: 'swapped', groups: ['promoted'] });
    // One more first, then each old one leaves on its own.
    const changes = actionsOf(ran).filter(({ type }) => type === 'resize' || type === 'terminate');
    expect(changes[0]?.size?.desired).to.equal(3);
    expect(changes.flatMap(({ instances }) => instances ?? [])).to.have.members(idsOf(before));
    expect(changes.filter(({ type }) => type === 'terminate').map(({ instances }) => instances?.length)).to.deep.equal([
      1, 1,
    ]);
    const after = await groupOf('classic');
    expect(sizesOf(after)).to.deep.equal(sizesOf(before));
    expect(tagsOf(after)).to.deep.equal(tagsOf(before));
    expect((after.Instances ?? []).map((instance) => instance.LaunchConfigurationName)).to.deep.equal([
      'third',
      'third',
    ]);
    expect((await instancesOf(idsOf(before))).map((instance) => instance.state)).to.deep.equal([
      'terminated',
      'terminated',
    ]);
  });

  it('replaces a few at a time, terminate first', async () => {
    const before = await groupOf('modern');
    const ran = await run(
      'update-asgs',
      'modern',
      '--strategy',
      'rolling',
      '--surge',
      '0',
      '--unavailable',
      '1',
      '--swap',
      'always',
      ...PACE,
    );
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(
      actionsOf(ran)
        .filter(({ type }) => type === 'resize' || type === 'terminate')
        .map(({ type, decrement }) => [type, decrement]),
    ).to.deep.equal([
      ['terminate', false],
      ['terminate', false],
    ]);
    const after = await groupOf('modern');
    expect(sizesOf(after)).to.deep.equal(sizesOf(before));
    expect(idsOf(after).filter((id) => idsOf(before).includes(id))).to.deep.equal([]);
    expect(tagsOf(after)).to.deep.equal(tagsOf(before));
  });

  const EXEC = 'test -n "$HA_UPDATER_PRIVATE_IP" && echo restarted "$HA_UPDATER_INSTANCE_ID"';
  const restarts = async (ids: readonly string[], ...target: readonly string[]): Promise<void> => {
    const ran = await run('restart', ...target, '--exec', EXEC, '--quorum', '1', ...PACE);
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran)).to.deep.equal({ outcome: 'restarted', groups: ['restarted'] });
    expect(
      actionsOf(ran)
        .map(({ type }) => type)
        .filter((type) => ['deregister', 'run', 'register'].includes(type)),
    ).to.deep.equal(['deregister', 'run', 'register', 'deregister', 'run', 'register']);
    for (const id of ids) expect(ran.stdout).to.include(`restarted ${id}`);
  };

  it('restarts a group in place, out of its target group and back into it', async () => {
    const before = await groupOf('modern');
    await restarts(idsOf(before), 'modern');
    const after = await groupOf('modern');
    expect([idsOf(after), tagsOf(after), suspendedIn(after)]).to.deep.equal([
      idsOf(before),
      tagsOf(before),
      suspendedIn(before),
    ]);
  });

  // Of a group moto leaves an instance in its classic load balancer, whoever deregisters it: so these are nobody's.
  it('restarts what is behind a classic load balancer', async () => {
    const { Instances: instances = [] } = await aws.ec2.runInstances({
      ImageId: 'ami-12c6146b',
      MinCount: 2,
      MaxCount: 2,
    });
    const ids = instances.map(({ InstanceId }) => InstanceId ?? '');
    await aws.elb.createLoadBalancer({
      LoadBalancerName: 'alone',
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
      AvailabilityZones: ['eu-west-1a'],
    });
    await aws.elb.registerInstancesWithLoadBalancer({
      LoadBalancerName: 'alone',
      Instances: ids.map((InstanceId) => ({ InstanceId })),
    });
    await restarts(ids, '--elb', 'alone');
    const { LoadBalancerDescriptions: [alone] = [] } = await aws.elb.describeLoadBalancers({
      LoadBalancerNames: ['alone'],
    });
    expect(alone?.Instances?.map(({ InstanceId }) => InstanceId)).to.have.members(ids);
    const { TagDescriptions: [tags] = [] } = await aws.elb.describeTags({ LoadBalancerNames: ['alone'] });
    expect(tags?.Tags ?? []).to.deep.equal([]);
  });

  it('changes nothing when the stack is as asked for', async () => {
    const ids = idsOf(await groupOf('modern'));
    const ran = await run('update-stack', 'modern', '--template', 'templates/alb.yaml', ...PACE);
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(results(ran), ran.stdout).to.deep.equal({ outcome: 'nothing', groups: [] });
    expect(idsOf(await groupOf('modern'))).to.have.members(ids);
  });

  it('shows the state', async () => {
    const ran = await run('status', 'classic');
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
    expect(ran.stdout).to.contain('2 of 2 instances in service');
  });

  const instancesOf = async (ids: readonly string[]): Promise<{ type: string; state: string }[]> => {
    const { Reservations: reservations = [] } = await aws.ec2.describeInstances({ InstanceIds: [...ids] });
    return reservations
      .flatMap((row) => row.Instances ?? [])
      .map((instance) => ({ type: instance.InstanceType ?? '', state: instance.State?.Name ?? '' }));
  };
});

interface SeenEvent {
  readonly type: string;
  readonly outcome?: string;
  readonly result?: { readonly outcome: string };
  readonly reason?: { readonly text: string };
  readonly action?: SentAction;
}

interface SentAction {
  readonly type: string;
  readonly size?: { readonly desired: number };
  readonly decrement?: boolean;
  readonly instances?: readonly string[];
}

/** What was changed, in order. */
function actionsOf(ran: Ran): SentAction[] {
  return eventsOf(ran).flatMap(({ type, action }) => (type === 'action.done' && action !== undefined ? [action] : []));
}

const eventsOf = (ran: Ran): SeenEvent[] => ran.events() as SeenEvent[];

/** How the run ended and how its groups did. */
function results(ran: Ran): { outcome: string | undefined; groups: (string | undefined)[] } {
  const events = eventsOf(ran);
  return {
    outcome: events.find((event) => event.type === 'run.finished')?.outcome,
    groups: events.filter((event) => event.type === 'group.finished').map((event) => event.result?.outcome),
  };
}

const idsOf = (group: AutoScalingGroup): string[] =>
  (group.Instances ?? []).map((instance) => instance.InstanceId ?? '');
const sizesOf = (group: AutoScalingGroup): unknown[] => [group.MinSize, group.MaxSize, group.DesiredCapacity];
const tagsOf = (group: AutoScalingGroup): string[] =>
  (group.Tags ?? []).map((tag) => `${tag.Key ?? ''}=${tag.Value ?? ''}`).sort();

const suspendedIn = (group: AutoScalingGroup): (string | undefined)[] =>
  (group.SuspendedProcesses ?? []).map((process) => process.ProcessName);

function clientsOf(endpoint: string) {
  const config = {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDINTEROP', secretAccessKey: 'secret' },
  };
  return {
    autoScaling: new AutoScaling(config),
    cloudFormation: new CloudFormation(config),
    ec2: new EC2(config),
    elb: new ElasticLoadBalancing(config),
    elbV2: new ElasticLoadBalancingV2(config),
  };
}
