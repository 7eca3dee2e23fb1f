import type { Decision, GroupResult, Observed, Progress, Reason, Wait } from '../model/rollout/decision.js';
import type { Phase } from '../model/rollout/action.js';
import type { Group } from '../model/rollout/group.js';
import type { Plan } from '../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../model/rollout/record.js';
import { ringingReasons } from './gates/alarms.js';
import { waitsForResume } from './gates/gates.js';
import { blockOf, type StuckGroup } from './rollout/blocked-group.js';
import { judge, verdictGroups, type ProvingGroup } from './rollout/joint-verdict.js';
import { haltedByHook, withHooks } from './gates/hooks.js';
import { inTheWay } from './ownership/run-blockers.js';
import { describeHolder, holder, ourLease } from './ownership/lease.js';
import { notesRemoved } from './ownership/notes-removed.js';
import { pausing } from './gates/pause.js';
import { preflight } from './rollout/preflight.js';
import { awaitVisibility, type CheckedGroup } from './rollout/await-stack-visibility.js';
import { pollInterval } from './rollout/poll-interval.js';
import { progressOf } from './rollout/progress.js';
import { prove } from './strategies/prove/prove.js';
import { isPending, withNotes } from './memory/remember.js';
import { renewal } from './ownership/lease-renewal.js';
import { restart } from './strategies/restart/restart.js';
import { notBegun, step, undo, type ReasonedAction } from './rollout/step.js';
import { byStrategy } from './strategies/by-strategy.js';
import { unfreeze } from './strategies/unfreeze/unfreeze.js';

/** The strategies: one function each, from what is seen to what to do next. */
const STRATEGIES: Readonly<Record<Plan['strategy'], (observed: Observed, plan: Plan) => Decision>> = {
  swap: rollOut,
  rolling: rollOut,
  restart,
  prove,
  unfreeze,
};

/**
 * What to do next with all groups of the run. Pure: the same observation and plan give the same
 * decision, in any process, so running again is resuming.
 */
export function decide(shown: Observed, plan: Plan): Decision {
  const removed = notesRemoved(shown, plan);
  if (removed !== undefined) return removed;
  const observed = { ...shown, groups: shown.groups.map((group) => withNotes(group, shown.seen)) };
  return withHooks(
    observed,
    plan,
    byStrategy(observed, plan, (part, of) => STRATEGIES[of.strategy](part, of)),
  );
}

/** Grow, prove, judge together, take the old ones out, restore: see docs/ARCHITECTURE.md for the phases. Each record says by which strategy. */
function rollOut(observed: Observed, plan: Plan): Decision {
  const stop = inTheWay(observed, plan);
  if (stop !== undefined) return stop;

  const turns = turnsOf(observed, plan);
  const gone = vanished(observed, plan);
  const gate = startGate(observed, plan, turns, gone.reasons);
  if (gate.kind === 'closed') return gate.decision;

  const acts: ReasonedAction[] = [...gate.acts];
  const waits: Wait[] = [...gate.waits];
  const results: GroupResult[] = [...gone.results, ...gate.results];
  const phases = new Map<string, Phase>();
  const proving: ProvingGroup[] = [];
  const noting = observed.seen.pending.some(({ action }) => action.type === 'record');
  for (const turn of turns) {
    const name = turn.group.name;
    switch (turn.kind) {
      case 'over':
        results.push(turn.result);
        break;
      case 'settling':
        waits.push({ group: name, phase: 'prove', why: 'waiting until AWS shows what was just done', instances: [] });
        break;
      case 'silent':
        waits.push(turn.wait);
        break;
      case 'adopt':
        phases.set(name, 'record');
        break;
      case 'undo':
        acts.push(...turn.acts);
        phases.set(name, 'clear');
        break;
      case 'fresh':
        break;
      case 'step':
        switch (turn.step.kind) {
          case 'act':
            // Growing starts only when every group of the run has its record.
            // rule: mates-not-recorded
            if (
              (turn.step.phase === 'canary' || turn.step.phase === 'double' || turn.step.phase === 'surge') &&
              (gate.starting || noting)
            )
              waits.push({ group: name, phase: 'record', why: 'the other groups are not recorded yet', instances: [] });
            else acts.push(...turn.step.acts);
            phases.set(name, turn.step.phase);
            break;
          case 'wait':
            waits.push(turn.step.wait);
            phases.set(name, turn.step.wait.phase);
            break;
          case 'proving':
            proving.push({ group: turn.group, record: turn.record, step: turn.step });
            phases.set(name, turn.step.wait.phase);
            break;
          case 'stuck':
            results.push({ group: name, outcome: 'stuck', why: turn.step.why });
            break;
        }
    }
  }

  const adopted = turns.filter((turn) => turn.kind === 'adopt').map((turn) => turn.group);
  if (adopted.length > 0) {
    acts.push(...takeOver(observed, plan, adopted));
  }
  const blocked = turns.some((turn) => turn.kind === 'settling' || turn.kind === 'silent' || turn.kind === 'adopt');
  // A group that is still growing, or has to grow again, is not judged, and so neither are its mates.
  const unready = turns.some(
    (turn) =>
      turn.kind === 'step' &&
      turn.group.notes.verdict === undefined &&
      (turn.step.kind === 'act' || turn.step.kind === 'wait'),
  );
  // rule: unready-judged
  const open = blocked || gate.starting || unready;
  const paused = pausing(observed, proving, open);
  acts.push(...paused.acts);
  const candidates = proving.filter(({ group }) => !paused.groups.has(group.name));
  const judged = judge(observed, plan, candidates, open);
  acts.push(...judged.acts);
  if (judged.acts.length === 0) acts.push(...afterCanaries(candidates, open));
  waits.push(...judged.waits);
  results.push(...judged.results);

  const progress = observed.groups.flatMap((group) => {
    const phase = phases.get(group.name);
    return group.notes.record === undefined || phase === undefined ? [] : [progressOf(observed, plan, group, phase)];
  });
  // First, so that changes that keep failing do not let the lease run out. A verdict carries a lease itself.
  const due = acts.length + waits.length > 0 && !acts.some(({ action }) => 'lease' in action);
  const renew = due ? renewal(observed, plan) : [];
  if (acts.length + renew.length > 0) return { kind: 'act', actions: [...renew, ...acts], progress };
  if (waits.length > 0) return { kind: 'wait', forMs: pollInterval(observed, plan, waits), waits, progress };
  return { kind: 'finish', results: inPlanOrder(plan, results) };
}

