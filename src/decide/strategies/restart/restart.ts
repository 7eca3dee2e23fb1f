import type { Phase } from '../../../model/rollout/action.js';
import type { Decision, GroupResult, Observed, Progress, Reason, Wait } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { RestartRecord } from '../../../model/rollout/record.js';
import { inTheWay } from '../../ownership/run-blockers.js';
import { describeHolder, holder, ourLease } from '../../ownership/lease.js';
import { isPending } from '../../memory/remember.js';
import { renewal } from '../../ownership/lease-renewal.js';
import { restartPreflight } from './restart-preflight.js';
import { isRestarted, restartStep, type PutBack, type RestartStep } from './restart-step.js';
import { serving, units } from '../../instances/classify.js';
import { proven } from '../../memory/remember.js';
import type { ReasonedAction } from '../../rollout/step.js';

/** Where one group stands. */
type Turn =
  | { readonly kind: 'over'; readonly group: Group; readonly result: GroupResult }
  | { readonly kind: 'settling' | 'fresh' | 'adopt'; readonly group: Group }
  | { readonly kind: 'silent'; readonly group: Group; readonly wait: Wait }
  | { readonly kind: 'mine' | 'taken'; readonly group: Group; readonly record: RestartRecord };

/**
 * Restarts in place: what is out of its balancers is noted on its group first, membership never changes,
 * and the quorum is counted again before each batch. One group after the other, so that a bad command
 * meets as few instances as can be. What a dead run left is put back before anything is begun.
 */
export function restart(observed: Observed, plan: Plan): Decision {
  const stop = inTheWay(observed, plan);
  if (stop !== undefined) return stop;
  const turns = observed.groups.map((group) => turnOf(observed, plan, group));
  const gate = startGate(observed, plan, turns);
  if (gate.kind === 'closed') return gate.decision;
  const acts: ReasonedAction[] = [...gate.acts];
  const waits: Wait[] = [...gate.waits];
  const results: GroupResult[] = [...gate.results, ...vanished(observed)];
  const phases = new Map<string, Phase>();
  let halted = gate.halted;
  let busy = gate.starting;
  for (const turn of inPlanOrder(plan, turns, ({ group }) => group.name)) {
    const { name } = turn.group;
    const wait = (why: string): void => void waits.push({ group: name, phase: 'restart', why, instances: [] });
    switch (turn.kind) {
      case 'over':
        results.push(turn.result);
        if (turn.result.outcome === 'putBack') halted ??= `${name} ended early`;
        break;
      case 'settling':
        wait('waiting until AWS shows what was just done');
        busy = true;
        break;
      case 'silent':
        waits.push(turn.wait);
        break;
      case 'adopt':
        phases.set(name, 'record');
        break;
      case 'fresh':
        break;
      case 'mine':
      case 'taken': {
        const putBack = putBackOf(observed, plan, turn.record, halted);
        if (putBack === undefined && busy) {
          wait('the groups are restarted one after the other');
          break;
        }
        const step = restartStep(observed, plan, turn.group, turn.record, putBack);
        take(step, name, { acts, waits, results, phases });
        if (putBack === undefined && step.kind !== 'over') busy = true;
        if (step.kind === 'over' && plan.restart?.onError !== 'continue')
          halted ??= `${name} has instances that stay out`;
        break;
      }
    }
  }
  const adopted = turns.filter((turn) => turn.kind === 'adopt').map(({ group }) => group);
  if (adopted.length > 0)
    acts.push({
      action: { type: 'renew', groups: adopted.map(({ name }) => name), lease: ourLease(observed, plan, adopted) },
      why: 'the run that began this is gone; taking over',
    });
  const due = acts.length + waits.length > 0 && !acts.some(({ action }) => 'lease' in action);
  const renew = due ? renewal(observed, plan) : [];
  const progress = observed.groups.flatMap((group) =>
    group.notes.record === undefined
      ? []
      : [restartProgress(observed, plan, group, phases.get(group.name) ?? 'restart')],
  );
  if (acts.length + renew.length > 0) return { kind: 'act', actions: [...renew, ...acts], progress };
  if (waits.length > 0) return { kind: 'wait', forMs: pauseOf(observed, plan, waits), waits, progress };
  return { kind: 'finish', results: inPlanOrder(plan, results, ({ group }) => group) };
}

