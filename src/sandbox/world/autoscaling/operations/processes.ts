import type { ScalingProcessQuery } from '@aws-sdk/client-auto-scaling';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { stamp } from '../activities.js';
import { scheduleHealthCheck } from '../capacity/health-checks.js';
import { groupOf, invalid } from '../state.js';
import { startOverdueWaves } from '../capacity/terminate.js';
import { schedulePlan } from '../capacity/plan-schedule.js';

const PROCESSES = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
] as const;

/** Without names: all processes. */
export function suspendProcesses(world: World, input: ScalingProcessQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const name of namesOf(input))
    if (!group.suspended.has(name)) group.suspended.set(name, `User suspended at ${stamp(world)}`);
  touch(world, group.name);
  return {};
}

/**
 * Resumes processes; without names all of them, an operator's own suspensions included. What waited is
 * caught up with, except registrations: instances launched meanwhile stay out of the balancers.
 */
export function resumeProcesses(world: World, input: ScalingProcessQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const name of namesOf(input)) group.suspended.delete(name);
  touch(world, group.name);
  startOverdueWaves(world, group);
  schedulePlan(world, group);
  scheduleHealthCheck(world, group, true);
  return {};
}

function namesOf(input: ScalingProcessQuery): readonly string[] {
  const names = input.ScalingProcesses ?? [];
  const unknown = names.filter((name) => !(PROCESSES as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw invalid(
      `Process(es) [${unknown.join(', ')}] not found. Valid scaling processes are: [${PROCESSES.join(', ')}]`,
    );
  return names.length === 0 ? PROCESSES : names;
}

export function describeScalingProcessTypes(): object {
  return { Processes: PROCESSES.map((ProcessName) => ({ ProcessName })) };
}
