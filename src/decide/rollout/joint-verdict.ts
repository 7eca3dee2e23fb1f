import type { GroupResult, Wait, Why } from '../../model/rollout/decision.js';
import type { Verdict } from '../../model/rollout/record.js';
import { notInService } from '../instances/classify.js';
import { wholeRecord } from '../ownership/ignored-old.js';
import { ourLease } from '../ownership/lease.js';
import { VERDICT_LAG_MS, VERDICT_UNSURE_MS } from '../read-lag.js';
import { sameReasons } from './finish.js';
import { nothingToGoBackTo, rollBackHurts } from '../instances/stand-ins.js';
import { inSentence, type ProvingStep, type ReasonedAction } from '../step.js';
import type { RolloutGroup, RolloutView } from '../view.js';

/** A group whose new half is being proven. */
export interface ProvingGroup {
  readonly of: RolloutGroup;
  readonly step: ProvingStep;
}

interface JudgeResult {
  readonly acts: readonly ReasonedAction[];
  readonly waits: readonly Wait[];
  readonly results: readonly GroupResult[];
}

/**
 * The point of no return, for all groups together (or each alone): all proven, then all are
 * promoted; one fails, all roll back. A verdict that one group of a run carries binds the others.
 * While `open`, some group is not ready to be judged and only a failure is acted on.
 */
export function judge(view: RolloutView, candidates: readonly ProvingGroup[], open: boolean): JudgeResult {
  const judged = verdictGroups(candidates).map((groups) =>
    judgeTogether(view, groups, open && groups.every(({ of }) => of.record.together)),
  );
  return {
    acts: judged.flatMap((one) => one.acts),
    waits: judged.flatMap((one) => one.waits),
    results: judged.flatMap((one) => one.results),
  };
}

/** The groups that get one verdict, as their records say: a run that takes a rollout over judges it as it was meant. */
export function verdictGroups(candidates: readonly ProvingGroup[]): readonly (readonly ProvingGroup[])[] {
  const joint = candidates.filter(({ of }) => of.record.together);
  return [
    ...(joint.length > 0 ? [joint] : []),
    ...candidates.filter(({ of }) => !of.record.together).map((candidate) => [candidate]),
  ];
}

function judgeTogether(view: RolloutView, groups: readonly ProvingGroup[], open: boolean): JudgeResult {
  const { observed } = view;
  const bound = groups.find(({ of }) => verdictOfMate(view, of) !== undefined);
  const mate = bound === undefined ? undefined : verdictOfMate(view, bound.of);
  if (mate !== undefined)
    return recordVerdict(
      view,
      groups.filter(({ of }) => verdictOfMate(view, of)?.outcome === mate.outcome),
      mate.outcome,
      mate,
    );
  const failing = groups.find(({ step }) => step.failing !== undefined);
  // rule: adopter-hasty
  const justAdopted = groups.some(
    ({ of }) => observed.at - (observed.seen.adoptedAt[of.name] ?? -Infinity) < VERDICT_LAG_MS,
  );
  const wants = failing === undefined ? 'promote' : 'rollBack';
  // A verdict whose reply was lost may come yet, and no two may differ.
  // rule: verdict-unsure
  if (groups.some(({ of }) => sentAnother(view, of, wants)))
    return { acts: [], waits: groups.map(({ step }) => step.wait), results: [] };
  if (failing?.step.failing !== undefined && !justAdopted) {
    const why = inSentence(failing.step.failing, (text) =>
      groups.length === 1 ? text : `${failing.of.name}: ${text}`,
    );
    // `rollback` is given what can be had: as many new ones stay as stand in for missing old ones.
    // rule: roll-back-hurts
    const hurt = groups.filter(({ of }) => (view.plan.undo ? nothingToGoBackTo(of) : rollBackHurts(of)));
    return hurt.length > 0 ? leaveBoth(groups, hurt, why) : recordVerdict(view, groups, 'rollBack', why);
  }
  // rule: judged-apart
  if (open || justAdopted || !groups.every((candidate) => candidate.step.proven))
    return { acts: [], waits: groups.map(({ step }) => step.wait), results: [] };
  return recordVerdict(view, groups, 'promote', { why: whyPromoted(groups) });
}

/** Another verdict was sent whose reply was lost, and which may not be visible yet. */
function sentAnother({ observed }: RolloutView, { name }: RolloutGroup, wants: Verdict['outcome']): boolean {
  const sent = observed.seen.unsureVerdicts?.[name];
  return sent !== undefined && sent.outcome !== wants && observed.at - sent.at < VERDICT_UNSURE_MS;
}

/** Both sets stay, because rolling back would take away what stands in for missing old instances. */
function leaveBoth(groups: readonly ProvingGroup[], hurt: readonly ProvingGroup[], reason: Why): JudgeResult {
  const less = hurt
    .map(({ of: { name, record } }) => `less than ${wholeRecord(record).size.desired} in service in ${name}`)
    .join(', ');
  const idle = hurt.flatMap(({ of: { group, halves } }) =>
    halves.old.flatMap((instance) => {
      const why = notInService(group, instance);
      return why === '' ? [] : [{ id: instance.id, why }];
    }),
  );
  const because = (rows: string): string =>
    idle.length === 0 ? 'old instances are missing' : `old ones do not serve${rows}`;
  const whole = (text: string, rows: string): string =>
    `${text}. Rolling back would leave ${less}, because ${because(rows)}; both sets are left as they are`;
  const { why, brief } = reason;
  const told: Why = {
    why: whole(why, `: ${sameReasons(idle)}`),
    ...((brief !== undefined || idle.length > 0) && { brief: whole(brief ?? why, '') }),
  };
  const results = groups.map(({ of: { name } }): GroupResult => ({ group: name, outcome: 'stuck', ...told }));
  return { acts: [], waits: [], results };
}

function whyPromoted(groups: readonly ProvingGroup[]): string {
  const count = groups.reduce((sum, { step }) => sum + step.needed, 0);
  const speaks = groups.find(({ of }) => of.facts.provesAfterVerdict) ?? groups[0];
  return speaks?.of.facts.whyPromoted(count, groups.length) ?? '';
}

/** The verdict on another group of the same joint rollout. */
export function verdictOfMate({ observed }: RolloutView, { record }: RolloutGroup): Verdict | undefined {
  if (!record.together) return undefined;
  // rule: mate-ignored
  return observed.groups.find((group) => group.notes.verdict?.run === record.run)?.notes.verdict;
}

/** One note per rollout: groups that were begun by different runs carry their own run's verdict. */
function recordVerdict(
  { observed, plan }: RolloutView,
  judged: readonly ProvingGroup[],
  outcome: Verdict['outcome'],
  { why, brief }: Why,
): JudgeResult {
  const runs = [...new Set(judged.map(({ of }) => of.record.run))];
  const acts = runs.map((run): ReasonedAction => {
    const groups = judged.filter(({ of }) => of.record.run === run).map(({ of }) => of.group);
    const verdict: Verdict = { run, outcome, at: observed.at, why, ...(brief !== undefined && { brief }) };
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