/** Our lease on what nobody alive holds. What was paused is resumed in the same breath: nobody else can do so twice. */
function takeOver(observed: Observed, plan: Plan, adopted: readonly Group[]): readonly ReasonedAction[] {
  const resumes =
    plan.goOn === true
      ? adopted.filter(
          ({ notes: { record, verdict } }) =>
            verdict?.outcome !== 'rollBack' && record !== undefined && waitsForResume(record),
        )
      : [];
  const rest = adopted.filter((group) => !resumes.includes(group));
  const passing = resumes.flatMap((group): ReasonedAction[] => {
    const { record } = group.notes;
    if (record === undefined) return [];
    const paused = record.gates?.paused ?? 0;
    return [
      {
        action: {
          type: 'rewrite',
          group: group.name,
          record: { ...record, gates: { ...record.gates, passed: paused } },
          lease: ourLease(observed, plan, [group]),
        },
        why: `resumed at ${paused} %`,
      },
    ];
  });
  if (rest.length === 0) return passing;
  return [
    ...passing,
    {
      action: { type: 'renew', groups: rest.map((group) => group.name), lease: ourLease(observed, plan, rest) },
      why: 'the run that began this is gone; taking over',
    },
  ];
}

/** The rest is launched once the canaries of all groups that are judged together are through. */
function afterCanaries(candidates: readonly ProvingGroup[], open: boolean): readonly ReasonedAction[] {
  return verdictGroups(candidates).flatMap((jury) => {
    const joint = jury.some(({ record }) => record.together);
    if ((joint && open) || jury.some(({ step }) => step.canaryOpen === true || step.failing !== undefined)) return [];
    return jury.flatMap(({ step }) => step.next ?? []);
  });
}

/** How late a look may still show what the run before us did. */
const LATE_MS = 60_000;

/** Whose turn a group's next step is. */
type Turn =
  | { readonly kind: 'over'; readonly group: Group; readonly result: GroupResult }
  | { readonly kind: 'settling'; readonly group: Group }
  | { readonly kind: 'silent'; readonly group: Group; readonly wait: Wait }
  | { readonly kind: 'adopt'; readonly group: Group }
  | { readonly kind: 'undo'; readonly group: Group; readonly acts: readonly ReasonedAction[] }
  | {
      readonly kind: 'step';
      readonly group: Group;
      readonly record: RolloutRecord;
      readonly step: ReturnType<typeof step>;
      readonly adopted: boolean;
    }
  | { readonly kind: 'fresh'; readonly group: Group };

/** The turns of all groups. One of a joint rolling rollout that cannot go on holds the others. */
function turnsOf(observed: Observed, plan: Plan): readonly Turn[] {
  const turns = observed.groups.map((group) => turnOf(observed, plan, group));
  const halted = turns.flatMap((turn) =>
    turn.kind === 'step' && turn.step.kind === 'stuck' && turn.record.together
      ? [{ group: turn.group.name, why: turn.step.why }]
      : [],
  )[0];
  return halted === undefined ? turns : observed.groups.map((group) => turnOf(observed, plan, group, halted));
}

