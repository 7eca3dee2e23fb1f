import type { Phase } from '../../../model/rollout/action.js';
import type { Progress } from '../../../model/rollout/decision.js';
import { serving, units } from '../../instances/classify.js';
import { whoServes } from '../../instances/who-serves.js';
import type { RolloutGroup, RolloutView } from '../../view.js';
import { isRestarted } from './restart-step.js';
import { proven } from '../../memory/proven.js';

/** How far a restart is, in the words that progress has: `old` are still to be restarted, `new` are through. */
export function restartProgress({ observed, plan }: RolloutView, of: RolloutGroup, phase: Phase): Progress {
  const { group, record } = of;
  const noted = new Set(group.notes.out?.instances.map(({ id }) => id));
  // What is noted still has to be proven.
  const restarted = group.instances.filter(
    (instance) =>
      isRestarted(observed, instance.id) &&
      (!noted.has(instance.id) || proven(observed, plan, group, [instance]).length > 0),
  );
  const out = group.notes.out?.instances.filter(({ id }) => !restarted.some((one) => one.id === id)).length ?? 0;
  return {
    group: group.name,
    phase,
    old: Math.max(0, record.old - restarted.length),
    new: restarted.length,
    leaving: 0,
    inService: units(serving(group)),
    proven: proven(observed, plan, group, restarted).length,
    needed: record.old,
    size: group.size,
    serving: whoServes(group),
    restart: { restarted: restarted.length, out, of: record.old },
  };
}
