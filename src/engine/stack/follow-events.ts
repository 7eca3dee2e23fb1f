import type { Instant, Milliseconds } from '../../clock.js';
import { changesDone } from '../../decide/stack/read-change-set.js';
import { isStackItself, leftovers, rootCauses } from '../../decide/diagnosis/root-causes.js';
import {
  classifyStatus,
  decideFollow,
  type FollowedAction,
  type FollowStep,
  type StackState,
} from '../../decide/stack/stack-update.js';
import { AwsFault } from '../../errors.js';
import type { StackEvent } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { passes, PATIENCE, pause } from '../retry.js';
import { placesOf } from './template-places.js';
import { eventReader, type EventReader, type Operation } from './event-reader.js';
import { statusLook, type StatusLook } from './read-status.js';
import { retrying } from '../retrying-gateway.js';
import type { StackOrder, Prepared, Started } from './stack-change.js';

/** Said again after this long without a new event; CI systems end jobs that are silent. */
const heartbeatMs = 30_000;
/** Without news for this long, the stack itself is looked at beside its events. */
const quietLimitMs = 15_000;
const slowestPollMs = 5_000;
/** Pace while nothing can be read: most likely we are throttled, together with others. */
const blindPollMs = 15_000;

/** How following ended, with all that was seen. */
export interface Followed {
  readonly stackId: string;
  readonly end:
    | Extract<FollowStep, { kind: 'settled' | 'leave' | 'neverStarted' | 'silent' }>
    | { readonly kind: 'blind'; readonly fault: AwsFault };
  readonly status: string;
  readonly events: readonly StackEvent[];
  /** Where templates declare what failed, by the event's id. */
  readonly places: ReadonlyMap<string, string>;
  /** Name of the signal that came meanwhile; the update was cancelled for it, unless it was too late. */
  readonly interruptedBy?: string;
  /** Why nothing could be read at the end, when it was so. */
  readonly fault?: AwsFault;
}

/** What the loop carries from look to look. */
interface State {
  readonly stackId: string;
  readonly startedAt: Instant;
  newsAt?: Instant;
  status?: string;
  statusAt: Instant;
  /** The signal that was answered, by cancelling or by finding that it was too late. */
  answered?: string;
  fault?: AwsFault;
  /** When something could last be read, and when that was last tried. */
  readAt: Instant;
  triedAt: Instant;
  /** How long nothing could be read since the last news: what nobody saw is no silence. */
  unreadMs: Milliseconds;
  pollMs: Milliseconds;
  saidAt: Instant;
  lastLook: boolean;
}

/** What following needs to know of the change. */
export type FollowedChange = Pick<Prepared, 'before' | 'redact'> & { readonly action: FollowedAction };

/** How a change is followed. */
export interface FollowOptions {
  /** Number of planned resource changes; 0 when it is not known. */
  readonly total?: number;
  /** Where it should settle; absent: where an update or a creation succeeded. */
  readonly well?: (state: StackState) => boolean;
}

/** A change that is followed: what it is, by what it is seen, and what has been seen. */
interface Following {
  readonly deps: Deps;
  readonly order: StackOrder;
  readonly prepared: FollowedChange;
  readonly operation: Operation;
  readonly reader: EventReader;
  readonly look: StatusLook;
  readonly tell: Tell;
  readonly total: number;
  readonly well: (state: StackState) => boolean;
  readonly state: State;
}

/** Follows a started change until it settles, or until we must stop looking. Throws only what is a bug. */
export async function follow(
  deps: Deps,
  order: StackOrder,
  prepared: FollowedChange,
  started: Extract<Started, { kind: 'started' }> & FollowOptions,
): Promise<Followed> {
  const following = begin(deps, order, prepared, started);
  const { state, reader, tell } = following;
  for (;;) {
    const step = next(following);
    switch (step.kind) {
      case 'settled':
        await finalRead(deps, reader, tell);
        return ended(following, step, await tellSettled(following, step.status));
      case 'leave':
        return ended(following, step);
      case 'cancel':
        await cancel(following, step.why);
        continue;
      case 'neverStarted':
      case 'silent':
        // Nothing is given up on the word of events alone.
        if (state.lastLook) return ended(following, step);
        state.lastLook = true;
        break;
      case 'wait':
        state.lastLook = false;
        await pause(deps, Math.min(state.pollMs, Math.max(0, step.until - deps.clock.now())));
        // A signal is answered before anything else is asked.
        if (deps.interrupt.received !== undefined && state.answered === undefined) {
          if (next(following).kind !== 'wait') continue;
        }
        break;
    }
    const lost = await observe(following);
    if (lost !== undefined) return ended(following, { kind: 'blind', fault: lost });
    heartbeat(following);
  }
}

