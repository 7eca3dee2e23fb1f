import { isStackItself, rootCauses } from '../../decide/diagnosis/root-causes.js';
import { classifyStatus, type StackState } from '../../decide/stack/stack-update.js';
import type { Instant } from '../../clock.js';
import type { Stack, StackEvent } from '../../model/stack/stack.js';
import { maskLikely } from '../../text/secrets/likely.js';
import type { Deps } from '../deps.js';
import { retrying } from '../retrying-gateway.js';

/** What a look at a stack has shown to somebody who only watches. */
export interface StackLook {
  readonly stack: Stack;
  readonly state: StackState;
  /** A change of it was under way at this look or at an earlier one. */
  readonly watched: boolean;
  /** Why it failed, as CloudFormation says. */
  readonly causes: readonly StackEvent[];
}

/** More events of one change are not told: 500 resources have fewer. */
const MOST_EVENTS = 3000;

/** Follows somebody else's change of a stack by looking alone. */
export function watchStack(deps: Deps): (stack: Stack) => Promise<StackLook> {
  const { emit } = deps;
  const known = new Map<string, StackEvent>();
  const began = new Map<string, Instant>();
  let watched = false;
  let settled = false;
  return async (stack) => {
    const { id, name, status } = stack;
    const state = classifyStatus(status);
    const moves = state === 'inProgress';
    if (!moves && (!watched || settled)) return { stack, state, watched, causes: causesOf(known) };
    if (moves && settled) [known, began].forEach((map) => map.clear());
    watched = true;
    settled = !moves;
    for (const event of await fresh(deps, id, known)) {
      const first = began.get(event.logicalId) ?? event.at;
      began.set(event.logicalId, first);
      known.set(event.id, event);
      emit({ type: 'stack.event', stack: name, event, elapsedMs: event.at - first });
    }
    const causes = causesOf(known);
    if (settled) {
      const at = [...known.values()].map((event) => event.at);
      emit({
        type: 'stack.settled',
        stack: name,
        status,
        ok: state === 'ok',
        rootCauses: state === 'ok' ? [] : causes.map(({ logicalId, type, reason }) => ({ logicalId, type, reason })),
        elapsedMs: at.length === 0 ? 0 : Math.max(...at) - Math.min(...at),
      });
    }
    return { stack, state, watched, causes: state === 'ok' ? [] : causes };
  };
}

function causesOf(known: ReadonlyMap<string, StackEvent>): readonly StackEvent[] {
  return rootCauses([...known.values()]);
}

/** Events of this change that are not known yet, oldest first, without what looks like a secret. */
async function fresh(deps: Deps, id: string, known: ReadonlyMap<string, StackEvent>): Promise<readonly StackEvent[]> {
  let read = 0;
  let begun = false;
  const events = await retrying(deps).stackEvents(id, (event) => {
    const isOver = begun || known.has(event.id) || ++read > MOST_EVENTS;
    begun ||= begins(event);
    return isOver;
  });
  const first = events.findIndex(begins);
  return events
    .slice(0, first < 0 ? events.length : first + 1)
    .filter((event) => !known.has(event.id))
    .map((event) => ({ ...event, reason: maskLikely(event.reason) }))
    .reverse();
}

/** The stack's own row that a change begins with. */
function begins(event: StackEvent): boolean {
  return isStackItself(event) && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.status);
}
