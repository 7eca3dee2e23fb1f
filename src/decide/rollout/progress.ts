import type { Phase } from '../../model/rollout/action.js';
import type { Progress } from '../../model/rollout/decision.js';
import { serving, units } from '../instances/classify.js';
import { whoServes } from '../instances/who-serves.js';
import { wholeSize } from '../ownership/ignored-old.js';
import type { GroupView } from '../view.js';
import { currentTarget } from '../gates/canary.js';

/** How far a group is. Without a record all that lives counts as new, as when a fresh stack is proven. */
export function progressOf({ group, record, verdict, halves, proven }: GroupView, phase: Phase): Progress {
  const target = record === undefined || verdict !== undefined ? undefined : currentTarget(group, record);
  return {
    group: group.name,
    phase,
    old: units(halves.old),
    new: units(halves.new) + units(halves.unknown),
    leaving: units(halves.leaving),
    inService: units(serving(group, halves.new)),
    proven: units(proven),
    needed: target?.purpose === 'canary' ? target.needed : (record?.size.desired ?? group.size.desired),
    size: wholeSize(group),
    serving: whoServes(group),
  };
}
