import { takenOffIn } from '../../decide/sizes/taken-off.js';
import { sayChanges } from '../../decide/sizes/say-changes.js';
import type { Activity } from '../../model/finding.js';
import type { Stage, Story } from '../stage.js';

/** While nothing may happen, it is waited so long for nothing. */
const QUIET_MS = 90_000;

const TERMINATE: Story = {
  name: 'terminate-sizes',
  fact:
    'TerminateInstanceInAutoScalingGroup without a decrement has the instance replaced; with one the desired ' +
    'capacity falls at once, and the cause of the activity says so in the words that the tool reads.',
  source: 'Auto Scaling API reference, TerminateInstanceInAutoScalingGroup and its examples',
  facts: ['TAKEN_OUT in src/decide/sizes/taken-off.ts'],
  play: async (stage) => {
    const { classic } = stage.made;
    const first = await stage.anInstance(classic);
    await terminate(stage, first, false);
    await stage.desired(classic, 2, 'the desired capacity after a termination without a decrement');
    await stage.reaches(classic, first, 'gone');
    await stage.settled(classic, 2);
    const second = await stage.anInstance(classic);
    await terminate(stage, second, true);
    await stage.desired(classic, 1, 'the desired capacity after a termination with a decrement');
    const causes = await activities(stage, second);
    const read = takenOffIn(causes).map(({ instance, from, to }) => ({ instance, units: from - to }));
    stage.compare(
      `what the tool reads in the cause: ${causes.map(({ cause }) => cause).join(' ')}`,
      [{ instance: second, units: 1 }],
      read,
    );
  },
};

const SUSPENDED: Story = {
  name: 'suspended-launch',
  fact:
    'While Launch is suspended, a desired capacity that is raised launches nothing; when the process is resumed, ' +
    'what is missing is launched.',
  source: 'Auto Scaling user guide, "Suspend and resume processes"',
  facts: [
    'LAUNCH_MS = 90_000 in src/decide/outlook/expected-time.ts',
    'LAUNCH_MS = 120_000 in src/decide/rollout/time-limits.ts',
  ],
  play: async (stage) => {
    const { classic } = stage.made;
    const { autoScaling } = stage.aws;
    const launch = { AutoScalingGroupName: classic, ScalingProcesses: ['Launch'] };
    await autoScaling.suspendProcesses(launch);
    await setDesired(stage, classic, 3);
    await stage.pause(QUIET_MS);
    stage.compare('instances 90 s after 3 were asked for', 2, (await stage.instances(classic)).length);
    await autoScaling.resumeProcesses(launch);
    const { afterMs } = await stage.settled(classic, 3);
    stage.measured['from resuming Launch to InService'] = afterMs;
    stage.compare('instances after Launch was resumed', 3, (await stage.instances(classic)).length);
  },
};

const PROTECTED: Story = {
  name: 'scale-in-protection',
  fact:
    'Instances that are protected from scale-in stay when the desired capacity falls, and new ones are protected ' +
    'where the group says so. A termination by id is not stopped by protection.',
  source: 'Auto Scaling user guide, "Use instance scale-in protection"',
  facts: ['protect in src/aws/groups/group-writes.ts'],
  play: async (stage) => {
    const { classic } = stage.made;
    const { autoScaling } = stage.aws;
    const named = { AutoScalingGroupName: classic };
    const before = (await stage.instances(classic)).flatMap(({ InstanceId: id }) => id ?? []);
    await autoScaling.setInstanceProtection({ ...named, InstanceIds: before, ProtectedFromScaleIn: true });
    await autoScaling.updateAutoScalingGroup({ ...named, NewInstancesProtectedFromScaleIn: true });
    await setDesired(stage, classic, 3);
    await stage.settled(classic, 3);
    stage.compare(
      'protection of the instances, a new one among them',
      [true, true, true],
      (await stage.instances(classic)).map(({ ProtectedFromScaleIn: on }) => on),
    );
    await setDesired(stage, classic, 2);
    await stage.pause(QUIET_MS);
    await stage.desired(classic, 2, 'the desired capacity that was set while all are protected');
    stage.compare('instances 90 s after 2 were asked for, all protected', 3, await serving(stage, classic));
    const id = await stage.anInstance(classic);
    await terminate(stage, id, false);
    await stage.reaches(classic, id, 'gone');
    stage.compare('instances after a protected one was terminated by id', 2, await serving(stage, classic));
  },
};

