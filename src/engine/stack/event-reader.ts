import type { Instant, Milliseconds } from '../../clock.js';
import { isStackItself } from '../../decide/diagnosis/root-causes.js';
import { classifyStatus } from '../../decide/stack/stack-update.js';
import { AwsFault } from '../../errors.js';
import type { StackEvent } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { RETRY, type RetryLimits } from '../retry.js';
import { retrying } from '../retrying-gateway.js';

/** One look at the events is tried a few times; the next look comes soon enough. */
const pollRetries: RetryLimits = { ...RETRY, attempts: 3, longestWaitMs: 5_000 };

/** Which events are those of our change. */
export interface Operation {
  /** ARN, so that a stack of the same name made later cannot be taken for it. */
  readonly stackId: string;
  /** Tokens of ours; the cancelling of an update has one of its own. */
  readonly tokens: Set<string>;
  /** Newest event before our call. */
  readonly marker?: StackEvent;
  readonly lookBackMs: Milliseconds;
}

export interface EventReader {
  /**
   * New events of the stack and of the nested stacks in motion, oldest first.
   * @throws AwsFault when the stack's own cannot be read
   */
  readonly poll: () => Promise<readonly StackEvent[]>;
  /** Everything once more, to the beginning of the operation: what late events were missed. */
  readonly readToEnd: () => Promise<readonly StackEvent[]>;
  /** All events of the operation so far. */
  readonly all: () => readonly StackEvent[];
}

interface Followed {
  readonly ids: Set<string>;
  newestAt: Instant;
  /** A settled nested stack is left alone until its row in the parent moves again. */
  inMotion: boolean;
}

/**
 * Reads events by token, never by our clock. A service may show events late or out of order, so each
 * look reads `lookBackMs` further back than what it has, and the last one reads all.
 */
export function eventReader(deps: Deps, operation: Operation): EventReader {
  const { stackId: root, marker, lookBackMs } = operation;
  const stacks = new Map<string, Followed>([[root, { ids: new Set(), newestAt: -Infinity, inMotion: true }]]);
  const known: StackEvent[] = [];
  /** When our change began, by the service's clock. */
  let beganAt: Instant | undefined;

  const ours = (event: StackEvent): boolean => {
    // Said when the change set that creates the stack was made, before anything began.
    if (event.status === 'REVIEW_IN_PROGRESS') return false;
    if (event.token !== undefined && operation.tokens.has(event.token)) return true;
    // The root's events come only up to the marker: without a token, they are of the operation after it.
    if (event.stackId === root)
      return event.token === undefined && (marker === undefined || event.at >= marker.at - lookBackMs);
    if (beganAt === undefined) return false;
    // A nested stack is moved by nobody else while its parent is in progress, whatever token it shows.
    return event.at >= (event.token === undefined ? beganAt - lookBackMs : beganAt);
  };

  const readStack = async (stackId: string, followed: Followed, toEnd: boolean): Promise<StackEvent[]> => {
    const stop = (event: StackEvent): boolean => {
      if (stackId === root ? event.id === marker?.id : beganAt !== undefined && event.at < beganAt - lookBackMs)
        return true;
      return !toEnd && followed.ids.has(event.id) && event.at < followed.newestAt - lookBackMs;
    };
    const read = await retrying(deps, pollRetries).stackEvents(stackId, stop);
    const fresh = [...read].reverse().filter((event) => ours(event) && !followed.ids.has(event.id));
    for (const event of fresh) {
      followed.ids.add(event.id);
      followed.newestAt = Math.max(followed.newestAt, event.at);
      if (stackId === root) beganAt = Math.min(beganAt ?? Infinity, event.at);
    }
    return fresh;
  };

  const note = (events: readonly StackEvent[]): void => {
    for (const event of events) {
      if (event.type !== 'AWS::CloudFormation::Stack' || event.physicalId === '') continue;
      const followed = stacks.get(event.physicalId);
      // The first event of a nested stack's creation has no physical id yet; a later one brings it.
      if (followed === undefined) stacks.set(event.physicalId, { ids: new Set(), newestAt: -Infinity, inMotion: true });
      else followed.inMotion = isStackItself(event) ? classifyStatus(event.status) === 'inProgress' : true;
    }
  };

  const read = async (toEnd: boolean): Promise<readonly StackEvent[]> => {
    const fresh: StackEvent[] = [];
    const done = new Set<string>();
    for (let next = [...stacks].find(([id]) => id === root); next !== undefined;) {
      const [stackId, followed] = next;
      done.add(stackId);
      try {
        const events = await readStack(stackId, followed, toEnd);
        note(events);
        fresh.push(...events);
      } catch (error) {
        // What is missing of a nested stack comes with the next look, or not at all: it decides nothing.
        if (stackId === root || !(error instanceof AwsFault)) throw error;
      }
      next = [...stacks].find(([id, { inMotion }]) => !done.has(id) && (toEnd || inMotion));
    }
    // Stable: events of one stack keep the service's order where their times are equal.
    fresh.sort((a, b) => a.at - b.at);
    known.push(...fresh);
    return fresh;
  };

  return { poll: () => read(false), readToEnd: () => read(true), all: () => known };
}
