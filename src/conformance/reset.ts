import type { Stage } from './stage.js';

/** Name of the lifecycle hook that a story puts on its group. */
export const HOOK = 'conformance';
/** How each group is found by every story. */
const BASE = { MinSize: 1, MaxSize: 4, DesiredCapacity: 2 } as const;

/** Brings both groups back to what every story begins with, whatever the one before it left. */
export async function reset(stage: Stage): Promise<void> {
  const groups = [stage.made.modern, stage.made.classic];
  for (const name of groups) await resetGroup(stage, name);
  for (const name of groups) await stage.settled(name, BASE.DesiredCapacity);
}

async function resetGroup({ aws: { autoScaling } }: Stage, name: string): Promise<void> {
  const named = { AutoScalingGroupName: name };
  const { AutoScalingGroups: [group] = [] } = await autoScaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [name],
  });
  const all = group?.Instances ?? [];
  if ((group?.SuspendedProcesses ?? []).length > 0) await autoScaling.resumeProcesses(named);
  const { LifecycleHooks: hooks = [] } = await autoScaling.describeLifecycleHooks(named);
  for (const { LifecycleHookName: hook } of hooks)
    await autoScaling.deleteLifecycleHook({ ...named, LifecycleHookName: hook });
  const aside = all
    .filter(({ LifecycleState: state }) => state === 'Standby')
    .flatMap(({ InstanceId: id }) => id ?? []);
  if (aside.length > 0) {
    await autoScaling.updateAutoScalingGroup({ ...named, MaxSize: 2 * BASE.MaxSize });
    await autoScaling.exitStandby({ ...named, InstanceIds: aside });
  }
  const shielded = all
    .filter((one) => one.ProtectedFromScaleIn === true && one.LifecycleState === 'InService')
    .flatMap(({ InstanceId: id }) => id ?? []);
  if (shielded.length > 0)
    await autoScaling.setInstanceProtection({ ...named, InstanceIds: shielded, ProtectedFromScaleIn: false });
  await autoScaling.updateAutoScalingGroup({ ...named, ...BASE, NewInstancesProtectedFromScaleIn: false });
}