const WORDS: Story = {
  name: 'words-of-sizes',
  fact: 'The cause of an activity says who changed the desired capacity, from which number to which.',
  source: 'Auto Scaling API reference, DescribeScalingActivities, Cause',
  facts: ['sayChanges in src/decide/sizes/say-changes.ts'],
  play: async (stage) => {
    const { classic } = stage.made;
    const before = new Set((await activities(stage)).map(({ id }) => id));
    await setDesired(stage, classic, 3);
    await stage.settled(classic, 3);
    const causes = (await activities(stage)).filter(({ id }) => !before.has(id)).map(({ cause }) => cause);
    stage.matches(
      `the words that the tool reads in the cause: ${causes.join(' ')}`,
      /a user request explicitly set group desired capacity changing the desired capacity from 2 to 3\./,
      sayChanges(causes).join(' '),
    );
  },
};

const MARKED: Story = {
  name: 'marked-unhealthy',
  fact:
    'SetInstanceHealth marks an instance; while ReplaceUnhealthy is suspended the mark stays and the instance too, ' +
    'and it is replaced when the process is resumed.',
  source: 'Auto Scaling API reference, SetInstanceHealth; user guide, "Health checks for instances"',
  facts: [
    'wronglyMarked in src/decide/diagnosis/marked.ts',
    'markedForGood in src/decide/instances/marked-for-good.ts',
  ],
  play: async (stage) => {
    const { classic } = stage.made;
    const { autoScaling } = stage.aws;
    const replace = { AutoScalingGroupName: classic, ScalingProcesses: ['ReplaceUnhealthy'] };
    await autoScaling.suspendProcesses(replace);
    const id = await stage.anInstance(classic);
    await autoScaling.setInstanceHealth({
      InstanceId: id,
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    await stage.pause(QUIET_MS);
    const found = (await stage.instances(classic)).find(({ InstanceId: other }) => other === id);
    stage.compare(
      'the marked instance after 90 s without ReplaceUnhealthy',
      'InService, Unhealthy',
      `${found?.LifecycleState ?? 'gone'}, ${found?.HealthStatus ?? ''}`,
    );
    await autoScaling.resumeProcesses(replace);
    await stage.reaches(classic, id, 'gone');
    await stage.settled(classic, 2);
    stage.compare('instances in service after the replacement', 2, await serving(stage, classic));
  },
};

/** Stories of instances that come and go. */
export const MEMBER_STORIES: readonly Story[] = [TERMINATE, SUSPENDED, PROTECTED, WORDS, MARKED];

async function terminate({ aws }: Stage, id: string, decrement: boolean): Promise<void> {
  await aws.autoScaling.terminateInstanceInAutoScalingGroup({
    InstanceId: id,
    ShouldDecrementDesiredCapacity: decrement,
  });
}

async function setDesired({ aws }: Stage, group: string, desired: number): Promise<void> {
  await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: group, DesiredCapacity: desired });
}

async function serving(stage: Stage, group: string): Promise<number> {
  return (await stage.instances(group)).filter(({ LifecycleState: state }) => state === 'InService').length;
}

/** Activities of the classic group as the tool reads them; of one instance where it is named. */
async function activities(stage: Stage, of?: string): Promise<readonly Activity[]> {
  const { Activities: rows = [] } = await stage.aws.autoScaling.describeScalingActivities({
    AutoScalingGroupName: stage.made.classic,
  });
  return rows
    .map((row) => {
      const [instance] = /\bi-[0-9a-f]{8,17}\b/.exec(row.Description ?? '') ?? [];
      return {
        id: row.ActivityId ?? '',
        at: row.StartTime?.getTime() ?? 0,
        status: row.StatusCode ?? '',
        description: row.Description ?? '',
        cause: row.Cause ?? '',
        message: row.StatusMessage ?? '',
        ...(instance !== undefined && { instance }),
      };
    })
    .filter(
      ({ instance, description }) => of === undefined || (instance === of && description.startsWith('Terminating')),
    );
}