function take(
  step: RestartStep,
  name: string,
  into: { acts: ReasonedAction[]; waits: Wait[]; results: GroupResult[]; phases: Map<string, Phase> },
): void {
  switch (step.kind) {
    case 'act':
      into.acts.push(...step.acts);
      into.phases.set(name, step.phase);
      break;
    case 'wait':
      into.waits.push(step.wait);
      break;
    case 'over':
      into.results.push(step.result);
      break;
  }
}

function turnOf(observed: Observed, plan: Plan, group: Group): Turn {
  const { seen } = observed;
  if (isPending(seen, group.name)) return { kind: 'settling', group };
  const result = seen.results[group.name];
  // How a rollout of another strategy ended, which was finished first, does not answer what this run was asked for.
  if (result !== undefined && (plan.adoptOnly || result.outcome === 'restarted' || result.outcome === 'putBack'))
    return { kind: 'over', group, result };
  const { record } = group.notes;
  if (record?.strategy !== 'restart') return { kind: 'fresh', group };
  const who = holder(observed, plan, group);
  if (who.state !== 'silent' && who.state !== 'live') {
    if (who.state !== 'ours') return { kind: 'adopt', group };
    return { kind: record.run === plan.run ? 'mine' : 'taken', group, record };
  }
  const until = who.state === 'silent' ? who.until : observed.at;
  const why = `${describeHolder(who.lease)} began a restart here and may be dead; what it took out is put back unless it shows a sign of life`;
  return { kind: 'silent', group, wait: { group: group.name, phase: 'preflight', why, instances: [], until } };
}

/** Why this group is put back and not restarted, or undefined. */
function putBackOf(
  observed: Observed,
  plan: Plan,
  record: RestartRecord,
  halted: string | undefined,
): PutBack | undefined {
  const adopted = record.run !== plan.run;
  if (observed.cancellation !== undefined) return { why: observed.cancellation.why, adopted };
  if (adopted || plan.restart === undefined) return { why: `run ${record.run} left it`, adopted };
  return halted === undefined ? undefined : { why: `not begun, because ${halted}`, adopted };
}

type Gate =
  | { readonly kind: 'closed'; readonly decision: Decision }
  | {
      readonly kind: 'open';
      readonly acts: readonly ReasonedAction[];
      readonly waits: readonly Wait[];
      readonly results: readonly GroupResult[];
      readonly starting: boolean;
      readonly halted?: string;
    };

