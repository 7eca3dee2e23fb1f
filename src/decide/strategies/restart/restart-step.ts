import type { Phase } from '../../../model/rollout/action.js';
import type { GroupResult, Observed, Wait } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { OutInstance, RestartRecord } from '../../../model/rollout/record.js';
import { inService, standing } from '../../instances/classify.js';
import { countQuorum, nextBatch, restartable } from './quorum.js';
import { registeredEverywhere } from '../../instances/registered.js';
import { instanceStep, named, type Goal, type InstanceStep } from './instance-step.js';
import { shortOf } from '../../memory/restart-memory.js';
import type { ReasonedAction } from '../../rollout/step.js';

/** The next step of one group that is being restarted. */
export type RestartStep =
  | { readonly kind: 'act'; readonly phase: Phase; readonly acts: readonly ReasonedAction[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** Somebody stays out, on purpose; the record stays too. */
  | { readonly kind: 'over'; readonly result: GroupResult };

/** Why a group is put back instead of restarted; `adopted` when it then is as if nothing had been. */
export interface PutBack {
  readonly why: string;
  readonly adopted: boolean;
}

/** How long a read may lag behind what was written. */
const LAG_MS = 30_000;

/**
 * What to do next with a group whose restart has begun: finish those that are out, then take the next
 * ones; when nobody is left, or nobody may go, give the group back as it was.
 */
export function restartStep(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RestartRecord,
  putBack?: PutBack,
): RestartStep {
  const noted = group.notes.out?.instances ?? [];
  const aimed = noted.map((out) => ({ out, aim: aimOf(observed, plan, out, putBack) }));
  const unnote = withdraw(observed, group, record, aimed);
  if (unnote !== undefined) return unnote;
  const steps = aimed.map(({ out, aim }) => ({ out, aim, step: instanceStep(observed, plan, group, out, aim) }));
  const acts = actions(observed, group, steps);
  if (acts.length > 0 && putBack === undefined) {
    const first = suspendFirst(group, record);
    if (first !== undefined) return first;
  }
  if (acts.length > 0) return { kind: 'act', phase: 'restart', acts };
  const waits = steps.flatMap(({ out, step }) =>
    step.kind === 'wait' ? [{ id: out.id, why: step.why, until: step.until }] : [],
  );
  if (waits.length > 0) {
    const why =
      putBack === undefined
        ? `${waits.length} of ${noted.length} that were taken out are not in service again`
        : `putting back what was taken out: ${putBack.why}`;
    return {
      kind: 'wait',
      wait: {
        group: group.name,
        phase: 'restart',
        why,
        instances: waits.map(({ id, why: reason }) => ({ id, why: reason })),
        until: Math.min(...waits.map(({ until }) => until)),
      },
    };
  }
  const staying = aimed.flatMap(({ out, aim }) => (aim === 'out' && isMember(observed, group, out) ? [out] : []));
  const stopped = putBack?.why ?? firstFailure(observed, plan, noted);
  if (stopped === undefined) {
    const next = takeNext(observed, plan, group, record, staying);
    if (next !== undefined) return next;
  }
  if (staying.length > 0) return staysOut(observed, group, record, staying);
  const again = putBack?.adopted === true ? lookAgain(observed, group) : undefined;
  if (again !== undefined) return again;
  const open = steps.flatMap(({ out, step }) =>
    step.kind === 'finished' && step.open !== undefined ? [{ id: out.id, why: step.open }] : [],
  );
  return giveBack(observed, plan, group, record, open, stopped, putBack?.adopted === true && !plan.adoptOnly);
}

/** Reads lag: a note that the dead run wrote last may not show yet, and whoever is on it must not be forgotten. */
function lookAgain(observed: Observed, group: Group): RestartStep | undefined {
  const until = (observed.seen.adoptedAt[group.name] ?? observed.at) + LAG_MS;
  if (observed.at >= until) return undefined;
  return {
    kind: 'wait',
    wait: {
      group: group.name,
      phase: 'restart',
      why: 'looking again: what the dead run wrote last may show up late',
      instances: [],
      until,
    },
  };
}

/** Before anybody goes, and again when somebody resumed them meanwhile. */
function suspendFirst(group: Group, record: RestartRecord): RestartStep | undefined {
  const suspend = record.suspended.filter((process) => !group.suspended.includes(process));
  if (suspend.length === 0) return undefined;
  return act(
    { type: 'suspend', group: group.name, processes: suspend },
    'what is out of its balancers must not look sick to Auto Scaling, and nobody may come or go meanwhile',
  );
}

/** What shall become of an instance that is out. */
function aimOf(observed: Observed, plan: Plan, out: OutInstance, putBack: PutBack | undefined): Goal {
  if (putBack !== undefined) return 'back';
  if (observed.seen.failed[out.id] === undefined) return 'restart';
  return plan.restart?.onError === 'reregister' ? 'back' : 'out';
}

/** The first failure that ends the run; undefined when it goes on all the same. */
function firstFailure(observed: Observed, plan: Plan, noted: readonly OutInstance[]): string | undefined {
  if (plan.restart?.onError === 'continue') return undefined;
  const failed = noted.find(({ id }) => observed.seen.failed[id] !== undefined);
  return failed === undefined ? undefined : `${failed.id}: ${observed.seen.failed[failed.id] ?? ''}`;
}

/** What is noted and still registered goes only as long as the quorum holds: the world may have changed since the note. */
function withdraw(
  observed: Observed,
  group: Group,
  record: RestartRecord,
  aimed: readonly { readonly out: OutInstance; readonly aim: Goal }[],
): RestartStep | undefined {
  const going = aimed.flatMap(({ out, aim }) => {
    const instance = group.instances.find(({ id }) => id === out.id);
    const untouched =
      aim === 'restart' &&
      observed.commands?.[out.id] === undefined &&
      instance !== undefined &&
      registeredEverywhere(group, instance) &&
      inService(group, instance);
    return untouched ? [out.id] : [];
  });
  if (going.length === 0 || group.balancers.length === 0) return undefined;
  const noted = aimed.map(({ out }) => out);
  const { serving, floor } = countQuorum(group, noted, record.quorum);
  // rule: restart-noted-and-changed
  if (serving - going.length >= floor) return undefined;
  const kept = noted.filter(({ id }) => !going.includes(id));
  return note(
    group,
    record,
    kept,
    `${serving} in service now, ${floor} must stay: ${named(going)} stay${going.length === 1 ? 's' : ''} in`,
  );
}

interface Stepped {
  readonly out: OutInstance;
  readonly aim: Goal;
  readonly step: InstanceStep;
}

/** All that can be done at once: one call for each balancer, one command for each instance. */
function actions(observed: Observed, group: Group, steps: readonly Stepped[]): readonly ReasonedAction[] {
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
  const restarted = steps.every(({ out, aim }) => !ids.includes(out.id) || aim === 'restart');
  return restarted ? `the command succeeded on ${named(ids)}` : 'nothing that we took out stays out';
}

/** The next batch, or the wait for it; undefined when nobody is left to be restarted, or the run gives up. */
function takeNext(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RestartRecord,
  staying: readonly OutInstance[],
): RestartStep | undefined {
  if (plan.restart === undefined) return undefined;
  const waiting = waitingFor(observed, group, record);
  if (waiting.length === 0) return undefined;
  const batch = nextBatch(group, waiting, staying, plan.restart);
  if (batch.length > 0) {
    const first = suspendFirst(group, record);
    if (first !== undefined) return first;
    const { serving, floor } = countQuorum(group, staying, plan.restart.quorum);
    return note(
      group,
      record,
      [...staying, ...batch],
      `${serving} in service, ${floor} must stay: ${named(batch.map(({ id }) => id))} can go, and that is written down first`,
    );
  }
  // What is through is no longer out; nobody may take it for that while we wait.
  if ((group.notes.out?.instances.length ?? 0) > staying.length)
    return note(group, record, staying, 'those that were out are in service again');
  const looks = observed.seen.short[group.name]?.looks ?? 0;
  if (looks >= plan.restart.attempts) return undefined;
  const why = `the quorum lets nobody go: ${shortOf(group, plan)} (look ${looks} of ${plan.restart.attempts})`;
  const rows = group.instances
    .filter((instance) => standing(instance.lifecycle) !== 'live' || !inService(group, instance))
    .map(({ id }) => ({ id, why: 'not in service' }));
  return { kind: 'wait', wait: { group: group.name, phase: 'restart', why, instances: rows } };
}

/** Those that are still to be restarted. */
export function waitingFor(observed: Observed, group: Group, record: RestartRecord): ReturnType<typeof restartable> {
  return restartable(group, record).filter(
    ({ id }) => observed.commands?.[id] === undefined && observed.seen.failed[id] === undefined,
  );
}

/** The run ends with somebody out: the note names exactly those, and the record stays for whoever puts them back. */
function staysOut(
  observed: Observed,
  group: Group,
  record: RestartRecord,
  staying: readonly OutInstance[],
): RestartStep {
  if ((group.notes.out?.instances.length ?? 0) > staying.length)
    return note(group, record, staying, 'the others are in service again');
  // Somebody removed our notes: they are written again first, else nobody could put these back.
  if (observed.seen.unnoted[group.name] !== undefined)
    return {
      kind: 'wait',
      wait: { group: group.name, phase: 'restart', why: 'waiting until our notes show again', instances: [] },
    };
  const first = staying[0]?.id ?? '';
  const why = `${named(staying.map(({ id }) => id))} stay${staying.length === 1 ? 's' : ''} out of the balancers: ${observed.seen.failed[first] ?? ''}; ${told(observed, group, record)}`;
  return { kind: 'over', result: { group: group.name, outcome: 'stuck', why } };
}

/** Processes as found, then no notes any more. */
function giveBack(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RestartRecord,
  open: readonly { readonly id: string; readonly why: string }[],
  stopped: string | undefined,
  forgotten: boolean,
): RestartStep {
  const resume = record.suspended.filter((process) => group.suspended.includes(process));
  if (resume.length > 0)
    return act({ type: 'resume', group: group.name, processes: resume }, 'these were suspended by this rollout');
  const left = plan.restart === undefined ? [] : waitingFor(observed, group, record);
  const why = stopped ?? (left.length > 0 ? `gave up: ${shortOf(group, plan)}` : undefined);
  const sick = open.length === 0 ? '' : `; ${open.map((one) => `${one.id} does not serve: ${one.why}`).join('; ')}`;
  const result: GroupResult =
    why === undefined && open.length === 0
      ? { group: group.name, outcome: 'restarted', why: told(observed, group, record) }
      : {
          group: group.name,
          outcome: 'putBack',
          why: `${why ?? ''}${sick}${plan.restart === undefined || stopped === undefined ? '' : `; ${told(observed, group, record)}`}`,
          open: open.map(({ id }) => id),
        };
  const action = {
    type: 'clear',
    group: group.name,
    notes: ['record', 'lease', 'out'],
    ...(forgotten ? {} : { result }),
  } as const;
  return {
    kind: 'act',
    phase: 'clear',
    acts: [{ action, why: result.outcome === 'restarted' ? 'the restart is done' : 'nothing is out any more' }],
  };
}

/** `2 of 3 instances were restarted`, and who was left alone. */
function told(observed: Observed, group: Group, record: RestartRecord): string {
  const restarted = group.instances.filter(({ id }) => isRestarted(observed, id)).length;
  const alone = group.instances.filter(
    ({ id, lifecycle, launchedAt }) =>
      observed.commands?.[id] === undefined &&
      standing(lifecycle) !== 'leaving' &&
      (launchedAt ?? 0) < record.startedAt,
  );
  const rest = alone.filter(
    (instance) => !restartable(group, record).includes(instance) && observed.seen.failed[instance.id] === undefined,
  );
  const aside =
    rest.length === 0
      ? ''
      : `; ${named(rest.map(({ id }) => id))} left alone, not registered with every balancer or not healthy to Auto Scaling`;
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
    standing(instance.lifecycle) !== 'leaving' &&
    !(group.balancers.length > 0 && inService(group, instance))
  );
}

function note(group: Group, record: RestartRecord, instances: readonly OutInstance[], why: string): RestartStep {
  return act(
    {
      type: 'note',
      group: group.name,
      out: { run: record.run, number: (group.notes.out?.number ?? 0) + 1, instances },
    },
    why,
  );
}

function act(action: ReasonedAction['action'], why: string): RestartStep {
  return { kind: 'act', phase: 'restart', acts: [{ action, why }] };
}
