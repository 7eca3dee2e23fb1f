import { AwsFault } from '../../errors.js';
import { saysNothingChanges } from '../../decide/stack/read-change-set.js';
import { READ_LAG_MS, type Stage, type Story } from '../stage.js';

const LIMITS: Story = {
  name: 'ids-per-call',
  fact: 'One call takes 20 instances for standby, 50 for protection and 100 to terminate; more are refused.',
  source: 'Auto Scaling API reference, EnterStandby, SetInstanceProtection and TerminateInstanceInAutoScalingGroup',
  facts: [
    'MAX_STANDBY_PER_CALL = 20 in src/decide/strategies/swap/serve-again.ts',
    'MAX_PROTECTED_PER_CALL = 50 in src/decide/rollout/scale-in-protection.ts',
    'textOf in src/sandbox/wire/constraints/violations.ts',
  ],
  play: async (stage) => {
    const { autoScaling } = stage.aws;
    const named = { AutoScalingGroupName: stage.made.classic };
    const decrement = { ShouldDecrementDesiredCapacity: true };
    // None of these ids exists: whatever is refused for that has other words.
    const ids = (count: number) =>
      Array.from({ length: count }, (_, i) => `i-0fffffffffffff${String(i).padStart(3, '0')}`);
    const refused = (what: string, most: number, call: () => Promise<object>) =>
      stage.refused(what, call, { code: 'ValidationError', says: new RegExp(`\\b${most}\\b`) });
    await refused('EnterStandby of 21 instances', 20, () =>
      autoScaling.enterStandby({ ...named, ...decrement, InstanceIds: ids(21) }),
    );
    await refused('SetInstanceProtection of 51 instances', 50, () =>
      autoScaling.setInstanceProtection({ ...named, InstanceIds: ids(51), ProtectedFromScaleIn: true }),
    );
    await refused('TerminateInstanceInAutoScalingGroup of 101 instances', 100, () =>
      autoScaling.terminateInstanceInAutoScalingGroup({ ...named, ...decrement, InstanceIds: ids(101) }),
    );
    await stage.desired(stage.made.classic, 2, 'the desired capacity after all of them');
  },
};

const TAGS: Story = {
  name: 'notes-and-lag',
  fact:
    'A tag of 256 characters on a group is read back within 30 s, one that is longer is refused, and deleting one ' +
    'that is not there is no error. A size that was set is read back within 30 s.',
  source: 'assumed',
  facts: ['in src/decide/read-lag.ts'],
  play: async (stage) => {
    const { autoScaling } = stage.aws;
    const { classic } = stage.made;
    const tag = (value: string) => ({
      Tags: [
        { ResourceId: classic, ResourceType: 'auto-scaling-group', Key: KEY, Value: value, PropagateAtLaunch: false },
      ],
    });
    const value = 'x'.repeat(256);
    await autoScaling.createOrUpdateTags(tag(value));
    await lag(stage, 'a tag that was written', (one) => one === value);
    await autoScaling.deleteTags(tag(value));
    await lag(stage, 'a tag that was deleted', (one) => one === undefined);
    await autoScaling.deleteTags(tag(value));
    stage.compare('deleting a tag that is not there', 'taken', 'taken');
    await stage.refused('a tag of 257 characters', () => autoScaling.createOrUpdateTags(tag(`${value}x`)), {
      code: 'ValidationError',
    });
    await autoScaling.setDesiredCapacity({ AutoScalingGroupName: classic, DesiredCapacity: 3 });
    await stage.desired(classic, 3, 'a size that was set, within 30 s');
  },
};

const REFUSALS: Story = {
  name: 'refusals',
  fact:
    'A desired capacity beyond the bounds is refused, what does not exist is told in the words by which the tool ' +
    'knows it, and a policy without its settings is refused.',
  source: 'Auto Scaling API reference, Common errors; PutScalingPolicy',
  facts: ['requireSettings in src/sandbox/world/autoscaling/operations/scaling-policies.ts'],
  play: async (stage) => {
    const { autoScaling } = stage.aws;
    const named = { AutoScalingGroupName: stage.made.classic };
    await stage.refused(
      'SetDesiredCapacity of 5 at a maximum of 4',
      () => autoScaling.setDesiredCapacity({ ...named, DesiredCapacity: 5 }),
      { code: 'ValidationError' },
    );
    await stage.refused(
      'a maximum of 1 with a desired capacity of 2',
      () => autoScaling.updateAutoScalingGroup({ ...named, MaxSize: 1, DesiredCapacity: 2 }),
      { code: 'ValidationError' },
    );
    await kind(stage, 'SetDesiredCapacity of a group that is not there', 'missing', () =>
      autoScaling.setDesiredCapacity({ AutoScalingGroupName: `${stage.made.stack}-none`, DesiredCapacity: 1 }),
    );
    await kind(stage, 'TerminateInstanceInAutoScalingGroup of an instance that is not there', 'missing', () =>
      autoScaling.terminateInstanceInAutoScalingGroup({
        InstanceId: 'i-0123456789abcdef0',
        ShouldDecrementDesiredCapacity: false,
      }),
    );
    await stage.refused(
      'a target tracking policy without its target',
      () => autoScaling.putScalingPolicy({ ...named, PolicyName: 'none', PolicyType: 'TargetTrackingScaling' }),
      { code: 'ValidationError' },
    );
  },
};

