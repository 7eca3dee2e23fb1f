import { AwsFault } from '../../errors.js';
import { NotShown, type Stage, type Story } from '../stage.js';

const TARGETS: Story = {
  name: 'target-states',
  fact: 'A new target is initial, then healthy. One that is deregistered is draining, and unused when it has drained.',
  source: 'Elastic Load Balancing API reference, TargetHealth',
  facts: ['BOOT_MS = 60_000 in src/decide/instances/marked-for-good.ts'],
  play: async (stage) => {
    const { modern } = stage.made;
    const { autoScaling } = stage.aws;
    const known = (await stage.instances(modern)).map(({ InstanceId: id }) => id);
    await autoScaling.setDesiredCapacity({ AutoScalingGroupName: modern, DesiredCapacity: 3 });
    const { found: id } = await stage.until('a third instance is in service', QUICKLY, async () =>
      (await stage.instances(modern))
        .filter(({ InstanceId: one, LifecycleState: state }) => !known.includes(one) && state === 'InService')
        .map(({ InstanceId: one }) => one)
        .at(0),
    );
    const states = await statesUntil(stage, id, 'healthy');
    stage.measured['from InService to healthy'] = states.afterMs;
    // Where the image boots slower than two checks are apart, it fails them first.
    const seen = states.seen.filter((one) => one !== 'unused').join(', ');
    if (!seen.startsWith('initial') && states.longestGapMs > CHECK_MS)
      throw new NotShown('The answers of AWS took so long that what a new target is at first was not seen.');
    stage.matches('states of a new target, in order', /^initial, (unhealthy, )?healthy$/, seen);
    for (const reason of states.reasons)
      stage.matches('why a new target is initial', /^Elb\.(RegistrationInProgress|InitialHealthChecking)$/, reason);
    // Auto Scaling would replace what its balancer does not know any more.
    await autoScaling.suspendProcesses({ AutoScalingGroupName: modern, ScalingProcesses: ['HealthCheck'] });
    await stage.aws.elbV2.deregisterTargets({ TargetGroupArn: stage.made.targetGroup, Targets: [{ Id: id }] });
    const after = await statesUntil(stage, id, 'unused');
    stage.compare(
      'states after it was deregistered, in order',
      ['draining', 'unused'],
      after.seen.filter((one) => one !== 'healthy'),
    );
    stage.compare('why it is unused', 'Target.NotRegistered', after.reason);
    await autoScaling.terminateInstanceInAutoScalingGroup({ InstanceId: id, ShouldDecrementDesiredCapacity: true });
  },
};

const CLASSIC: Story = {
  name: 'classic-states',
  fact:
    'A classic balancer says InService with words of its own while an instance drains, OutOfService when it is not ' +
    'registered, and OutOfService, then InService, when it is registered again. An id that does not exist fails the ' +
    'call.',
  source: 'Classic Load Balancers API reference, InstanceState and DescribeInstanceHealth',
  facts: [],
  play: async (stage) => {
    const { classic, balancer } = stage.made;
    const { elb } = stage.aws;
    const id = await stage.anInstance(classic);
    await classicReaches(stage, id, 'InService: N/A');
    const named = { LoadBalancerName: balancer, Instances: [{ InstanceId: id }] };
    await elb.deregisterInstancesFromLoadBalancer(named);
    stage.compare(
      'an instance that drains',
      'InService: Instance deregistration currently in progress.',
      await classicState(stage, id),
    );
    await classicReaches(stage, id, 'OutOfService: Instance is not currently registered with the LoadBalancer.');
    await elb.registerInstancesWithLoadBalancer(named);
    stage.matches('an instance that was just registered', /^OutOfService: /, await classicState(stage, id));
    await classicReaches(stage, id, 'InService: N/A');
    await stage.refused(
      'DescribeInstanceHealth of an id that does not exist',
      () =>
        elb.describeInstanceHealth({ LoadBalancerName: balancer, Instances: [{ InstanceId: 'i-0123456789abcdef0' }] }),
      { code: 'InvalidInstance' },
    );
  },
};

/** Stories of balancers. */
export const BALANCER_STORIES: readonly Story[] = [TARGETS, CLASSIC];

/** What templates/conformance.yaml says between two health checks. */
const CHECK_MS = 10_000;
const QUICKLY = { withinMs: 10 * 60_000, everyMs: 2_000 };

async function statesUntil(stage: Stage, id: string, last: string) {
  const seen: string[] = [];
  const reasons = new Set<string>();
  let looked = stage.clock.now();
  let longestGapMs = 0;
  const { found, afterMs } = await stage.until(`target ${id} becomes ${last}`, QUICKLY, async () => {
    const { TargetHealthDescriptions: [row] = [] } = await stage.aws.elbV2.describeTargetHealth({
      TargetGroupArn: stage.made.targetGroup,
      Targets: [{ Id: id }],
    });
    longestGapMs = Math.max(longestGapMs, stage.clock.now() - looked);
    looked = stage.clock.now();
    const { State: state = 'not listed', Reason: reason } = row?.TargetHealth ?? {};
    if (seen.at(-1) !== state) seen.push(state);
    if (state === 'initial' && reason !== undefined) reasons.add(reason);
    return state === last ? (reason ?? '') : undefined;
  });
  return { seen, reasons: [...reasons], reason: found, afterMs, longestGapMs };
}

async function classicState(stage: Stage, id: string): Promise<string> {
  try {
    const { InstanceStates: [state] = [] } = await stage.aws.elb.describeInstanceHealth({
      LoadBalancerName: stage.made.balancer,
      Instances: [{ InstanceId: id }],
    });
    return `${state?.State ?? 'not listed'}: ${state?.Description ?? ''}`;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return `refused with ${error.code}: ${error.message}`;
  }
}

/** Waits for it; what it said last is what is compared. */
async function classicReaches(stage: Stage, id: string, expected: string): Promise<void> {
  const until = stage.clock.now() + QUICKLY.withinMs;
  let said = await classicState(stage, id);
  for (; said !== expected && stage.clock.now() < until; said = await classicState(stage, id)) await stage.pause(5_000);
  stage.compare('an instance behind the classic balancer, within ten minutes', expected, said);
}
