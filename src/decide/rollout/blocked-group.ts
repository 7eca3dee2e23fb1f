import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { alarmed } from '../gates/alarms.js';
import { split, units } from '../instances/classify.js';
import { pauseOfMate } from '../gates/gates.js';
import { proven } from '../memory/remember.js';
import type { Block } from './step.js';

/** A group that cannot go on, and why. */
export interface StuckGroup {
  readonly group: string;
  readonly why: string;
}

/**
 * Why a rolling group begins nothing further; undefined when nothing holds it. Groups that are judged together stop
 * together: what broke one of them waits in the others, and the old instances that are left are worth keeping.
 */
export function blockOf(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  halted: StuckGroup | undefined,
): Block | undefined {
  if (record.strategy !== 'rolling') return undefined;
  const promoted = group.notes.verdict?.outcome === 'promote';
  // rule: rolling-interrupt
  if (promoted && observed.cancellation !== undefined) return { why: observed.cancellation.why, stop: true };
  if (promoted && plan.undo)
    return { why: 'it is judged already, and old instances that are gone cannot be launched again', stop: true };
  const alarm = promoted ? alarmed(observed, plan, record.startedAt) : undefined;
  if (alarm !== undefined) return { why: alarm, stop: true };
  // rule: rolling-mates
  if (promoted && record.together && halted !== undefined && halted.group !== group.name)
    return { why: `${halted.group} cannot go on, and they are judged together`, stop: true };
  // It pauses with its mate before anything of its own is launched; after the verdict it does so between two batches.
  // rule: mate-paused
  if (!promoted && record.serial && pauseOfMate(observed, group, record) !== undefined)
    return { why: 'a group of the same rollout was paused', stop: false };
  // rule: rolling-serial
  const turn = record.serial ? whoseTurn(observed, plan) : undefined;
  return turn === undefined || turn === group.name
    ? undefined
    : { why: `one instance at a time over all groups: it is the turn of ${turn}`, stop: false };
}

/** The group in which something is under way, else the first that has old instances left, in the order of the plan. */
function whoseTurn(observed: Observed, plan: Plan): string | undefined {
  const rows = plan.groups.flatMap((name) =>
    observed.groups.filter(
      (group) =>
        group.name === name &&
        observed.seen.results[name] === undefined &&
        group.notes.record?.strategy === 'rolling' &&
        group.notes.record.serial,
    ),
  );
  const turn =
    rows.find((group) => isUnderWay(observed, plan, group)) ??
    rows.find((group) => group.notes.record !== undefined && split(group, group.notes.record).old.length > 0);
  return turn?.name;
}

/** Anything but the original number of instances, all of them settled. */
function isUnderWay(observed: Observed, plan: Plan, group: Group): boolean {
  const { record } = group.notes;
  if (record === undefined) return false;
  const sent = observed.seen.pending.some(
    ({ action }) => (action.type === 'resize' || action.type === 'terminate') && action.group === group.name,
  );
  const halves = split(group, record);
  const open = halves.new.length > proven(group, halves.new, observed.seen, plan, observed.at).length;
  // Auto Scaling takes a moment to let go who is too many, and to launch who is missing.
  const there = units(halves.old) + units(halves.new);
  // Weights overshoot from the start.
  const tooMany = there > Math.max(record.size.desired, record.old);
  const missing = there < record.size.desired;
  // rule: rolling-serial-restored
  return (
    sent ||
    open ||
    tooMany ||
    missing ||
    halves.leaving.length + halves.unknown.length > 0 ||
    group.size.desired !== record.size.desired
  );
}