function turnOf(observed: Observed, plan: Plan, group: Group, halted?: StuckGroup): Turn {
  const { seen } = observed;
  const result = seen.results[group.name];
  if (isPending(seen, group.name)) return { kind: 'settling', group };
  // A rollout that we took over and that rolled back does not answer what this run was asked for.
  const adopted = seen.adoptedAt[group.name] !== undefined;
  if (
    result !== undefined &&
    (plan.adoptOnly || !(result.outcome === 'putBack' || (adopted && result.outcome === 'rolledBack')))
  )
    return { kind: 'over', group, result };
  const { record } = group.notes;
  if (record === undefined) return { kind: 'fresh', group };
  const who = holder(observed, plan, group);
  switch (who.state) {
    case 'dead':
    case 'free':
      return { kind: 'adopt', group };
    case 'silent':
      return { kind: 'silent', group, wait: silence(group, who) };
    case 'live':
      return { kind: 'silent', group, wait: silence(group, { ...who, until: observed.at }) };
    case 'ours': {
      // The pause was made by the run before us, and shows only now: somebody has resumed it already.
      const justAdopted = observed.at - (seen.adoptedAt[group.name] ?? -Infinity) < LATE_MS;
      if (plan.goOn === true && justAdopted && waitsForResume(record) && group.notes.verdict?.outcome !== 'rollBack')
        return { kind: 'adopt', group };
      const taken = record.run !== plan.run;
      if (taken && nothingBegun(observed, record))
        return {
          kind: 'undo',
          group,
          acts: [undo(observed, group, record, `run ${record.run} had noted it and changed nothing yet`)],
        };
      const broken = haltedByHook(observed, group);
      return {
        kind: 'step',
        group,
        record,
        step:
          broken === undefined
            ? step(observed, plan, group, record, blockOf(observed, plan, group, record, halted))
            : { kind: 'stuck', why: broken },
        adopted: taken,
      };
    }
  }
}

/** True while no group of that run is beyond its record: what one of them began, all have to finish. */
function nothingBegun(observed: Observed, record: RolloutRecord): boolean {
  return observed.groups.every(
    ({ notes, ...group }) => notes.record?.run !== record.run || notBegun({ ...group, notes }, notes.record),
  );
}

function silence(
  group: Group,
  who: { readonly lease: NonNullable<Group['notes']['lease']>; readonly until: number },
): Wait {
  const why = `${describeHolder(who.lease)} began a rollout here and may be dead; it is taken over unless it shows a sign of life`;
  return { group: group.name, phase: 'preflight', why, instances: [], until: who.until };
}

/** Groups that no longer exist: a reason not to start, or the end of their rollout. */
function vanished(
  observed: Observed,
  plan: Plan,
): { readonly reasons: readonly Reason[]; readonly results: readonly GroupResult[] } {
  const known = observed.missing.filter((name) => observed.seen.known[name] !== undefined);
  const never = observed.missing.filter(
    (name) => observed.seen.known[name] === undefined && observed.seen.results[name] === undefined,
  );
  // What a dead run left on the others is finished first, whoever is missing.
  const begun =
    observed.groups.some(({ notes }) => notes.record !== undefined) || Object.keys(observed.seen.results).length > 0;
  return {
    reasons:
      begun || (plan.adoptOnly && observed.groups.length > 0)
        ? []
        : never.map((name) => ({
            code: 'group.missing',
            group: name,
            text: 'there is no such Auto Scaling group',
            remedy: 'Check the name, the account and the region.',
          })),
    results: [
      ...known.map((name) => ({
        group: name,
        outcome: 'stuck' as const,
        why: 'the group was deleted during the rollout',
      })),
      ...(plan.adoptOnly
        ? never.map((name) => ({ group: name, outcome: 'skipped' as const, why: 'it no longer exists' }))
        : begun
          ? never.map((name) => ({
              group: name,
              outcome: 'stuck' as const,
              why: 'there is no such Auto Scaling group',
            }))
          : []),
    ],
  };
}

type Gate =
  | { readonly kind: 'closed'; readonly decision: Decision }
  | {
      readonly kind: 'open';
      readonly acts: readonly ReasonedAction[];
      readonly waits: readonly Wait[];
      readonly results: readonly GroupResult[];
      /** Some group has still to get its record. */
      readonly starting: boolean;
    };

/**
 * Lets the groups without a record start, all at once: every reason against any of them is told
 * before the first is changed.
 */
