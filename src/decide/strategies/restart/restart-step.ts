import type { Phase } from '../../../model/rollout/action.js';
import type { GroupResult, Observed, Wait, Why } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { OutInstance, RestartRecord } from '../../../model/rollout/record.js';
import { inService, isAway, standing } from '../../instances/classify.js';
import { countQuorum, nextBatch, restartable } from './quorum.js';
import { registeredEverywhere } from '../../instances/registered.js';
import { instanceStep, named, type Goal, type InstanceStep, type OutGoal } from './instance-step.js';
import { shortOf } from '../../memory/fold-restart.js';
import { OUT_NOTE_LAG_MS } from '../../read-lag.js';
import type { ReasonedAction } from '../../step.js';
import { count } from '../../../text/count.js';
import type { RolloutGroup, RolloutView } from '../../view.js';

/** The next step of one group that is being restarted. */
export type RestartStep =
  | { readonly kind: 'act'; readonly phase: Phase; readonly acts: readonly ReasonedAction[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** Instances stay out, on purpose; the record stays too. */
  | { readonly kind: 'over'; readonly result: GroupResult };

/** Why a group is put back instead of restarted; `adopted` when it then is as if nothing had been. */
export interface PutBack {
  readonly why: string;
  readonly adopted: boolean;
}

/** A group that is being restarted. */
type Restarting = RolloutGroup<RestartRecord>;

/**
 * What to do next with a group whose restart has begun: finish those that are out, then take the next
 * ones; when no instance is left, or none may go, give the group back as it was.
 */
export function restartStep(view: RolloutView, of: Restarting, putBack?: PutBack): RestartStep {
  const { observed, plan } = view;
  const { group } = of;
  const noted = group.notes.out?.instances ?? [];
  const goals = noted.map((out) => ({ out, goal: goalOf(view, out, putBack) }));
  const kept = withdraw(view, of, goals);
  if (kept !== undefined) return kept;
  const steps = goals.map((one) => ({ ...one, step: instanceStep(view, group, one) }));
  const acts = actions(view, group, steps);
  if (acts.length > 0) {
    const first = putBack === undefined ? suspendFirst(of) : undefined;
    // rule: restart-taken-out-unnoted
    if (acts.some(({ action }) => action.type === 'deregister') && isUnnoted(view, group)) return untilNoted(group);
    return first ?? { kind: 'act', phase: 'restart', acts };
  }
  const wait = waitForOut(group.name, steps, putBack);
  if (wait !== undefined) return wait;
  const staying = steps.flatMap(({ out, goal, step }) =>
    (goal === 'out' && isMember(observed, group, out)) || (step.kind === 'finished' && step.out === true) ? [out] : [],
  );
  const stopped = putBack === undefined ? firstFailure(view, noted) : { why: putBack.why, failed: [] };
  if (stopped === undefined) {
    const next = takeNext(view, of, staying);
    if (next !== undefined) return next;
  }
  if (staying.length > 0) return staysOut(view, of, staying, whyOut(view, steps, staying));
  const again = putBack?.adopted === true ? lookAgain(view, group.name) : undefined;
  if (again !== undefined) return again;
  const open = steps.flatMap(({ out, step }) =>
    step.kind === 'finished' && step.open !== undefined ? [{ id: out.id, why: step.open }] : [],
  );
  return giveBack(view, of, { open, stopped, forgotten: putBack?.adopted === true && !plan.adoptOnly });
}

/** The wait for instances that are out; undefined when nothing has to be waited for. */
function waitForOut(group: string, steps: readonly Stepped[], putBack?: PutBack): RestartStep | undefined {
  const waits = steps.flatMap(({ out, step }) =>
    step.kind === 'wait' ? [{ instance: { id: out.id, ...step.awaiting }, until: step.until }] : [],
  );
  if (waits.length === 0) return undefined;
  const why =
    putBack === undefined
      ? `${waits.length} of ${steps.length} instances that were taken out are not in service again yet`
      : `putting back what was taken out: ${putBack.why}`;
  const instances = waits.map(({ instance }) => instance);
  const until = Math.min(...waits.map((one) => one.until));
  return { kind: 'wait', wait: { group, phase: 'restart', why, instances, until } };
}

/** Reads lag: a note that the dead run wrote last may not show yet, and what it names must not be forgotten. */
function lookAgain({ observed }: RolloutView, group: string): RestartStep | undefined {
  const until = (observed.seen.adoptedAt[group] ?? observed.at) + OUT_NOTE_LAG_MS;
  if (observed.at >= until) return undefined;
  const why = 'looking again: what the dead run wrote last may show up late';
  return { kind: 'wait', wait: { group, phase: 'restart', why, instances: [], until } };
}

/** Before any instance goes, and again when somebody resumed the processes meanwhile. */
function suspendFirst({ group, record }: Restarting): RestartStep | undefined {
  const suspend = record.suspended.filter((process) => !group.suspended.includes(process));
  if (suspend.length === 0) return undefined;
  return act(
    { type: 'suspend', group: group.name, processes: suspend },
    'Auto Scaling must not replace the instances that are out of their balancers, and none may be launched or ' +
      'terminated meanwhile',
  );
}

/** What shall become of an instance that is out. */
function goalOf({ observed, plan }: RolloutView, out: OutInstance, putBack: PutBack | undefined): Goal {
  if (putBack !== undefined) return 'back';
  if (observed.seen.failed[out.id] === undefined) return 'restart';
  // Nothing ran on it: it serves as well as before.
  const command = observed.commands?.[out.id];
  const isUntouched = command?.state === 'ended' && command.refused === true;
  // rule: refused-stays-out
  return plan.restart?.onError === 'reregister' || isUntouched ? 'back' : 'out';
}

/** Why nothing further is restarted, and the instance whose failure it is. */
interface Stopped extends Why {
  readonly failed: readonly string[];
}

/** The first failure that ends the run; undefined when it goes on all the same. */
function firstFailure({ observed, plan }: RolloutView, noted: readonly OutInstance[]): Stopped | undefined {
  if (plan.restart?.onError === 'continue') return undefined;
  const failed = noted.find(({ id }) => observed.seen.failed[id] !== undefined);
  if (failed === undefined) return undefined;
  const why = `${failed.id}: ${observed.seen.failed[failed.id] ?? ''}`;
  return { failed: [failed.id], why, brief: 'one instance failed' };
}

/** What is noted and still registered goes only while the quorum holds: the world may have changed since the note. */
function withdraw({ observed }: RolloutView, of: Restarting, goals: readonly OutGoal[]): RestartStep | undefined {
  const { group, record } = of;
  const going = goals.flatMap(({ out, goal }) => {
    const instance = group.instances.find(({ id }) => id === out.id);
    const untouched =
      goal === 'restart' &&
      observed.commands?.[out.id] === undefined &&
      instance !== undefined &&
      registeredEverywhere(group, instance) &&
      inService(group, instance);
    return untouched ? [out.id] : [];
  });
  if (going.length === 0 || group.balancers.length === 0) return undefined;
  const noted = goals.map(({ out }) => out);
  const { serving, floor } = countQuorum(group, noted, record.quorum);
  // rule: restart-noted-and-changed
  if (serving - going.length >= floor) return undefined;
  const kept = noted.filter(({ id }) => !going.includes(id));
  const stay = `${named(going)} stay${going.length === 1 ? 's' : ''} in`;
  return note(of, kept, `${serving} in service now, ${floor} must stay: ${stay}`);
}

/** The step of an instance that is noted as out. */
interface Stepped extends OutGoal {
  readonly step: InstanceStep;
}

/** All that can be done at once: one call for each balancer, one command for each instance. */
function actions({ observed }: RolloutView, group: Group, steps: readonly Stepped[]): readonly ReasonedAction[] {
  const acts: ReasonedAction[] = [];
  for (const type of ['deregister', 'register'] as const) {
    for (const balancer of group.balancers) {
      const at = steps.flatMap(({ step }) =>
        step.kind === type ? step.at.filter((one) => one.balancer.id === balancer.id).map(({ target }) => target) : [],
      );
      if (at.length === 0) continue;
      const why =
        type === 'deregister'
          ? 'no new request may reach what is about to be restarted'
          : backWhy(
              steps,
              at.map(({ instance }) => instance),
            );
      acts.push({ action: { type, group: group.name, balancer, targets: at }, why });
    }
  }
  for (const { out, step } of steps) {
    if (step.kind === 'run')
      acts.push({
        action: { type: 'run', group: group.name, instance: out.id },
        why: group.balancers.length === 0 ? 'it is behind no balancer' : 'it has drained',
      });
    if (step.kind === 'cancel')
      acts.push({
        action: { type: 'cancel', group: group.name, instance: out.id },
        why: observed.seen.failed[out.id] ?? observed.cancellation?.why ?? 'it is put back',
      });
  }
  return acts;
}

function backWhy(steps: readonly Stepped[], ids: readonly string[]): string {
  const restarted = steps.every(({ out, goal }) => !ids.includes(out.id) || goal === 'restart');
  return restarted ? `the command succeeded on ${named(ids)}` : 'nothing that we took out stays out';
}

/** The next batch, or the wait for it; undefined when nothing is left to be restarted, or the run gives up. */
function takeNext(view: RolloutView, of: Restarting, staying: readonly OutInstance[]): RestartStep | undefined {
  const { observed, plan } = view;
  const { group } = of;
  if (plan.restart === undefined) return undefined;
  const waiting = waitingFor(view, of);
  if (waiting.length === 0) return undefined;
  const batch = nextBatch(group, waiting, staying, plan.restart);
  if (batch.length > 0) {
    const first = suspendFirst(of);
    if (first !== undefined) return first;
    const { serving, floor } = countQuorum(group, staying, plan.restart.quorum);
    const go = `${named(batch.map(({ id }) => id))} can go, and that is written down first`;
    return note(of, [...staying, ...batch], `${serving} in service, ${floor} must stay: ${go}`);
  }
  // What is through is no longer out; nobody may take it for that while we wait.
  if ((group.notes.out?.instances.length ?? 0) > staying.length)
    return note(of, staying, 'those that were out are in service again');
  const looks = observed.seen.short[group.name]?.looks ?? 0;
  if (looks >= plan.restart.attempts) return undefined;
  // Whoever only watches does not know how often the run looks.
  const tries = Number.isFinite(plan.restart.attempts) ? ` (look ${looks} of ${plan.restart.attempts})` : '';
  const why = `the quorum lets nobody go: ${shortOf(group, plan)}${tries}`;
  const instances = group.instances
    .filter((instance) => standing(instance.lifecycle) !== 'live' || !inService(group, instance))
    .map(({ id }) => ({ id, why: 'not in service' }));
  return { kind: 'wait', wait: { group: group.name, phase: 'restart', why, instances } };
}

/** The instances that are still to be restarted. */
function waitingFor({ observed }: RolloutView, { group, record }: Restarting): ReturnType<typeof restartable> {
  return restartable(group, record).filter(
    ({ id }) => observed.commands?.[id] === undefined && observed.seen.failed[id] === undefined,
  );
}

/** The run ends with instances out: the note names exactly those, and the record stays for a later run. */
function staysOut(view: RolloutView, of: Restarting, staying: readonly OutInstance[], failure: string): RestartStep {
  const { observed } = view;
  const { group } = of;
  if ((group.notes.out?.instances.length ?? 0) > staying.length)
    return note(of, staying, 'the others are in service again');
  // Somebody removed our notes: they are written again first, else nobody could put these back.
  if (isUnnoted(view, group)) return untilNoted(group);
  const out = `stay${staying.length === 1 ? 's' : ''} out of the balancers`;
  const done = told(observed, of);
  const why = `${named(staying.map(({ id }) => id))} ${out}: ${failure}; ${done}`;
  const brief = `${count(staying.length, 'instance')} ${out}; ${done}`;
  const failed = staying.map(({ id }) => id);
  return { kind: 'over', result: { group: group.name, outcome: 'stuck', why, brief, failed } };
}

/** Why the first of those that stay out does. */
function whyOut({ observed }: RolloutView, steps: readonly Stepped[], [first]: readonly OutInstance[]): string {
  const step = steps.find(({ out }) => out.id === first?.id)?.step;
  const open = step?.kind === 'finished' ? step.open : undefined;
  return observed.seen.failed[first?.id ?? ''] ?? open ?? '';
}

/** Looks do not show the notes of the group: what is taken out now, nobody else would know of. */
function isUnnoted({ observed }: RolloutView, { name }: Group): boolean {
  return observed.seen.unnoted[name] !== undefined;
}

function untilNoted({ name }: Group): RestartStep {
  const why = 'waiting until AWS shows the notes of this rollout again';
  return { kind: 'wait', wait: { group: name, phase: 'restart', why, instances: [] } };
}

/** How a restart ends in which nothing stays out. */
interface Ending {
  /** Instances that do not serve although nothing more is to be done. */
  readonly open: readonly { readonly id: string; readonly why: string }[];
  /** Why it ended early. */
  readonly stopped: Stopped | undefined;
  /** The group then is as if nothing had been, and has no result in this run. */
  readonly forgotten: boolean;
}

/** Processes as found, then no notes any more. */
function giveBack(view: RolloutView, of: Restarting, ending: Ending): RestartStep {
  const { group, record } = of;
  const resume = record.suspended.filter((process) => group.suspended.includes(process));
  if (resume.length > 0)
    return act({ type: 'resume', group: group.name, processes: resume }, 'these were suspended by this rollout');
  const result = resultOf(view, of, ending);
  const action = {
    type: 'clear',
    group: group.name,
    notes: ['record', 'lease', 'out'],
    ...(ending.forgotten ? {} : { result }),
  } as const;
  return {
    kind: 'act',
    phase: 'clear',
    acts: [{ action, why: result.outcome === 'restarted' ? 'the restart is done' : 'nothing is out any more' }],
  };
}

function resultOf(view: RolloutView, of: Restarting, { open, stopped }: Ending): GroupResult {
  const { observed, plan } = view;
  const { group } = of;
  const left = plan.restart === undefined ? [] : waitingFor(view, of);
  const why = stopped?.why ?? (left.length > 0 ? `gave up: ${shortOf(group, plan)}` : undefined);
  if (why === undefined && open.length === 0)
    return { group: group.name, outcome: 'restarted', why: told(observed, of) };
  const ids = open.map(({ id }) => id);
  const done = plan.restart === undefined || stopped === undefined ? [] : [told(observed, of)];
  return {
    group: group.name,
    outcome: 'putBack',
    ...endedEarly({ ...stopped, why: why ?? '' }, open, done),
    open: ids,
    failed: [...new Set([...(stopped?.failed ?? []), ...ids])],
  };
}

/** Why it ended early, which instances do not serve, and what was done by then. */
function endedEarly({ why, brief }: Why, open: Ending['open'], done: readonly string[]): Why {
  const sentence = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('; ');
  const whole = sentence(why, ...open.map((one) => `${one.id} does not serve: ${one.why}`), ...done);
  if (brief === undefined && open.length === 0) return { why: whole };
  const idle = `${count(open.length, 'instance')} ${open.length === 1 ? 'does' : 'do'} not serve`;
  return { why: whole, brief: sentence(brief ?? why, open.length === 0 ? '' : idle, ...done) };
}

/** `2 of 3 instances were restarted`, and which were left alone. */
function told(observed: Observed, { group, record }: Restarting): string {
  const restarted = group.instances.filter(({ id }) => isRestarted(observed, id)).length;
  const alone = group.instances.filter(
    ({ id, lifecycle, launchedAt }) =>
      observed.commands?.[id] === undefined && !isAway({ lifecycle }) && (launchedAt ?? 0) < record.startedAt,
  );
  const rest = alone.filter(
    (instance) => !restartable(group, record).includes(instance) && observed.seen.failed[instance.id] === undefined,
  );
  const left = `${named(rest.map(({ id }) => id))} left alone`;
  const aside = rest.length === 0 ? '' : `; ${left}, not registered with every balancer or not healthy to Auto Scaling`;
  return `${restarted} of ${record.old} instances were restarted and proven${aside}`;
}

/** Restarted in this run, and not found to have failed since. */
export function isRestarted(observed: Observed, id: string): boolean {
  const command = observed.commands?.[id];
  return command?.state === 'ended' && command.ok && observed.seen.failed[id] === undefined;
}

function isMember(observed: Observed, group: Group, out: OutInstance): boolean {
  const instance = group.instances.find(({ id }) => id === out.id);
  return (
    instance !== undefined &&
    observed.gone?.includes(out.id) !== true &&
    !isAway(instance) &&
    !(group.balancers.length > 0 && inService(group, instance))
  );
}

function note({ group, record }: Restarting, instances: readonly OutInstance[], why: string): RestartStep {
  const number = (group.notes.out?.number ?? 0) + 1;
  return act({ type: 'note', group: group.name, out: { run: record.run, number, instances } }, why);
}

function act(action: ReasonedAction['action'], why: string): RestartStep {
  return { kind: 'act', phase: 'restart', acts: [{ action, why }] };
}
