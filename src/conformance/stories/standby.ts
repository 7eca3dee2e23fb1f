import { HOOK } from '../reset.js';
import type { Story } from '../stage.js';

const BELOW_MIN: Story = {
  name: 'standby-below-min',
  fact: 'EnterStandby with a decrement that would lead below the minimum is refused, and changes nothing.',
  source: 'Auto Scaling user guide, "Temporarily remove instances from your Auto Scaling group"',
  facts: [],
  play: async (stage) => {
    const { classic } = stage.made;
    const { autoScaling } = stage.aws;
    await autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: classic, MinSize: 2 });
    const id = await stage.anInstance(classic);
    await stage.refused(
      'EnterStandby of one of two instances, with a decrement, at a minimum of 2',
      () => autoScaling.enterStandby(standby(classic, id, true)),
      { code: 'ValidationError' },
    );
    await stage.desired(classic, 2, 'the desired capacity after it');
  },
};

const SIZES: Story = {
  name: 'standby-sizes',
  fact:
    'EnterStandby with a decrement lowers the desired capacity by what stands by, and the balancer drains it. ' +
    'ExitStandby raises the desired capacity again, and the instance serves again.',
  source: 'Auto Scaling API reference, EnterStandby, ExitStandby',
  facts: [
    'movedByStandby in src/decide/sizes/moved-by-standby.ts',
    'broughtBy in src/decide/sizes/brought-by-standby.ts',
    'enterStandby in src/sandbox/world/autoscaling/capacity/membership.ts',
  ],
  play: async (stage) => {
    const { modern, targetGroup } = stage.made;
    const { autoScaling, elbV2 } = stage.aws;
    const id = await stage.anInstance(modern);
    await autoScaling.enterStandby(standby(modern, id, true));
    await stage.desired(modern, 1, 'the desired capacity after EnterStandby with a decrement');
    await stage.reaches(modern, id, 'Standby');
    const { TargetHealthDescriptions: targets = [] } = await elbV2.describeTargetHealth({
      TargetGroupArn: targetGroup,
      Targets: [{ Id: id }],
    });
    stage.compare('the target of the instance in Standby', 'unused', targets[0]?.TargetHealth?.State ?? 'not listed');
    const { Activities: activities = [] } = await autoScaling.exitStandby({
      AutoScalingGroupName: modern,
      InstanceIds: [id],
    });
    stage.compare('the status of the activity of ExitStandby', 'PreInService', activities[0]?.StatusCode ?? 'none');
    await stage.desired(modern, 2, 'the desired capacity after ExitStandby');
    await stage.settled(modern, 2);
  },
};

const HOOKS: Story = {
  name: 'standby-hooks',
  fact: 'An instance that leaves standby passes the launching hooks of its group again.',
  source: 'assumed',
  facts: ['exitStandby in src/sandbox/world/autoscaling/capacity/membership.ts'],
  play: async (stage) => {
    const { classic } = stage.made;
    const { autoScaling } = stage.aws;
    const id = await stage.anInstance(classic);
    await autoScaling.enterStandby(standby(classic, id, true));
    await stage.reaches(classic, id, 'Standby');
    await autoScaling.putLifecycleHook({
      AutoScalingGroupName: classic,
      LifecycleHookName: HOOK,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 60,
      DefaultResult: 'CONTINUE',
    });
    await autoScaling.exitStandby({ AutoScalingGroupName: classic, InstanceIds: [id] });
    const seen = await stage.until(
      'the instance is InService or held by the hook',
      { withinMs: 5 * 60_000, everyMs: 2_000 },
      async () =>
        (await stage.instances(classic))
          .filter(({ InstanceId: other }) => other === id)
          .map(({ LifecycleState: state = '' }) => state)
          .find((state) => state === 'InService' || state === 'Pending:Wait'),
    );
    stage.compare('how the instance leaves standby while there is a launching hook', 'Pending:Wait', seen.found);
  },
};

const ENDED: Story = {
  name: 'standby-terminated',
  fact: 'TerminateInstanceInAutoScalingGroup with a decrement takes an instance in standby off the desired capacity.',
  source: 'assumed',
  facts: ['isDecremented in src/sandbox/world/autoscaling/capacity/terminate.ts'],
  play: async (stage) => {
    const { classic } = stage.made;
    const { autoScaling } = stage.aws;
    await autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: classic, MinSize: 0 });
    const id = await stage.anInstance(classic);
    await autoScaling.enterStandby(standby(classic, id, true));
    await stage.reaches(classic, id, 'Standby');
    await stage.desired(classic, 1, 'the desired capacity while one stands by');
    await autoScaling.terminateInstanceInAutoScalingGroup({ InstanceId: id, ShouldDecrementDesiredCapacity: true });
    await stage.reaches(classic, id, 'gone');
    await stage.desired(classic, 0, 'the desired capacity after the instance in standby was terminated');
  },
};

/** Stories of standby. */
export const STANDBY_STORIES: readonly Story[] = [BELOW_MIN, SIZES, HOOKS, ENDED];

function standby(group: string, id: string, decrement: boolean) {
  return { AutoScalingGroupName: group, InstanceIds: [id], ShouldDecrementDesiredCapacity: decrement };
}