function startGate(observed: Observed, plan: Plan, turns: readonly Turn[], missing: readonly Reason[]): Gate {
  const open = { kind: 'open', acts: [], waits: [], results: [], starting: false } as const;
  const fresh = turns.flatMap((turn) => (turn.kind === 'fresh' ? [turn.group] : []));
  const skip = (why: string): readonly GroupResult[] =>
    fresh.map((group) => observed.seen.results[group.name] ?? { group: group.name, outcome: 'skipped', why });
  // Names that are all unknown are a mistake, not work that is done.
  if (plan.adoptOnly && turns.length === 0 && missing.length > 0) return refuse(missing);
  if (plan.adoptOnly) return { ...open, results: skip('no earlier rollout is left here') };
  if (turns.some(isFinishing))
    return { ...open, results: skip('not started: an earlier rollout could not be finished') };
  if (fresh.length > 0 && turns.some((turn) => turn.kind === 'silent' || turn.kind === 'settling'))
    return { ...open, starting: true };

  const begun = turns.some((turn) => turn.kind === 'step');
  if (observed.cancellation !== undefined && !begun && fresh.length > 0) {
    if (Object.keys(observed.seen.results).length > 0) return { ...open, results: skip(observed.cancellation.why) };
    return refuse([
      {
        code: 'run.interrupted',
        text: observed.cancellation.why,
        remedy: 'Start again when you want the groups swapped.',
      },
    ]);
  }
  const checks = fresh.map((group) => ({ group, check: preflight(observed, plan, group) }));
  const rings = fresh.length > 0 && !begun ? ringingReasons(observed, plan) : [];
  const reasons = [
    ...missing,
    ...rings,
    ...checks.flatMap(({ check }) => (check.kind === 'refuse' ? check.reasons : [])),
  ];
  if (reasons.length > 0) return begun ? takeBack(observed, turns, reasons) : refuse(reasons);

  const results = checks.flatMap(({ group, check }): GroupResult[] =>
    check.kind === 'skip' ? [{ group: group.name, outcome: 'skipped', why: check.why }] : [],
  );
  const waits = begun
    ? checks.flatMap(waiting)
    : [...checks.flatMap(waiting), ...awaitVisibility(observed, plan, checks)];
  if (waits.length > 0) return { ...open, waits, results, starting: true };
  const ready = checks.flatMap(({ group, check }) => (check.kind === 'ready' ? [{ group, check }] : []));
  const lease = ourLease(
    observed,
    plan,
    ready.map(({ group }) => group),
  );
  const acts = ready.map(({ group, check }) => ({
    action: { type: 'record', group: group.name, record: check.record, lease } as const,
    why: check.why,
  }));
  return { ...open, acts, results, starting: acts.length > 0 };
}

function waiting({ check }: CheckedGroup): readonly Wait[] {
  return check.kind === 'wait' ? [check.wait] : [];
}

/** An earlier rollout that this run has taken over or is about to. */
function isFinishing(turn: Turn): boolean {
  return turn.kind === 'undo' || turn.kind === 'adopt' || (turn.kind === 'step' && turn.adopted);
}

/** A group cannot start although others have their record: theirs are taken back where nothing was changed yet. */
function takeBack(observed: Observed, turns: readonly Turn[], reasons: readonly Reason[]): Gate {
  const why = `taken back: ${reasons[0]?.text ?? ''}`;
  const acts = turns.flatMap((turn) =>
    turn.kind === 'step' && notBegun(turn.group, turn.record) ? [undo(observed, turn.group, turn.record, why)] : [],
  );
  if (acts.length > 0) return { kind: 'closed', decision: { kind: 'act', actions: acts, progress: [] } };
  const late = [...new Set(reasons.flatMap((reason) => reason.group ?? []))];
  const results = late.map((group): GroupResult => ({
    group,
    outcome: 'stuck',
    why: `not started: ${reasons.flatMap((reason) => (reason.group === group ? [reason.text] : [])).join('; ')}`,
  }));
  return { kind: 'open', acts: [], waits: [], results, starting: false };
}

function refuse(reasons: readonly Reason[]): Gate {
  return { kind: 'closed', decision: { kind: 'refuse', reasons } };
}

function inPlanOrder(plan: Plan, results: readonly GroupResult[]): readonly GroupResult[] {
  return [...results].sort((a, b) => plan.groups.indexOf(a.group) - plan.groups.indexOf(b.group));
}

/** Progress of every group, for the last word of a run. */
export function finalProgress(observed: Observed, plan: Plan): readonly Progress[] {
  return observed.groups.map((group) => progressOf(observed, plan, withNotes(group, observed.seen), 'done'));
}
