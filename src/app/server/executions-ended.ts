import type { Clock, Instant, Milliseconds } from '../../clock.js';
import type { Gateway } from '../../engine/gateway.js';
import { AwsFault } from '../../errors.js';
import type { ExecutionEnd } from '../../model/execution.js';
import type { Lease } from '../../model/rollout/record.js';

/** Between two questions of one execution. */
const AGAIN_MS: Milliseconds = 10_000;

/**
 * A look that was begun when somebody stopped the execution, or its time was over, may go on for as long as a call of
 * the function may take (`Timeout` in templates/server.yaml).
 */
const LAST_LOOK_MS: Milliseconds = 240_000;

/** Who takes a rollout look by look, as its lease names it: `lambda:FUNCTION:VERSION`. */
const HOST = /^lambda:([\w-]+):(\d+|\$LATEST)$/;

interface Asked {
  readonly askedAt: Instant;
  end: ExecutionEnd | undefined;
}

/**
 * Whether executions that hold leases are known to have ended, as Lambda says. The question is asked beside the looks,
 * so its answer shows at a later one; without an answer, or the right to ask, nobody is taken for gone.
 */
export function executionsEnded(
  gateway: Pick<Gateway, 'endOfExecution'>,
  clock: Pick<Clock, 'now'>,
): (lease: Pick<Lease, 'run' | 'host'>) => boolean {
  const known = new Map<string, Asked>();
  let mayAsk = true;
  return ({ run, host }) => {
    const [, functionName, version] = HOST.exec(host) ?? [];
    if (functionName === undefined || version === undefined) return false;
    const now = clock.now();
    const before = known.get(`${host} ${run}`);
    if (before?.end !== undefined) return isOver(before.end, now);
    if (mayAsk && (before === undefined || now - before.askedAt >= AGAIN_MS)) {
      const asked: Asked = { askedAt: now, end: undefined };
      known.set(`${host} ${run}`, asked);
      gateway.endOfExecution({ functionName, version, run }).then(
        (end) => void (asked.end = end),
        (error: unknown) => void (mayAsk = !(error instanceof AwsFault && error.kind === 'denied')),
      );
    }
    return false;
  };
}

function isOver({ status, endedAt = Infinity }: ExecutionEnd, now: Instant): boolean {
  const byItself = status === 'SUCCEEDED' || status === 'FAILED';
  // rule: ended-execution-looks-no-more
  if (!byItself && now - endedAt < LAST_LOOK_MS) return false;
  return true;
}