const CHANGE_SETS: Story = {
  name: 'change-sets',
  fact:
    'A change set without changes fails in the words by which the tool knows it. Executing one twice with one token ' +
    'begins one operation, all events of which carry the token. A value that is too long is refused.',
  source: 'CloudFormation API reference, ExecuteChangeSet, ClientRequestToken',
  facts: ['checkValueLength in src/sandbox/world/cloudformation/template/template-quotas.ts'],
  play: async (stage) => {
    const { cloudFormation } = stage.aws;
    const { stack } = stage.made;
    const empty = await changeSet(stage, 'same', undefined);
    stage.compare('the status of a change set without changes', 'FAILED', empty.Status);
    stage.compare(
      `whether the tool knows it by its reason: ${empty.StatusReason ?? ''}`,
      true,
      saysNothingChanges(empty.StatusReason ?? ''),
    );
    const token = `${stack}-second`;
    const order = { ChangeSetName: empty.id.replace('same', 'second'), StackName: stack, ClientRequestToken: token };
    const second = await changeSet(stage, 'second', 'second');
    stage.compare('the status of a change set with one', 'CREATE_COMPLETE', second.Status);
    await cloudFormation.executeChangeSet(order);
    await executeAgain(stage, order);
    await stage.until('the stack is UPDATE_COMPLETE', { withinMs: 10 * 60_000 }, async () => {
      const { Stacks: [found] = [] } = await cloudFormation.describeStacks({ StackName: stack });
      return found?.StackStatus === 'UPDATE_COMPLETE' ? true : undefined;
    });
    const { StackEvents: events = [] } = await cloudFormation.describeStackEvents({ StackName: stack });
    const ours = events.filter(({ ClientRequestToken: one }) => one === token);
    const begun = ours.filter((one) => one.ResourceStatus === 'UPDATE_IN_PROGRESS' && one.LogicalResourceId === stack);
    stage.compare('operations of the stack that carry the token', 1, begun.length);
    stage.compare('whether its last event carries it', token, events[0]?.ClientRequestToken ?? 'none');
    await stage.refused('a parameter of 4,097 characters', () => createChangeSet(stage, 'long', 'x'.repeat(4097)), {
      code: 'ValidationError',
    });
  },
};

/** Stories of calls: their limits, their words, and what they leave to be read. */
export const CALL_STORIES: readonly Story[] = [LIMITS, TAGS, REFUSALS, CHANGE_SETS];

const KEY = 'ha-updater:conformance-note';

async function lag(stage: Stage, what: string, shows: (value: string | undefined) => boolean): Promise<void> {
  const { afterMs } = await stage.until(`${what} is read back`, { withinMs: READ_LAG_MS, everyMs: 1_000 }, async () => {
    const { Tags: tags = [] } = await stage.group(stage.made.classic);
    return shows(tags.find(({ Key: key }) => key === KEY)?.Value) ? true : undefined;
  });
  stage.measured[what] = afterMs;
  stage.compare(`${what}, within 30 s`, 'read back', 'read back');
}

/** How the tool sorts what AWS answers. */
async function kind(stage: Stage, what: string, expected: string, call: () => Promise<object>): Promise<void> {
  try {
    await call();
    stage.compare(`how the tool understands ${what}`, expected, 'taken');
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    stage.compare(`how the tool understands ${what} (${error.code}: ${error.message})`, expected, error.kind);
  }
}

async function createChangeSet({ aws, made }: Stage, name: string, note: string | undefined): Promise<object> {
  const previous = ['VpcId', 'Subnets', 'ImageId', 'InstanceType', ...(note === undefined ? ['Note'] : [])];
  return aws.cloudFormation.createChangeSet({
    StackName: made.stack,
    ChangeSetName: `${made.stack}-${name}`,
    ChangeSetType: 'UPDATE',
    UsePreviousTemplate: true,
    Parameters: [
      ...previous.map((key) => ({ ParameterKey: key, UsePreviousValue: true })),
      ...(note === undefined ? [] : [{ ParameterKey: 'Note', ParameterValue: note }]),
    ],
  });
}

/** Makes a change set and waits until it is made. */
async function changeSet(stage: Stage, name: string, note: string | undefined) {
  await createChangeSet(stage, name, note);
  const id = `${stage.made.stack}-${name}`;
  const { found } = await stage.until(`change set ${name} is made`, { withinMs: 5 * 60_000 }, async () => {
    const answer = await stage.aws.cloudFormation.describeChangeSet({ ChangeSetName: id, StackName: stage.made.stack });
    return /^(CREATE_PENDING|CREATE_IN_PROGRESS)$/.test(answer.Status ?? '') ? undefined : answer;
  });
  return { id, Status: found.Status, StatusReason: found.StatusReason };
}

/** The second call may be taken or refused; what counts is that it begins nothing. */
async function executeAgain(stage: Stage, order: { readonly ChangeSetName: string; readonly StackName: string }) {
  try {
    await stage.aws.cloudFormation.executeChangeSet(order);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
  }
}
