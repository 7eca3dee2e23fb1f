import type { Phase } from '../../model/rollout/action.js';
import type { AdvisedReason, Decision, GroupResult, Progress, Wait } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { pauseEnd, resumedRecord, waitsForResume } from '../gates/pause-end.js';
import { whoRuns } from '../ownership/cancellation.js';
import { withRecord } from '../make-view.js';
import { renewal } from '../ownership/lease-renewal.js';
import { holder, ourLease, type Holder } from '../ownership/lease.js';
import { inTheWay } from '../ownership/run-blockers.js';
import { PAUSE_LAG_MS } from '../read-lag.js';
import type { ReasonedAction } from '../step.js';
import type { GroupView, RolloutGroup, RolloutView } from '../view.js';
import { describeHolder } from '../../text/holder.js';
import { timestamp } from '../../text/timestamp.js';
import { isPending } from '../memory/fold-action.js';
import { isAway } from '../instances/classify.js';

/** Whose turn the next step of a group is. */
export type Turn =
  /** Nobody's: the group has its end in this run. */
  | { readonly kind: 'over'; readonly of: GroupView; readonly result: GroupResult }
  /** AWS's: it has to show what was done last. */
  | { readonly kind: 'settling'; readonly of: GroupView }
  /** Perhaps another run's, which shows no sign of life. */
  | { readonly kind: 'silent'; readonly of: GroupView; readonly wait: Wait }
  /** Ours, once the rollout of a dead run is taken over. */
  | { readonly kind: 'adopt'; readonly of: GroupView }
  /** Ours; no rollout is on the group. */
  | { readonly kind: 'fresh'; readonly of: GroupView }
  /** Ours; `taken`: another run began the rollout. */
  | OwnTurn;

/** A group with a rollout of ours. */
export interface OwnTurn {
  readonly kind: 'own';
  readonly of: RolloutGroup;
  readonly taken: boolean;
}

/** What a decision is put together from. */
export interface Collected {
  readonly acts: ReasonedAction[];
  readonly waits: Wait[];
  readonly results: GroupResult[];
  /** group → the phase that it is in. */
  readonly phases: Map<string, Phase>;
}

/** Whether groups without a record may start, and what comes of it. */
export type StartGate =
  | { readonly kind: 'closed'; readonly decision: Decision }
  | {
      readonly kind: 'open';
      readonly acts: readonly ReasonedAction[];
      readonly waits: readonly Wait[];
      readonly results: readonly GroupResult[];
      /** Some group has still to get its record. */
      readonly starting: boolean;
      /** Why groups that have their record are not begun; absent where they may be. */
      readonly stopped?: string;
    };

/** The gate while nothing starts and nothing is in the way. */
export const OPEN = { kind: 'open', acts: [], waits: [], results: [], starting: false } as const;

/** How a strategy takes its turns. The callbacks are called in this order. */
export interface TurnRules {
  /** The phase of a group that waits until AWS shows what was done. */
  readonly settlingPhase: Phase;
  /** What is said of a run that may be dead, after its name. */
  readonly silentWhy: string;
  /** Whether an end that a group had in this run answers what the run was asked for. */
  readonly answers: (result: GroupResult, of: GroupView) => boolean;
  /** Lets groups without a record start. */
  readonly start: (turns: readonly Turn[]) => StartGate;
  /** The order in which turns are taken. */
  readonly order: (turns: readonly Turn[]) => readonly Turn[];
  /** Adds the step of a group with a rollout of ours. */
  readonly own: (turn: OwnTurn, all: Collected, starting: boolean) => void;
  /** Told of every turn that is not ours to take. */
  readonly pass: (turn: Exclude<Turn, OwnTurn>) => void;
  /** Adds what is decided for several groups at once. */
  readonly close: (turns: readonly Turn[], all: Collected, starting: boolean) => void;
  readonly progress: (of: RolloutGroup, phase: Phase | undefined) => readonly Progress[];
  /** How long to sleep, in milliseconds. */
  readonly poll: (waits: readonly Wait[]) => number;
}

