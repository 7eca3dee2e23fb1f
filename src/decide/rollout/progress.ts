import type { Phase } from '../../model/rollout/action.js';
import type { Observed, Progress } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { serving, split, units } from '../instances/classify.js';
import { currentTarget } from '../gates/gates.js';
import { proven } from '../memory/remember.js';

/** How far a group is. Without a record all that lives counts as new, as when a fresh stack is proven. */
export function progressOf(observed: Observed, plan: Plan, group: Group, phase: Phase): Progress {
  const { record, verdict } = group.notes;
  const halves = split(group, record ?? { startedAt: 0 });
  const aim = record === undefined || verdict !== undefined ? undefined : currentTarget(group, record);
  return {
    group: group.name,
    phase,
    old: units(halves.old),
    new: units(halves.new) + units(halves.unknown),
    leaving: units(halves.leaving),
    inService: units(serving(group, halves.new)),
    proven: units(proven(group, halves.new, observed.seen, plan, observed.at)),
    needed: aim?.purpose === 'canary' ? aim.needed : (record?.size.desired ?? group.size.desired),
    size: group.size,
  };
}