function begin(
  deps: Deps,
  order: StackOrder,
  prepared: FollowedChange,
  started: Extract<Started, { kind: 'started' }> & FollowOptions,
): Following {
  const { stackId, marker, total = 0, well = (state) => state === 'ok' } = started;
  const operation: Operation = {
    stackId,
    tokens: new Set([order.token]),
    lookBackMs: order.timing.lookBackMs,
    ...(marker !== undefined && { marker }),
  };
  const now = deps.clock.now();
  return {
    deps,
    order,
    prepared,
    operation,
    reader: eventReader(deps, operation),
    look: statusLook(deps, stackId, prepared.before),
    tell: teller(deps, order, prepared, total),
    total,
    well,
    state: {
      stackId,
      startedAt: now,
      statusAt: -Infinity,
      readAt: now,
      triedAt: now,
      unreadMs: 0,
      pollMs: order.timing.pollMs,
      saidAt: now,
      lastLook: false,
    },
  };
}

function ended({ reader, state }: Following, end: Followed['end'], places: Followed['places'] = new Map()): Followed {
  return {
    stackId: state.stackId,
    end,
    status: state.status ?? '',
    events: reader.all(),
    places,
    ...(state.answered !== undefined && { interruptedBy: state.answered }),
    ...(state.fault !== undefined && { fault: state.fault }),
  };
}

function next({ deps, order, prepared, state }: Following): FollowStep {
  const { interrupt } = deps;
  return decideFollow(
    {
      startedAt: state.startedAt + state.unreadMs,
      ...(state.newsAt !== undefined && { newsAt: state.newsAt + state.unreadMs }),
      ...(state.status !== undefined && { status: state.status }),
      action: prepared.action,
      onInterrupt: order.onInterrupt,
      ...(interrupt.received !== undefined && { interrupt: interrupt.received }),
      cancelled: state.answered !== undefined,
    },
    deps.clock.now(),
    order.timing,
  );
}

/**
 * One look: events first, the stack itself when they are silent or cannot be read. A look that fails
 * never fails the change; only credentials or permissions that are gone end the looking (answered).
 */
async function observe({ deps, order, reader, look, tell, state }: Following): Promise<AwsFault | undefined> {
  const news = await orFault(() => reader.poll());
  const blind = news instanceof AwsFault;
  if (blind) {
    state.fault = news;
    state.pollMs = blindPollMs;
  } else {
    delete state.fault;
    take(state, news, deps.clock.now(), order.timing.pollMs);
    for (const event of news) tell(event);
  }
  const quietMs = deps.clock.now() - (state.newsAt ?? state.startedAt);
  if (!blind && !state.lastLook && quietMs < quietLimitMs) {
    state.readAt = state.triedAt = deps.clock.now();
    return undefined;
  }
  const seen = await orFault(look);
  if (blind && seen instanceof AwsFault) return stillBlind(state, [news, seen], deps.clock.now());
  state.readAt = state.triedAt = deps.clock.now();
  if (seen instanceof AwsFault) return undefined;
  // What events have told already is no news.
  if (seen.changed && seen.status !== state.status) isNews(state, deps.clock.now());
  if (seen.settled) state.status = seen.status;
  else if (seen.changed) state.status ??= seen.status;
  return undefined;
}

function isNews(state: State, now: Instant): void {
  state.newsAt = now;
  state.unreadMs = 0;
}

/**
 * Nothing could be read. Answers why there is no sense in further looks: nobody lets us look, or AWS has not answered
 * for as long as it may, which is as long as while groups are being changed.
 */
function stillBlind(state: State, faults: readonly AwsFault[], now: Instant): AwsFault | undefined {
  state.unreadMs += now - state.triedAt;
  state.triedAt = now;
  const over = now - state.readAt >= PATIENCE.totalMs || !faults.some(passes);
  return over ? faults[0] : undefined;
}

/** Takes new events in: they are news, and the stack's own ones tell its status. */
function take(state: State, news: readonly StackEvent[], now: Instant, pollMs: Milliseconds): void {
  state.pollMs = news.length > 0 ? pollMs : Math.min(Math.max(slowestPollMs, pollMs), state.pollMs * 1.5);
  if (news.length > 0) isNews(state, now);
  for (const event of news) {
    if (!isStackItself(event) || event.stackId !== state.stackId || event.at < state.statusAt) continue;
    // A roll-back may follow at once, or be switched off: only a look at the stack tells which.
    if (event.status === 'CREATE_FAILED' || event.status === 'UPDATE_FAILED') continue;
    state.status = event.status;
    state.statusAt = event.at;
  }
}

