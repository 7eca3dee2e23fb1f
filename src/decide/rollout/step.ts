import type { Action, Phase } from '../../model/rollout/action.js';
import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { sameSize } from '../instances/capacity.js';
import { split, units } from '../instances/classify.js';
import { act } from './finish.js';
import { SUSPENDED_BY_SWAP } from './preflight.js';
import { prepare } from './prepare.js';
import { rollBack } from './roll-back.js';
import { roll } from '../strategies/rolling/rolling.js';
import { liftShield } from './scale-in-protection.js';
import { promote } from '../strategies/swap/swap.js';

/** An action with its reason. */
export interface ReasonedAction {
  readonly action: Action;
  readonly why: string;
}

/** The next step of one group that has a record. */
export type GroupStep =
  | { readonly kind: 'act'; readonly phase: Phase; readonly acts: readonly ReasonedAction[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** Grown and proving; what follows is judged together with the other groups. `needed`: the units that its proof takes. */
  | {
      readonly kind: 'proving';
      /** All of it, so that it can be judged. */
      readonly proven: boolean;
      readonly needed: number;
      readonly failing?: string;
      readonly wait: Wait;
      /** Its canary, or all that would be one, is still to be proven. */
      readonly canaryOpen?: boolean;
      /** What follows the canary once those of all groups are through. */
      readonly next?: ReasonedAction;
      /** The part of the group that is new and proven, in percent, once a stage is through. */
      readonly share?: number;
    }
  | { readonly kind: 'stuck'; readonly why: string };

/**
 * Why a group begins nothing further for now. `stop`: what is under way is brought to a safe end, then the run stops
 * with the record kept; otherwise the group waits until nothing holds it any more.
 */
export interface Block {
  readonly why: string;
  readonly stop: boolean;
}

/** What to do next with a group whose rollout has begun: by its record's strategy and verdict, then by what is not done yet. */
export function step(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, hold?: Block): GroupStep {
  const halves = split(group, record);
  const surplus = units(halves.old) - record.old;
  // rule: surplus-ignored
  if (surplus > 0) {
    return {
      kind: 'stuck',
      why: `${units(halves.old)} instances were launched before the rollout began, but its record says ${record.old}; nobody can tell the halves apart`,
    };
  }
  const verdict = group.notes.verdict;
  if (verdict === undefined) return prepare(observed, plan, group, record, halves, hold);
  const again = suspendAgain(group, record, verdict, verdict.outcome === 'promote' ? halves.old : halves.new);
  if (again !== undefined) return again;
  // rule: verdict-ignored
  if (verdict.outcome === 'rollBack') return rollBack(observed, plan, group, record, verdict, halves);
  switch (record.strategy) {
    case 'swap':
      return promote(observed, plan, group, record, verdict, halves);
    case 'rolling':
      return roll(observed, plan, group, record, verdict, halves, hold);
    case 'restart':
      return { kind: 'stuck', why: 'a restart has no verdict, and a note says that it has one' };
  }
}

/** What somebody resumed while a half is leaving, or we did to have lost ones replaced. Launch belongs to the roll-back, and replacing may be needed after the verdict to promote. */
function suspendAgain(
  group: Group,
  record: RolloutRecord,
  { outcome }: Verdict,
  going: readonly Instance[],
): GroupStep | undefined {
  // rule: roll-back-replaces
  const resumed = SUSPENDED_BY_SWAP.filter(
    (process) =>
      (process !== 'ReplaceUnhealthy' || outcome === 'rollBack') &&
      record.suspended.includes(process) &&
      !group.suspended.includes(process),
  );
  // rule: resumed-by-others
  if (going.length === 0 || resumed.length === 0) return undefined;
  return act(
    'suspend',
    { type: 'suspend', group: group.name, processes: resumed },
    'somebody resumed what could change the membership while one half is leaving',
  );
}

/** True while a rollout has a record and nothing more: it can be undone by removing the record. */
export function notBegun(group: Group, record: RolloutRecord): boolean {
  const halves = split(group, record);
  return (
    group.notes.verdict === undefined &&
    sameSize(group.size, record.size) &&
    halves.new.length + halves.unknown.length + halves.leaving.length === 0
  );
}

/** Takes back a rollout that has only been noted: the processes as they were found, then the notes. */
export function undo(observed: Observed, group: Group, record: RolloutRecord, why: string): ReasonedAction {
  const [shield] = liftShield(observed, group, record, split(group, record).old);
  if (shield !== undefined) return shield;
  const frozen = group.notes.frozen?.processes ?? [];
  const freeze = frozen.filter((process) => record.suspended.includes(process) && !group.suspended.includes(process));
  if (freeze.length > 0) return { action: { type: 'suspend', group: group.name, processes: freeze }, why };
  const resume = record.suspended.filter((process) => group.suspended.includes(process) && !frozen.includes(process));
  if (resume.length > 0) return { action: { type: 'resume', group: group.name, processes: resume }, why };
  return { action: { type: 'clear', group: group.name, notes: ['record', 'lease'] }, why };
}
