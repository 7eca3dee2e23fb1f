import { units } from '../instances/classify.js';
import { act, type GroupStep } from '../step.js';
import type { Strategy } from '../strategies/strategy.js';
import type { JudgedGroup, RolloutGroup, RolloutView } from '../view.js';
import { withVerdict } from '../make-view.js';
import { SUSPENDED_BY_SWAP } from './processes.js';
import { prepare } from './prepare.js';
import { isRunningAgain, rollBack } from './roll-back.js';

/** A run suspends processes so often on one group at most: where others keep resuming them, a person has to choose. */
const MAX_SUSPENSIONS = 20;

/** What to do next with a group that has a record: by the record's strategy, its verdict, and what is not done yet. */
export function nextStep(view: RolloutView, of: RolloutGroup, strategy: Strategy): GroupStep {
  const { halves, record } = of;
  const surplus = units(halves.old) - record.old;
  // rule: surplus-ignored
  if (surplus > 0) {
    const old = `${units(halves.old)} instances were launched before the rollout began`;
    return {
      kind: 'stuck',
      why: `${old}, but its record says ${record.old}; old and new ones cannot be told apart`,
    };
  }
  const judged = withVerdict(of);
  if (judged === undefined) return prepare(view, of);
  const { verdict } = judged;
  const again = suspendAgain(view, judged);
  if (again !== undefined) return again;
  // rule: verdict-ignored
  if (verdict.outcome === 'rollBack') return rollBack(view, judged);
  const why = `a ${of.facts.words.long} has no verdict, and a note says that it has one`;
  return strategy.afterPromotion?.(view, judged) ?? { kind: 'stuck', why };
}

/**
 * What somebody resumed while a half is leaving, or we did to have lost instances replaced. Launch belongs to the
 * roll-back, and replacing may be needed after the verdict to promote.
 */
function suspendAgain(view: RolloutView, of: JudgedGroup): GroupStep | undefined {
  const {
    group,
    record,
    verdict: { outcome },
    halves,
  } = of;
  // While an old half is kept, what changes the membership runs as before.
  // rule: suspended-in-window
  if (outcome === 'promote' && record.gates?.keptUntil !== undefined) return undefined;
  // rule: image-back-loops
  if (outcome === 'rollBack' && isRunningAgain(view, of)) return undefined;
  const going = outcome === 'promote' ? halves.old : halves.new;
  // rule: roll-back-replaces
  const resumed = SUSPENDED_BY_SWAP.filter(
    (process) =>
      (process !== 'ReplaceUnhealthy' || outcome === 'rollBack') &&
      record.suspended.includes(process) &&
      !group.suspended.includes(process),
  );
  // rule: resumed-by-others
  if (going.length === 0 || resumed.length === 0) return undefined;
  // rule: suspends-for-ever
  if ((view.observed.seen.suspensions[group.name] ?? 0) > MAX_SUSPENSIONS) {
    const held = `somebody else keeps resuming ${resumed.join(', ')}`;
    return { kind: 'stuck', why: `${held}, which have to stay suspended until one half has left` };
  }
  return act(
    'suspend',
    { type: 'suspend', group: group.name, processes: resumed },
    'somebody resumed what could change the membership while one half is leaving',
  );
}
