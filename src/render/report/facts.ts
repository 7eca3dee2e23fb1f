import type { Instant, Milliseconds } from '../../clock.js';
import type { FailureFacts, RunEvent, Stamped } from '../../model/event.js';
import type { Reason } from '../../model/rollout/decision.js';
import { describe, type Line } from '../describe.js';
import { NOTHING_SEEN, viewAfter, type RunView } from '../live/run-view.js';
import { inOrder } from '../live/short-names.js';
import { groupFacts, type GroupFacts } from './group-facts.js';
import { stackFacts, type StackFacts } from './stack-facts.js';

/** A line of the log with its time. */
export interface Told extends Line {
  readonly at: Instant;
}

/** The end of a run, as it said it. */
type Finished = Extract<RunEvent, { type: 'run.finished' }>;

/** How a run began, as it said it. */
type Started = Extract<RunEvent, { type: 'run.started' }>;

/** All that a report tells of a run, out of its events alone. */
export interface RunFacts {
  readonly run: string;
  /** Absent where the run ended before it could say who it is. */
  readonly started?: Started;
  /** Absent where the events end in the middle: the process was killed, or it still runs. */
  readonly finished?: Finished;
  readonly failure?: FailureFacts;
  readonly from: Instant;
  readonly until: Instant;
  readonly elapsedMs: Milliseconds;
  readonly view: RunView;
  /** What was sent to the stack; secret ones are in no event. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly stack?: StackFacts;
  readonly groups: readonly GroupFacts[];
  readonly warnings: readonly Reason[];
  /** What was decided and done, and why. */
  readonly decisions: readonly Told[];
  /** Who called it off, or asked it to. */
  readonly interrupts: readonly Told[];
  readonly retries: number;
}

/** @param events of one run, in their order */
export function runFacts(events: readonly Stamped[]): RunFacts {
  const from = events[0]?.at ?? 0;
  const until = events.at(-1)?.at ?? from;
  const view = events.reduce(viewAfter, NOTHING_SEEN);
  const started = lastOf(events, 'run.started');
  const finished = lastOf(events, 'run.finished');
  const names = inOrder([...view.groups.keys()]);
  const stack = stackFacts(events);
  const own = eventsByGroup(events);
  return {
    run: events[0]?.run ?? '',
    ...(started !== undefined && { started }),
    ...(finished !== undefined && { finished }),
    ...(finished?.failure !== undefined && { failure: finished.failure }),
    from,
    until,
    elapsedMs: finished?.elapsedMs ?? until - from,
    view,
    parameters: parametersOf(events),
    ...(stack !== undefined && { stack }),
    groups: names.flatMap((name) => {
      const group = view.groups.get(name);
      return group === undefined ? [] : [groupFacts(group, own.get(name) ?? [], until)];
    }),
    warnings: unique(events.flatMap(({ event }) => (event.type === 'warning' ? [event.reason] : []))),
    decisions: events.filter(isDecision).flatMap(told),
    interrupts: events.filter(({ event: { type } }) => type === 'interrupt' || type === 'rollout.called').flatMap(told),
    retries: events.filter(({ event }) => event.type === 'call.retried').length,
  };
}

function told({ event, at }: Stamped): readonly Told[] {
  return describe(event, at).map((line) => ({ ...line, at }));
}

/** What somebody would ask "why?" about. */
function isDecision({ event }: Stamped): boolean {
  switch (event.type) {
    case 'action.started':
      return event.action.type !== 'renew';
    case 'action.failed':
    case 'stack.started':
    case 'stack.mending':
    case 'stack.cancelled':
    case 'stack.settled':
    case 'group.adopted':
    case 'group.finished':
    case 'group.skipped':
    case 'interrupt':
    case 'rollout.called':
      return true;
    case 'hook.ended':
    case 'command.ended':
      return !event.ok;
    case 'gate.ended':
      return event.said === 'fail';
    default:
      return false;
  }
}

function lastOf<T extends RunEvent['type']>(
  events: readonly Stamped[],
  type: T,
): Extract<RunEvent, { type: T }> | undefined {
  return events
    .map(({ event }) => event)
    .findLast((event): event is Extract<RunEvent, { type: T }> => event.type === type);
}

function parametersOf(events: readonly Stamped[]): RunFacts['parameters'] {
  const change = lastOf(events, 'stack.started');
  const given = change?.parameters ?? lastOf(events, 'change.planned')?.plan.parameters ?? {};
  return [
    ...Object.entries(given).map(([name, value]) => ({ name, value })),
    ...together('As before', change?.kept ?? []),
    ...together("The template's default", change?.defaulted ?? []),
  ];
}

function together(name: string, parameters: readonly string[]): RunFacts['parameters'] {
  return parameters.length === 0 ? [] : [{ name, value: parameters.join(', ') }];
}

function unique(reasons: readonly Reason[]): readonly Reason[] {
  return [
    ...new Map(reasons.map((reason) => [`${reason.code} ${reason.group ?? ''} ${reason.text}`, reason])).values(),
  ];
}

/** The events that are about one group. */
function eventsByGroup(events: readonly Stamped[]): ReadonlyMap<string, readonly Stamped[]> {
  const byGroup = new Map<string, Stamped[]>();
  for (const stamped of events)
    for (const name of groupsIn(stamped.event)) {
      const own = byGroup.get(name);
      if (own === undefined) byGroup.set(name, [stamped]);
      else own.push(stamped);
    }
  return byGroup;
}

function groupsIn(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'group.instances':
    case 'group.adopted':
      return [event.group];
    case 'group.progress':
      return [event.progress.group];
    case 'action.started':
      return 'group' in event.action ? [event.action.group] : [];
    default:
      return [];
  }
}