/** Lets groups without a record start, all at once, after everything that dead runs left is put back. */
function startGate(observed: Observed, plan: Plan, turns: readonly Turn[]): Gate {
  const open = { kind: 'open', acts: [], waits: [], results: [], starting: false } as const;
  const fresh = turns.flatMap((turn) => (turn.kind === 'fresh' ? [turn.group] : []));
  const missing = observed.missing
    .filter((name) => observed.seen.known[name] === undefined && observed.seen.results[name] === undefined)
    .map(absent);
  const skip = (why: string): readonly GroupResult[] =>
    fresh.map((group) => ({ group: group.name, outcome: 'skipped', why }));
  if (plan.adoptOnly && turns.length === 0 && missing.length > 0)
    return { kind: 'closed', decision: { kind: 'refuse', reasons: missing } };
  if (plan.adoptOnly || plan.restart === undefined)
    return {
      ...open,
      results: [
        ...skip('no earlier rollout is left here'),
        ...observed.missing.map((group): GroupResult => ({ group, outcome: 'skipped', why: 'it no longer exists' })),
      ],
    };
  if (turns.some(({ kind }) => kind === 'adopt' || kind === 'taken')) return { ...open, starting: true };
  if (fresh.length + missing.length === 0) return open;
  if (turns.some(({ kind }) => kind === 'silent' || kind === 'settling')) return { ...open, starting: true };
  const begun = turns.some(({ kind }) => kind === 'mine' || kind === 'over');
  if (observed.cancellation !== undefined) {
    if (begun) return { ...open, results: skip(observed.cancellation.why) };
    return {
      kind: 'closed',
      decision: {
        kind: 'refuse',
        reasons: [
          {
            code: 'run.interrupted',
            text: observed.cancellation.why,
            remedy: 'Start again when you want the groups restarted.',
          },
        ],
      },
    };
  }
  // The first look takes longest: somebody else may have begun since.
  if (observed.at === observed.seen.firstLookAt)
    return {
      ...open,
      starting: true,
      waits: fresh.map(({ name }) => ({
        group: name,
        phase: 'preflight',
        why: 'looking twice before anything is changed',
        instances: [],
      })),
    };
  const checks = fresh.map((group) => ({ group, check: restartPreflight(observed, plan, group) }));
  const reasons = [...missing, ...checks.flatMap(({ check }) => (check.kind === 'refuse' ? check.reasons : []))];
  if (reasons.length > 0) {
    if (!begun) return { kind: 'closed', decision: { kind: 'refuse', reasons } };
    const text = (group: string): string =>
      reasons.flatMap((reason) => (reason.group === group ? [reason.text] : [])).join('; ');
    const late = [...new Set(reasons.flatMap(({ group }) => group ?? []))];
    return {
      ...open,
      results: late.map((group) => ({ group, outcome: 'stuck', why: `not started: ${text(group)}` })),
      halted: `${late[0] ?? ''} cannot start`,
    };
  }
  const results = checks.flatMap(({ group, check }): GroupResult[] =>
    check.kind === 'skip' ? [{ group: group.name, outcome: 'skipped', why: check.why }] : [],
  );
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

function absent(group: string): Reason {
  return {
    code: 'group.missing',
    group,
    text: group.includes(':') ? 'there is no such load balancer' : 'there is no such Auto Scaling group',
    remedy: 'Check the name, the account and the region.',
  };
}

/** Groups that were deleted while they were being restarted. */
function vanished(observed: Observed): readonly GroupResult[] {
  return observed.missing.flatMap((group): GroupResult[] =>
    observed.seen.known[group] === undefined
      ? []
      : [{ group, outcome: 'stuck', why: 'it was deleted during the restart' }],
  );
}

/** Sleeps one poll, or until the next warm-up or limit ends. */
function pauseOf(observed: Observed, plan: Plan, waits: readonly Wait[]): number {
  const due = [plan.timing.pollMs];
  for (const group of observed.groups) {
    if (isPending(observed.seen, group.name)) due.push(1_000);
    for (const { id } of group.notes.out?.instances ?? []) {
      const since = observed.seen.inServiceSince[id];
      if (since !== undefined && since + plan.timing.warmupMs > observed.at)
        due.push(since + plan.timing.warmupMs - observed.at);
    }
  }
  for (const { until } of waits) if (until !== undefined && until > observed.at) due.push(until - observed.at);
  return Math.max(100, Math.round(Math.min(...due)));
}

/** How far a restart is, in the words that progress has: `old` are still to be restarted, `new` are through. */
function restartProgress(observed: Observed, plan: Plan, group: Group, phase: Phase): Progress {
  const noted = new Set(group.notes.out?.instances.map(({ id }) => id));
  // Who is noted still has to be proven.
  const restarted = group.instances.filter(
    (instance) =>
      isRestarted(observed, instance.id) &&
      (!noted.has(instance.id) || proven(group, [instance], observed.seen, plan, observed.at).length > 0),
  );
  const out = group.notes.out?.instances.filter(({ id }) => !restarted.some((one) => one.id === id)).length ?? 0;
  const of = group.notes.record?.old ?? group.instances.length;
  return {
    group: group.name,
    phase,
    old: Math.max(0, of - restarted.length),
    new: restarted.length,
    leaving: 0,
    inService: units(serving(group)),
    proven: proven(group, restarted, observed.seen, plan, observed.at).length,
    needed: of,
    size: group.size,
    restart: { restarted: restarted.length, out, of },
  };
}

function inPlanOrder<T>(plan: Plan, rows: readonly T[], name: (row: T) => string): readonly T[] {
  return [...rows].sort((a, b) => plan.groups.indexOf(name(a)) - plan.groups.indexOf(name(b)));
}
