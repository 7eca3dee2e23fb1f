import { alarmed } from '../../gates/alarms.js';
import { pauseOfMate } from '../../gates/gates.js';
import { units } from '../../instances/classify.js';
import { withRecord } from '../../make-view.js';
import { goalOf, wantedSize } from '../../sizes/wanted-size.js';
import type { Block } from '../../step.js';
import type { RolloutGroup, RolloutView } from '../../view.js';
import type { StuckGroup } from '../strategy.js';
import { rollingRecord } from './facts.js';

/**
 * Why a rolling group begins nothing further; undefined when nothing blocks it. Groups that are judged together stop
 * together: what broke one of them waits in the others, and the old instances that are left are worth keeping.
 */
export function blockOf(view: RolloutView, of: RolloutGroup, stuck: StuckGroup | undefined): Block | undefined {
  const { observed } = view;
  const { group } = of;
  const record = rollingRecord(of.record);
  const promoted = of.verdict?.outcome === 'promote';
  const stop = promoted ? whyStopped(view, of, stuck) : undefined;
  if (stop !== undefined) return { why: stop, stop: true };
  // A group pauses with its mate before anything of its own is launched; after the verdict, between two batches.
  // rule: mate-paused
  if (!promoted && record.serial && pauseOfMate(observed, group, record) !== undefined)
    return { why: 'a group of the same rollout was paused', stop: false };
  // rule: rolling-serial
  const turn = record.serial ? whoseTurn(view) : undefined;
  return turn === undefined || turn === group.name
    ? undefined
    : { why: `one instance at a time over all groups: it is the turn of ${turn}`, stop: false };
}

/** Why the run stops with a group that is past its verdict; undefined when it goes on. */
function whyStopped({ observed, plan }: RolloutView, of: RolloutGroup, stuck?: StuckGroup): string | undefined {
  // rule: rolling-interrupt
  if (observed.cancellation !== undefined) return observed.cancellation.why;
  if (plan.undo) return 'it is judged already, and old instances that are gone cannot be launched again';
  const alarm = alarmed(observed, plan, of.record.startedAt);
  if (alarm !== undefined) return alarm;
  // rule: rolling-mates
  return of.record.together && stuck !== undefined && stuck.group !== of.name
    ? `${stuck.group} cannot go on, and they are judged together`
    : undefined;
}

/** The group in which something is under way, else the first that has old instances left, in the order of the plan. */
function whoseTurn(view: RolloutView): string | undefined {
  const { observed, plan, groups } = view;
  const rows = plan.groups.flatMap((name) =>
    groups.flatMap((one): readonly RolloutGroup[] => {
      if (one.name !== name || observed.seen.results[name] !== undefined) return [];
      const of = withRecord(one);
      return of?.facts.limits(of.record)?.serial === true ? [of] : [];
    }),
  );
  const turn = rows.find((of) => isUnderWay(view, of)) ?? rows.find((of) => of.halves.old.length > 0);
  return turn?.name;
}

/** Anything but the original number of instances, all of them settled. */
function isUnderWay({ observed }: RolloutView, { group, record, halves, proven }: RolloutGroup): boolean {
  const sent = observed.seen.pending.some(
    ({ action }) => (action.type === 'resize' || action.type === 'terminate') && action.group === group.name,
  );
  const open = halves.new.length > proven.length;
  // Auto Scaling takes a moment to let go of instances that are too many, and to launch those that are missing.
  const there = units(halves.old) + units(halves.new);
  // Weights overshoot from the start.
  const goal = goalOf(record);
  const tooMany = there > Math.max(goal, record.old);
  const missing = there < record.size.desired;
  // rule: rolling-serial-restored
  return (
    sent ||
    open ||
    tooMany ||
    missing ||
    halves.leaving.length + halves.unknown.length > 0 ||
    (group.size.desired !== goal && group.size.desired !== wantedSize(record).desired)
  );
}
