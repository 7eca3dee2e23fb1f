import { withRecord } from '../../make-view.js';
import type { Block } from '../../step.js';
import type { RolloutGroup, RolloutView } from '../../view.js';
import type { StuckGroup } from '../strategy.js';

/** The other groups of the same run that are judged together with this one and are not through yet. */
export function matesOf(view: RolloutView, { name, record }: RolloutGroup): readonly RolloutGroup[] {
  if (!record.together) return [];
  return view.groups.flatMap((one) => {
    const mate = withRecord(one);
    return mate === undefined || mate.name === name || mate.record.run !== record.run ? [] : [mate];
  });
}

/** Whether the kept half of the group serves again, or is about to. */
export function isTurned({ record, verdict }: RolloutGroup): boolean {
  return record.gates?.backAt !== undefined || verdict?.outcome === 'rollBack';
}

/**
 * Why the time of a kept half does not end with those of its mates: one of them cannot go on, and never comes that far.
 * The run leaves the half kept then, so that whoever decides can still take all of them back.
 */
export function blockOf(_: RolloutView, { name, record }: RolloutGroup, stuck?: StuckGroup): Block | undefined {
  // rule: stuck-mate-awaited
  return record.together && record.gates?.keptUntil !== undefined && stuck !== undefined && stuck.group !== name
    ? { why: `${stuck.group} cannot go on, and they are judged together`, stop: true }
    : undefined;
}
