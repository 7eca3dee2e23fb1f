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

/** What Lambda says of executions that hold leases. */
export interface ExecutionsEnded {
  /**
   * Whether it is known to have ended. What is not known is asked for beside, so the answer shows at a later look;
   * without an answer, or the right to ask, nobody is taken for gone.
   */
  readonly hasEnded: (lease: Holder) => boolean;
  /** Asks for it now, unless that was done right before, and waits for the answer. Never rejects. */
  readonly ask: (lease: Holder) => Promise<void>;
}

type Holder = Pick<Lease, 'run' | 'host'>;

/** Makes what asks Lambda for executions that hold leases. */
export function executionsEnded(gateway: Pick<Gateway, 'endOfExecution'>, clock: Pick<Clock, 'now'>): ExecutionsEnded {
  const known = new Map<string, Asked>();
  let mayAsk = true;
  const ask: ExecutionsEnded['ask'] = async ({ run, host }) => {
    const [, functionName, version] = HOST.exec(host) ?? [];
    if (functionName === undefined || version === undefined || !mayAsk) return;
    const before = known.get(`${host} ${run}`);
    const askedAt = clock.now();
    if (before?.end !== undefined || (before !== undefined && askedAt - before.askedAt < AGAIN_MS)) return;
    const asked: Asked = { askedAt, end: undefined };
    known.set(`${host} ${run}`, asked);
    try {
      asked.end = await gateway.endOfExecution({ functionName, version, run });
    } catch (error) {
      mayAsk = !(error instanceof AwsFault && error.kind === 'denied');
    }
  };
  return {
    ask,
    hasEnded: (lease) => {
      const end = known.get(`${lease.host} ${lease.run}`)?.end;
      if (end === undefined) void ask(lease);
      return end !== undefined && isOver(end, clock.now());
    },
  };
}

function isOver({ status, endedAt = Infinity }: ExecutionEnd, now: Instant): boolean {
  const byItself = status === 'SUCCEEDED' || status === 'FAILED';
  // rule: ended-execution-looks-no-more
  if (!byItself && now - endedAt < LAST_LOOK_MS) return false;
  return true;
}
