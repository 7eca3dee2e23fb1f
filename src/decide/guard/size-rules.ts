import type { Action } from '../../model/rollout/action.js';
import type { Group, Size } from '../../model/rollout/group.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { hasLeft, isOld } from './halves.js';

/** What somebody else asked for meanwhile, as the record has it; 0 without. */
export function askedFor({ theirs }: RolloutRecord): number {
  return Math.max(theirs?.min ?? 0, theirs?.desired ?? 0);
}

/** The desired capacity, or max, is what a rollout of ours made it grow to and nobody's else. */
export function showsGrowth({ size }: Group, record: RolloutRecord): boolean {
  const before = { ...record.size, ...record.theirs };
  const extra = 'surge' in record ? Math.min(record.surge, record.old) : record.old;
  const most = Math.max(record.size.desired, 'surge' in record ? askedFor(record) : 0) + extra;
  // What a min demands that somebody raised meanwhile is nobody's growth.
  const grown = most > Math.max(before.desired, before.min, size.min);
  return grown && (size.desired === most || (size.max === most && most > before.max));
}

/** Auto Scaling scales the group by itself again: the rollout has resumed what it had suspended of that. */
export function scalesAgain({ suspended }: Group, record: RolloutRecord): boolean {
  const scaling = record.suspended.filter((process) => /^(AlarmNotification|ScheduledActions)$/.test(process));
  return scaling.length > 0 && !scaling.some((process) => suspended.includes(process));
}

/** Each size is left as it is, or becomes what it was before, or what somebody else had set. */
export function givesBack({ size }: Group, record: RolloutRecord, to: Size): string | undefined {
  const { theirs } = record;
  if (to.min !== size.min) return 'min was never changed by us';
  // Without those that stay old, sizes may be less than nothing.
  const desired = Math.max(theirs?.desired ?? record.size.desired, theirs?.min ?? -Infinity);
  // A lower max that leaves room for less than there was lowers the desired capacity, too.
  const least = Math.min(desired, theirs?.max ?? Infinity);
  // rule: guard-theirs
  if (to.desired !== size.desired && to.desired !== desired && to.desired !== least)
    return 'that is not the desired capacity of before, nor what somebody asked for';
  const max = Math.max(theirs?.max ?? record.size.max, to.desired);
  return to.max === size.max || to.max === max ? undefined : 'that is not the max of before, nor what somebody set';
}

/** New ones for what somebody asked for while old ones are left: never fewer, and no more than both together. */
export function makeUpRule(
  group: Group,
  record: RolloutRecord,
  verdict: Verdict | undefined,
  to: Size,
): string | undefined {
  const { size, instances } = group;
  if (verdict?.outcome !== 'promote') return 'only a rolling rollout surges, and a swap that is promoted';
  if (to.min !== size.min) return 'making up must leave min alone';
  if (to.desired < size.desired || to.max < size.max) return 'making up must not make the group smaller';
  const old = instances
    .filter(({ launchedAt, lifecycle }) => isOld(launchedAt, record.startedAt) && !hasLeft(lifecycle))
    .reduce((sum, { weight }) => sum + weight, 0);
  const most = Math.max(record.size.desired, askedFor(record), size.min) + old;
  return to.desired > most ? `nobody asked for more than ${most - old} beside ${old} old` : undefined;
}

/** Below what somebody asked for nothing is decremented; nothing is launched in its place that nobody asked for. */
export function decrementRule(
  { size, suspended, instances }: Group,
  record: RolloutRecord,
  { half, instances: going, decrement }: Extract<Action, { type: 'terminate' }>,
): string | undefined {
  const weight = instances.filter(({ id }) => going.includes(id)).reduce((sum, one) => sum + one.weight, 0);
  const asked = Math.max(askedFor(record), size.min);
  if (decrement) return size.desired - weight < askedFor(record) ? `somebody asked for ${askedFor(record)}` : undefined;
  if (half === 'new') return suspended.includes('Launch') ? undefined : 'without decrement more would be launched';
  return size.desired - weight < Math.max(asked, record.size.desired)
    ? undefined
    : 'without decrement more would be launched';
}

/** A desired capacity that is raised to what is there launches nobody. */
export function fitRule({ size, instances, weighted }: Group, { min, max, desired }: Size): string | undefined {
  const there = instances.reduce(
    (sum, instance) => (instance.lifecycle === 'InService' ? sum + instance.weight : sum),
    0,
  );
  if (!weighted) return 'only weights do not fit';
  if (min !== size.min || max !== Math.max(size.max, desired)) return 'only the desired capacity is to be raised';
  // rule: guard-fit
  return desired > size.desired && desired <= there ? undefined : `${there} units are there`;
}