/** One decision over all groups of a view: each group's turn in its order, then what concerns several of them. */
export function takeTurns(view: RolloutView, rules: TurnRules): Decision {
  const stop = inTheWay(view.observed, view.plan);
  if (stop !== undefined) return stop;
  const turns = view.groups.map((of) => turnOf(view, of, rules));
  const gate = rules.start(turns);
  if (gate.kind === 'closed') return gate.decision;
  const all: Collected = {
    acts: [...gate.acts],
    waits: [...gate.waits],
    results: [...gate.results],
    phases: new Map(),
  };
  for (const turn of rules.order(turns)) {
    if (turn.kind === 'own') rules.own(turn, all, gate.starting);
    else {
      collect(turn, all, rules);
      rules.pass(turn);
    }
  }
  all.acts.push(
    ...takeOver(
      view,
      turns.filter((turn) => turn.kind === 'adopt').map(({ of }) => of),
    ),
  );
  rules.close(turns, all, gate.starting);
  return decisionOf(view, all, rules);
}

/**
 * An instance that a look before this one showed on its way out stands there as if nothing were. Nobody comes back from
 * there, so this look is older than that one, and its sizes are as well.
 */
function isOlderLook({ observed: { at, seen }, plan }: RolloutView, { name, group }: GroupView): boolean {
  const left = seen.left[name];
  // rule: look-of-before
  if (left === undefined || at - left.at >= plan.timing.settleMs) return false;
  return group.instances.some((instance) => !isAway(instance) && left.ids.includes(instance.id));
}

/** Whose turn the next step of a group is, by its notes alone. */
function turnOf(view: RolloutView, of: GroupView, rules: TurnRules): Turn {
  const { observed, plan } = view;
  if (isPending(observed.seen, of.name) || isOlderLook(view, of)) return { kind: 'settling', of };
  const result = observed.seen.results[of.name];
  if (result !== undefined && (plan.adoptOnly || rules.answers(result, of))) return { kind: 'over', of, result };
  const begun = withRecord(of);
  if (begun === undefined) return { kind: 'fresh', of };
  const who = holder(observed, plan, of.group);
  switch (who.state) {
    case 'dead':
    case 'free':
      return { kind: 'adopt', of };
    case 'silent':
    case 'live':
      return { kind: 'silent', of, wait: silence(view, of, who, rules) };
    case 'ours':
      return isPausedBehind(view, begun)
        ? { kind: 'adopt', of }
        : { kind: 'own', of: begun, taken: begun.record.run !== plan.run };
  }
}

/** The pause was made by the run before us, and shows only now: somebody has resumed it already. */
function isPausedBehind(view: RolloutView, of: RolloutGroup): boolean {
  const { observed, plan } = view;
  const justAdopted = observed.at - (observed.seen.adoptedAt[of.name] ?? -Infinity) < PAUSE_LAG_MS;
  return plan.goOn === true && justAdopted && whyResumed(view, of) !== undefined;
}

/** Who goes on with a rollout that is paused, in words; undefined where it is not, or nobody does. */
function whyResumed({ observed, plan }: RolloutView, { record, verdict }: GroupView): string | undefined {
  if (record === undefined || !waitsForResume(record) || verdict?.outcome === 'rollBack' || plan.undo) return undefined;
  const end = pauseEnd(observed, record);
  if (end !== undefined) return end.by === 'resume' ? '--pause-timeout' : undefined;
  return plan.goOn === true ? `resume on ${whoRuns(plan)}` : undefined;
}

function silence(
  { observed }: RolloutView,
  { name }: GroupView,
  who: Extract<Holder, { state: 'silent' | 'live' }>,
  { silentWhy }: TurnRules,
): Wait {
  const until = who.state === 'silent' ? who.until : observed.at;
  return { group: name, phase: 'preflight', why: `${describeHolder(who.lease)} ${silentWhy}`, instances: [], until };
}

