import type { Clock, Milliseconds } from '../clock.js';
import type { Emit, RunEvent } from '../model/event.js';

/** A pipeline may take a job for dead that says nothing for minutes. */
const SILENCE_MS: Milliseconds = 30_000;
/** Nothing is told more often than that. */
const SHORTEST_MS: Milliseconds = 1_000;

/**
 * Keeps a run from falling silent: waits that are still true are told again `everyMs` after they were
 * told, and when nothing at all was told for half a minute, that is said. The engine tells each fact
 * once; here the clock drives, because during a long wait or a slow call no event comes that could.
 */
export function createHeartbeat(
  clock: Clock,
  everyMs: Milliseconds,
  emit: Emit,
): { readonly see: Emit; readonly beat: (signal: AbortSignal) => Promise<void> } {
  const waits = new Map<string, { readonly event: RunEvent; at: number }>();
  let last = clock.now();
  const see: Emit = (event) => {
    // A signal is what the person did; AWS is as silent as before.
    // And rows of instances are told to files alone.
    if (event.type === 'interrupt' || event.type === 'group.instances' || event.type === 'group.state') return;
    last = clock.now();
    const topic = topicOf(event);
    if (event.type === 'group.waiting' || event.type === 'stack.waiting') waits.set(topic, { event, at: last });
    else if (topic !== '') waits.delete(topic);
  };
  const nextAt = (): number => Math.min(last + SILENCE_MS, ...[...waits.values()].map(({ at }) => at + everyMs));
  return {
    see,
    beat: async (signal) => {
      // The clock may have been set to the service's time since this pulse was made.
      last = clock.now();
      const isOver = (): boolean => signal.aborted;
      while (!isOver()) {
        await clock.sleep(Math.max(SHORTEST_MS, nextAt() - clock.now()), signal);
        if (isOver()) return;
        const now = clock.now();
        const due = [...waits.values()].filter(({ at }) => now - at >= everyMs);
        for (const wait of due) {
          emit(wait.event);
          wait.at = clock.now();
        }
        if (due.length === 0 && now - last >= SILENCE_MS)
          emit({ type: 'heartbeat', text: 'Waiting for AWS: nothing new for 30 s.' });
        else if (due.length === 0) continue;
        last = clock.now();
      }
    },
  };
}

/** What a wait is over with: the group or the stack did something, or came to its end. */
function topicOf(event: RunEvent): string {
  switch (event.type) {
    case 'group.waiting':
      return `group ${event.wait.group}`;
    case 'group.finished':
      return `group ${event.result.group}`;
    case 'group.skipped':
      return `group ${event.group}`;
    case 'action.started':
      return 'group' in event.action ? `group ${event.action.group}` : '';
    case 'change.planned':
      return `stack ${event.plan.stack}`;
    case 'stack.waiting':
    case 'stack.started':
    case 'stack.settled':
    case 'stack.event':
      return `stack ${event.stack}`;
    default:
      return '';
  }
}