async function orFault<T>(call: () => Promise<T>): Promise<T | AwsFault> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AwsFault) return error;
    throw error;
  }
}

/** One call, sent again only when its reply may be lost; a refusal means that there is nothing left to cancel. */
async function cancel({ deps, order, operation, state }: Following, signal: string): Promise<void> {
  state.answered = signal;
  const token = `${order.token}-cancel`;
  const { stackId } = operation;
  const fault = await orFault(() => retrying(deps).cancelUpdate(stackId, token));
  if (!(fault instanceof AwsFault) || fault.code.startsWith('TokenAlreadyExists')) {
    operation.tokens.add(token);
    deps.emit({ type: 'stack.cancelled', stack: order.stack, why: signal });
    return;
  }
  const text =
    `The update of ${order.stack} could not be cancelled (${fault.code}: ${fault.message}); it is ` +
    'followed to its end.';
  deps.emit({ type: 'warning', reason: { code: 'stack.notCancelled', text, remedy: '' } });
}

type Tell = (event: StackEvent) => void;

/**
 * Emits events of the stack, each with the time since its resource first moved and how many of the planned changes
 * are done.
 */
function teller(deps: Deps, order: StackOrder, { redact }: FollowedChange, total: number): Tell {
  const firstAt = new Map<string, Instant>();
  const seen: StackEvent[] = [];
  return (event) => {
    seen.push(event);
    const resource = `${event.stackId}/${event.logicalId}`;
    const first = firstAt.get(resource);
    if (first === undefined) firstAt.set(resource, event.at);
    const shown = { ...event, reason: redact(event.reason) };
    const done = changesDone(seen, total);
    deps.emit({
      type: 'stack.event',
      stack: order.stack,
      event: shown,
      ...(first !== undefined && { elapsedMs: event.at - first }),
      ...(done !== undefined && { done }),
    });
  };
}

/** The status may be seen before the event that explains it. Failing here fails nothing. */
async function finalRead(deps: Deps, reader: EventReader, tell: Tell): Promise<void> {
  const news = await orFault(() => reader.readToEnd());
  if (!(news instanceof AwsFault)) {
    news.forEach(tell);
    return;
  }
  const text = `The last events could not be read (${news.code}: ${news.message}).`;
  deps.emit({ type: 'warning', reason: { code: 'stack.eventsMissing', text, remedy: '' } });
}

/** Tells the end, root causes first. Answers where those are declared. */
async function tellSettled(following: Following, status: string): Promise<Followed['places']> {
  const { deps, order, state, well } = following;
  const { redact } = following.prepared;
  const events = following.reader.all();
  const elapsedMs = deps.clock.now() - state.startedAt;
  const ok = well(classifyStatus(status));
  const causes = ok ? [] : rootCauses(events, state.answered !== undefined);
  const places = await placesOf(causes, events, order.locate);
  deps.emit({
    type: 'stack.settled',
    stack: order.stack,
    status,
    ok,
    rootCauses: causes.map(({ id, logicalId, type, reason }) => {
      const place = places.get(id);
      return { logicalId, type, reason: redact(reason), ...(place !== undefined && { place }) };
    }),
    elapsedMs,
  });
  if (!ok) return places;
  for (const { logicalId, physicalId, type, reason } of leftovers(events)) {
    const text = `${logicalId} (${type} ${physicalId}) was left behind: it could not be deleted: ${redact(reason)}`;
    deps.emit({ type: 'warning', reason: { code: 'stack.leftover', text, remedy: 'Delete it by hand.' } });
  }
  return places;
}

/** What is in progress, said while nothing happens. */
function heartbeat({ deps, order, reader, state, total }: Following): void {
  const now = deps.clock.now();
  const quietSince = Math.max(state.newsAt ?? state.startedAt, state.saidAt);
  if (now - quietSince < heartbeatMs) return;
  state.saidAt = now;
  const latest = new Map<string, StackEvent>();
  const events = reader.all();
  for (const event of events) if (!isStackItself(event)) latest.set(`${event.stackId}/${event.logicalId}`, event);
  const inProgress = [...latest.values()].filter(({ status }) => status.endsWith('_IN_PROGRESS'));
  const done = changesDone(events, total);
  deps.emit({
    type: 'stack.waiting',
    stack: order.stack,
    status: state.status ?? '',
    inProgress: inProgress.map((event) =>
      event.stackId === state.stackId ? event.logicalId : `${event.stackName}/${event.logicalId}`,
    ),
    ...(done !== undefined && { done }),
    until:
      state.unreadMs +
      (state.newsAt === undefined ? state.startedAt + order.timing.warmupMs : state.newsAt + order.timing.silenceMs),
  });
}
