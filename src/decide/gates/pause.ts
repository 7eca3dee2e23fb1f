import type { ReasonedAction } from '../step.js';
import type { RolloutView } from '../view.js';
import { verdictGroups, verdictOfMate, type ProvingGroup } from '../rollout/joint-verdict.js';
import { pauseDue, pauseOfMate } from './gates.js';
import { pausedRecord, unlessDecided } from './pause-end.js';

interface Paused {
  readonly acts: readonly ReasonedAction[];
  /** Groups that stop here. */
  readonly groups: ReadonlySet<string>;
}

/**
 * Stops where somebody wants to look first: groups that are judged together stop together, once each of them
 * has a stage behind it. While `open`, some group is not that far.
 */
export function pausing(view: RolloutView, candidates: readonly ProvingGroup[], open: boolean): Paused {
  const acts: ReasonedAction[] = [];
  const groups = new Set<string>();
  for (const together of verdictGroups(candidates)) {
    if (open && together.some(({ of }) => of.record.together)) continue;
    if (together.some((one) => !hasStageBehind(view, one))) continue;
    const paused = stopOf(view, together);
    if (paused === undefined) continue;
    for (const {
      of: { name, record },
    } of together) {
      groups.add(name);
      const noted = pausedRecord(record, paused, view.observed.at);
      acts.push({
        action: { type: 'pause', group: name, record: noted },
        why: `somebody wants to look before more than ${paused} % of it is new${unlessDecided(noted.gates ?? {})}`,
      });
    }
  }
  return { acts, groups };
}

/** A stage of the group is through, nothing fails and nothing is judged. */
function hasStageBehind(view: RolloutView, { of, step }: ProvingGroup): boolean {
  const through = step.share !== undefined || (step.proven && step.needed === 0);
  return through && step.failing === undefined && verdictOfMate(view, of) === undefined;
}

/** The part, in percent, at which these groups stop now; undefined when they go on. */
function stopOf({ observed }: RolloutView, together: readonly ProvingGroup[]): number | undefined {
  // A run that died between the notes of two groups left one without: what is resumed on its mate is passed by both.
  const passed = Math.max(...together.map(({ of }) => of.record.gates?.passed ?? 0));
  const asked = together.map(({ of: { record }, step }) =>
    pauseDue({ ...record, gates: { ...record.gates, passed } }, step.share ?? 0),
  );
  const late = together.map(({ of: { group, record } }) =>
    record.together ? pauseOfMate(observed, group, record) : undefined,
  );
  const due = [...asked, ...late].filter((percent) => percent !== undefined);
  return due.length === 0 ? undefined : Math.max(...due);
}
