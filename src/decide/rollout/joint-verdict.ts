import type { GroupResult, Observed, Wait } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { serving, split, units } from '../instances/classify.js';
import { ourLease } from '../ownership/lease.js';
import type { ReasonedAction, GroupStep } from './step.js';

/** A group whose new half is being proven. */
export interface ProvingGroup {
  readonly group: Group;
  readonly record: RolloutRecord;
  readonly step: Extract<GroupStep, { kind: 'proving' }>;
}

interface JudgeResult {
  readonly acts: readonly ReasonedAction[];
  readonly waits: readonly Wait[];
  readonly results: readonly GroupResult[];
}

/** An adopter looks this long before it judges: a verdict of the dead run may not be visible yet. */
const ADOPTER_MS = 30_000;

/**
 * The point of no return, for all groups together (or each alone): all proven, then all are
 * promoted; one fails, all roll back. A verdict that one group of a run carries binds the others.
 * While `open`, some group is not ready to be judged and only a failure is acted on.
 */
export function judge(observed: Observed, plan: Plan, candidates: readonly ProvingGroup[], open: boolean): JudgeResult {
  if (candidates.length === 0) return { acts: [], waits: [], results: [] };
  const judgements = verdictGroups(candidates).map((jury) =>
    judgeOne(observed, plan, jury, open && jury.every(({ record }) => record.together)),
  );
  return {
    acts: judgements.flatMap((one) => one.acts),
    waits: judgements.flatMap((one) => one.waits),
    results: judgements.flatMap((one) => one.results),
  };
}

/** Who is judged together, as their records say: whoever takes a rollout over judges it as it was meant. */
export function verdictGroups(candidates: readonly ProvingGroup[]): readonly (readonly ProvingGroup[])[] {
  const joint = candidates.filter(({ record }) => record.together);
  return [
    ...(joint.length > 0 ? [joint] : []),
    ...candidates.filter(({ record }) => !record.together).map((candidate) => [candidate]),
  ];
}

function judgeOne(observed: Observed, plan: Plan, jury: readonly ProvingGroup[], open: boolean): JudgeResult {
  const bound = jury.find((candidate) => verdictOfMate(observed, candidate) !== undefined);
  const mate = bound === undefined ? undefined : verdictOfMate(observed, bound);
  const failing = jury.find((candidate) => candidate.step.failing !== undefined);
  const waits = jury.map((candidate) => candidate.step.wait);
  if (mate !== undefined)
    return recordVerdict(
      observed,
      plan,
      jury.filter((candidate) => verdictOfMate(observed, candidate)?.outcome === mate.outcome),
      mate.outcome,
      mate.why,
    );
  // rule: adopter-hasty
  const justAdopted = jury.some(
    ({ group }) => observed.at - (observed.seen.adoptedAt[group.name] ?? -Infinity) < ADOPTER_MS,
  );
  if (failing !== undefined && !justAdopted) {
    const why =
      jury.length === 1 ? (failing.step.failing ?? '') : `${failing.group.name}: ${failing.step.failing ?? ''}`;
    // rule: roll-back-hurts
    const hurt = jury.filter(wouldHurt);
    if (hurt.length > 0) {
      const results = jury.map(({ group, record }): GroupResult => ({
        group: group.name,
        outcome: 'stuck',
        why: `${why}. Rolling back would leave less than ${record.size.desired} in service in ${hurt.map((one) => one.group.name).join(', ')}, because old instances are missing; both sets are left as they are`,
      }));
      return { acts: [], waits: [], results };
    }
    return recordVerdict(observed, plan, jury, 'rollBack', why);
  }
  // rule: judged-apart
  if (open || justAdopted || !jury.every((candidate) => candidate.step.proven)) return { acts: [], waits, results: [] };
  return recordVerdict(observed, plan, jury, 'promote', whyPromoted(jury));
}

function whyPromoted(jury: readonly ProvingGroup[]): string {
  const count = jury.reduce((sum, { step }) => sum + step.needed, 0);
  if (jury.some(({ record }) => record.strategy === 'rolling')) {
    if (count === 0) return 'an old instance has to leave before anything new can be proven';
    return count === 1 ? 'the first new instance is proven' : `the first ${count} new instances are proven`;
  }
  if (jury.length > 1) return `all new instances of ${jury.length} groups are proven`;
  return count === 1 ? 'the new instance is proven' : `all ${count} new instances are proven`;
}

/** Verdict on another group of the same joint rollout. */
export function verdictOfMate(observed: Observed, { record }: ProvingGroup): Verdict | undefined {
  if (!record.together) return undefined;
  // rule: mate-ignored
  return observed.groups.find((group) => group.notes.verdict?.run === record.run)?.notes.verdict;
}

/** Rolling back would take new instances out of service that stand in for missing old ones, or leave nothing at all. */
function wouldHurt({ group, record }: ProvingGroup): boolean {
  const halves = split(group, record);
  const old = units(serving(group, halves.old));
  if (halves.new.length > 0 && old === 0) return true;
  return old < record.size.desired && serving(group, halves.new).length > 0;
}

/** One note per rollout: groups that were begun by different runs carry their own run's verdict. */
function recordVerdict(
  observed: Observed,
  plan: Plan,
  jury: readonly ProvingGroup[],
  outcome: Verdict['outcome'],
  why: string,
): JudgeResult {
  const runs = [...new Set(jury.map(({ record }) => record.run))];
  const acts = runs.map((run): ReasonedAction => {
    const groups = jury.filter(({ record }) => record.run === run).map(({ group }) => group);
    const verdict: Verdict = { run, outcome, at: observed.at, why };
    return {
      action: {
        type: 'judge',
        groups: groups.map((group) => group.name),
        verdict,
        lease: ourLease(observed, plan, groups),
      },
      why,
    };
  });
  return { acts, waits: [], results: [] };
}
