import type { Instant, Milliseconds } from '../clock.js';
import type { StackEvent } from '../model/stack/stack.js';
import { isStackItself } from './diagnosis/root-causes.js';
import { classifyStatus } from './stack/stack-update.js';

/** How long a change that was about to be sent may take until its first event: whoever sends it tries for a while. */
export const BEGINS_WITHIN_MS: Milliseconds = 900_000;

/** A change that takes longer has lost whoever could end it. */
export const ENDS_WITHIN_MS: Milliseconds = 48 * 3_600_000;

/** A change that somebody else sends, as far as it was seen. */
export interface AwaitedChange {
  /** Its request token, which its events carry. */
  readonly token: string;
  /** Since when it is waited for. */
  readonly since: Instant;
  /** When its first event was, by the service's clock. */
  readonly begunAt?: Instant;
}

/** What a look at a change that is waited for means. */
export type AwaitedStep =
  | { readonly kind: 'wait'; readonly until: Instant }
  /** It never came. */
  | { readonly kind: 'absent' }
  /** It did not end in all that time. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'ended'; readonly status: string };

/** When the change began: its first event; undefined while none is shown. @param events in any order */
export function beginningOf(events: readonly StackEvent[], token: string): Instant | undefined {
  const ours = events.filter((event) => event.token === token).map(({ at }) => at);
  return ours.length === 0 ? undefined : Math.min(...ours);
}

/**
 * What comes next. A change ends with the first event of its stack that settles it: by events alone, since a look at
 * the stack may lag and show how it was before.
 *
 * @param events those of the stack from the beginning of the change on, oldest first
 * @param status as the stack shows it
 */
export function awaitedStep(
  { since, begunAt }: AwaitedChange,
  { events, status, at }: { readonly events: readonly StackEvent[]; readonly status: string; readonly at: Instant },
): AwaitedStep {
  if (begunAt === undefined)
    return at - since >= BEGINS_WITHIN_MS ? { kind: 'absent' } : { kind: 'wait', until: since + BEGINS_WITHIN_MS };
  const still = classifyStatus(status) === 'inProgress';
  // rule: awaited-change-open
  const end = events.find(
    (event) =>
      isStackItself(event) &&
      event.at >= begunAt &&
      !['inProgress', 'review'].includes(classifyStatus(event.status)) &&
      // A roll-back may follow at once, or be switched off: only the stack itself tells which.
      !(event.status === 'UPDATE_FAILED' && still),
  );
  if (end !== undefined) return { kind: 'ended', status: end.status };
  const until = since + ENDS_WITHIN_MS;
  return at >= until ? { kind: 'endless' } : { kind: 'wait', until };
}
