import type { Instant, Milliseconds } from '../../clock.js';
import type { Reason, Seen } from '../../model/rollout/decision.js';
import { seconds } from '../../text/duration.js';
import { timestamp } from '../../text/timestamp.js';

/** A look that comes later than planned by less than this is no gap: AWS answers slowly now and then. */
const LEAST_GAP_MS: Milliseconds = 15_000;

/**
 * The gaps with one more, if this look came so much later than it was planned that nobody can say what was meanwhile:
 * the process or the machine stood still, or AWS did not answer. The planned pause itself is no gap.
 */
export function withGap(
  { unseen, lastLookAt, lookAgainAt = 0 }: Pick<Seen, 'unseen' | 'lastLookAt' | 'lookAgainAt'>,
  at: Instant,
  pollMs: Milliseconds,
): Seen['unseen'] {
  const ms = at - Math.max(lastLookAt + pollMs, lookAgainAt);
  return ms > Math.max(LEAST_GAP_MS, 2 * pollMs) ? [...unseen, { until: at, ms }] : unseen;
}

/**
 * When a time limit ends that began then: what nobody saw is nobody's time, so the gaps since do not count. Whoever
 * sleeps through a limit gets it whole, and not the instances the blame.
 */
export function limitFrom({ unseen }: Pick<Seen, 'unseen'>, began: Instant, limit: Milliseconds): Instant {
  // rule: unseen-counts
  const lost = unseen.reduce((sum, { until, ms }) => (until > began ? sum + Math.min(ms, until - began) : sum), 0);
  return began + limit + lost;
}

/**
 * What a person is told of a gap that this look ended; undefined when it ended none.
 * @param speed of the clock: in a rehearsal that runs faster a moment of the machine is a long time
 */
export function gapWarning(
  { unseen, lastLookAt }: Pick<Seen, 'unseen' | 'lastLookAt'>,
  speed: number,
): Reason | undefined {
  const last = unseen.at(-1);
  if (last?.until !== lastLookAt || last.ms <= LEAST_GAP_MS * speed) return undefined;
  const at = timestamp(last.until);
  return {
    code: 'run.unseen',
    text:
      `this run did not look at its groups for ${seconds(last.ms)}, until ${at}: its process or its machine stood ` +
      'still, or AWS did not answer',
    remedy: 'That time counts for no limit. What was in service is proven anew where the gap was long.',
  };
}
