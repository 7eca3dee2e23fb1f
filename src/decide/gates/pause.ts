import type { Observed } from '../../model/rollout/decision.js';
import { pauseDue, pauseOfMate } from './gates.js';
import { verdictGroups, verdictOfMate, type ProvingGroup } from '../rollout/joint-verdict.js';
import type { ReasonedAction } from '../rollout/step.js';

interface Paused {
  readonly acts: readonly ReasonedAction[];
  /** Groups that stop here. */
  readonly groups: ReadonlySet<string>;
}

/**
 * Stops where somebody wants to look first: groups that are judged together stop together, once each of them
 * has a stage behind it. While `open`, some group is not that far.
 */
export function pausing(observed: Observed, candidates: readonly ProvingGroup[], open: boolean): Paused {
  const acts: ReasonedAction[] = [];
  const groups = new Set<string>();
  for (const jury of verdictGroups(candidates)) {
    if (open && jury.some(({ record }) => record.together)) continue;
    if (
      jury.some(
        (one) =>
          (one.step.share === undefined && !(one.step.proven && one.step.needed === 0)) ||
          one.step.failing !== undefined ||
          verdictOfMate(observed, one) !== undefined,
      )
    )
      continue;
    // Who died between the notes of two groups left one without: what somebody resumed on its mate is passed by both.
    const passed = Math.max(...jury.map(({ record }) => record.gates?.passed ?? 0));
    const asked = jury.map(({ record, step }) =>
      pauseDue({ ...record, gates: { ...record.gates, passed } }, step.share ?? 0),
    );
    const late = jury.map(({ group, record }) => (record.together ? pauseOfMate(observed, group, record) : undefined));
    const due = [...asked, ...late].filter((percent) => percent !== undefined);
    if (due.length === 0) continue;
    const paused = Math.max(...due);
    for (const { group, record } of jury) {
      groups.add(group.name);
      acts.push({
        action: { type: 'pause', group: group.name, record: { ...record, gates: { ...record.gates, paused } } },
        why: `somebody wants to look before more than ${paused} % of it is new`,
      });
    }
  }
  return { acts, groups };
}