function collect(turn: Exclude<Turn, OwnTurn>, all: Collected, rules: TurnRules): void {
  const { name } = turn.of;
  switch (turn.kind) {
    case 'over':
      all.results.push(turn.result);
      break;
    case 'settling': {
      const why = 'waiting until AWS shows what was just done';
      all.waits.push({ group: name, phase: rules.settlingPhase, why, instances: [] });
      break;
    }
    case 'silent':
      all.waits.push(turn.wait);
      break;
    case 'adopt':
      all.phases.set(name, 'record');
      break;
    case 'fresh':
      break;
  }
}

/** Our lease on groups that no live run holds. A paused one is resumed in the same call: only one run can. */
function takeOver(view: RolloutView, adopted: readonly GroupView[]): readonly ReasonedAction[] {
  const { observed, plan } = view;
  const rest = adopted.filter((of) => whyResumed(view, of) === undefined).map(({ group }) => group);
  const resumed = adopted.flatMap((of): readonly ReasonedAction[] => {
    const { group, record } = of;
    const who = whyResumed(view, of);
    if (record === undefined || who === undefined) return [];
    const lease = ourLease(observed, plan, [group]);
    const action = { type: 'rewrite', group: group.name, record: resumedRecord(record, who), lease } as const;
    const { paused = 0, pauseUntil } = record.gates ?? {};
    const late = pauseUntil === undefined ? '' : `; it waited for that until ${timestamp(pauseUntil)}`;
    return [{ action, why: `resumed at ${paused} % by ${who}${late}` }];
  });
  if (rest.length === 0) return resumed;
  return [
    ...resumed,
    {
      action: { type: 'renew', groups: rest.map((group) => group.name), lease: ourLease(observed, plan, rest) },
      why: 'the run that began this is gone; taking over',
    },
  ];
}

function decisionOf(view: RolloutView, { acts, waits, results, phases }: Collected, rules: TurnRules): Decision {
  const { observed, plan } = view;
  const progress = view.groups.flatMap((of) => {
    const begun = withRecord(of);
    return begun === undefined ? [] : rules.progress(begun, phases.get(of.name));
  });
  // First, so that changes that keep failing do not let the lease run out. A verdict carries a lease itself.
  const due = acts.length + waits.length > 0 && !acts.some(({ action }) => 'lease' in action);
  const renew = due ? renewal(observed, plan, waits) : [];
  if (acts.length + renew.length > 0) return { kind: 'act', actions: [...renew, ...acts], progress };
  if (waits.length > 0) return { kind: 'wait', forMs: rules.poll(waits), waits, progress };
  return { kind: 'finish', results: inPlanOrder(plan, results, ({ group }) => group) };
}

/** Rows in the order in which the plan names their groups. */
export function inPlanOrder<T>(plan: Plan, rows: readonly T[], name: (row: T) => string): readonly T[] {
  return [...rows].sort((a, b) => plan.groups.indexOf(name(a)) - plan.groups.indexOf(name(b)));
}

/** The gate that refuses the whole run. */
export function refuse(reasons: readonly AdvisedReason[]): StartGate {
  return { kind: 'closed', decision: { kind: 'refuse', reasons } };
}

/** The end of groups that cannot start although others have begun. */
export function notStarted(reasons: readonly AdvisedReason[]): readonly GroupResult[] {
  const late = [...new Set(reasons.flatMap(({ group }) => group ?? []))];
  return late.map((group) => ({
    group,
    outcome: 'stuck',
    why: `not started: ${reasons.flatMap((reason) => (reason.group === group ? [reason.text] : [])).join('; ')}`,
  }));
}

/** A group that may start, with the record that begins its rollout. */
interface ReadyGroup {
  readonly of: GroupView;
  readonly check: { readonly record: RolloutRecord; readonly why: string };
}

/** The records of groups that start, all under one lease. */
export function recordActions(
  { observed, plan }: RolloutView,
  ready: readonly ReadyGroup[],
): readonly ReasonedAction[] {
  const lease = ourLease(
    observed,
    plan,
    ready.map(({ of }) => of.group),
  );
  return ready.map(({ of, check }) => ({
    action: { type: 'record', group: of.name, record: check.record, lease },
    why: check.why,
  }));
}
