import { command, type NextCommand } from '../../text/commands/next-command.js';
import type { Instant, Milliseconds } from '../../clock.js';
import type { Deps } from '../../engine/deps.js';
import { pause } from '../../engine/retry.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault, EXIT_OF, Failure } from '../../errors.js';
import { handedOverTo, type ExecutionEnd, type StartedExecution } from '../../model/execution.js';
import type { Outcome, RunEvent, Stamped } from '../../model/event.js';
import type { CommandResult } from '../../run/process-context.js';
import { faultText } from '../../text/fault-text.js';
import type { Reason } from '../../model/rollout/decision.js';
import { TROUBLE, type LogTroubles } from './log-troubles.js';
import { eventOrder, type EventOrder } from './event-order.js';
import type { LeaveOrCancel } from './leave-or-cancel.js';

/** What a follower works with. */
export interface Following {
  readonly started: StartedExecution;
  readonly command: string;
  readonly stack?: string | undefined;
  /** Its log group. */
  readonly log: string;
  readonly deps: Deps;
  /** Lines before are none of this execution. */
  readonly since: Instant;
  readonly show: (stamped: Stamped) => void;
  /** For people beside the run's own output. */
  readonly say: (text: string) => void;
  /** What calls that fail leave in the log besides events. */
  readonly troubles: LogTroubles;
  /** Tells people of one. */
  readonly warn: (reason: Reason) => void;
  /** One look of somebody who only watches, for want of the log. */
  readonly watchOnce: () => Promise<void>;
  readonly wish: Pick<LeaveOrCancel, 'left'>;
  /** Commands for a rollout that is followed no more, and for one whose execution is gone. */
  readonly ways: { readonly on: readonly NextCommand[]; readonly back: readonly NextCommand[] };
}

/** Between two reads of the log. CloudWatch Logs takes some reads a second of an account; others read too. */
const POLL_MS: Milliseconds = 3_000;
/** Between two questions how the execution stands. */
const ASK_MS: Milliseconds = 15_000;
/** How late the last lines of an execution that has ended may come. */
const DRAIN_MS: Milliseconds = 30_000;
/** How late a line may come behind one with a later time. */
const OVERLAP_MS: Milliseconds = 60_000;

type Finished = Stamped & { readonly event: Extract<RunEvent, { readonly type: 'run.finished' }> };

/**
 * Follows an execution to its end: what its function has told is shown as a run in this process shows it. Without the
 * right to read its log, what anybody sees who watches.
 *
 * @throws Failure `held` when it is followed no longer, `stopped` when the execution ended before its run
 */
export async function followExecution(following: Following): Promise<CommandResult> {
  const { deps, started, wish, show } = following;
  const gateway = retrying(deps);
  const order = eventOrder(started.name);
  const read = logReader(following, order);
  let end: { readonly how: ExecutionEnd; readonly seenAt: Instant } | undefined;
  let { arn } = started;
  let askAt = deps.clock.now();
  let told: Instant | undefined;
  for (;;) {
    const events = await read();
    events?.forEach(show);
    told = await lookForTroubles(following, events, told);
    const finished = events?.find((one): one is Finished => one.event.type === 'run.finished');
    if (finished !== undefined) return resultBy(following, finished);
    const now = deps.clock.now();
    if (end === undefined && (events === undefined || now >= askAt)) {
      const how = await gateway.execution(arn);
      const next = how === undefined ? undefined : handedOverTo(how);
      askAt = next === undefined ? now + ASK_MS : now;
      arn = next ?? arn;
      if (next === undefined && how?.status !== 'RUNNING') end = { how: how ?? { status: 'DELETED' }, seenAt: now };
    }
    if (end !== undefined && (events === undefined || now - end.seenAt >= DRAIN_MS))
      return endedBy(following, end.how, order.last());
    const left = wish.left();
    if (left !== undefined) throw followsNoLonger(following, left);
    await pause(deps, POLL_MS);
  }
}

/**
 * Says why events do not come, as far as the log does; that it cannot be read is said where events are read.
 * @param before when events came last
 * @returns when they have come last now
 */
async function lookForTroubles(
  { deps, log, since, troubles, warn }: Following,
  events: readonly Stamped[] | undefined,
  before: Instant | undefined,
): Promise<Instant | undefined> {
  if (events === undefined) return before;
  const now = deps.clock.now();
  const told = events.length > 0 ? now : before;
  if (troubles.isDue(now, told)) {
    const from = Math.max(since, (told ?? since) - OVERLAP_MS);
    const lines = await retrying(deps)
      .logLines({ group: log, from, pattern: TROUBLE })
      .catch((error: unknown) => {
        if (error instanceof AwsFault) return [];
        throw error;
      });
    troubles.take(lines).forEach(warn);
  }
  const silence = troubles.silence(now, told);
  if (silence !== undefined) warn(silence);
  return told;
}

/** Reads what is new; undefined once the log cannot be read, where it is watched instead. */
function logReader(
  { deps, log, started, since, say, watchOnce }: Following,
  order: EventOrder,
): () => Promise<readonly Stamped[] | undefined> {
  let unreadable = false;
  return async () => {
    if (!unreadable)
      try {
        const from = (order.newest() ?? since) - OVERLAP_MS;
        const pattern = `{ $.run = "${started.name}" }`;
        return order.take(await retrying(deps).logLines({ group: log, from, pattern }), deps.clock.now());
      } catch (error) {
        if (!(error instanceof AwsFault) || (error.kind !== 'denied' && error.kind !== 'missing')) throw error;
        unreadable = true;
        say(
          `The log ${log} cannot be read (${faultText(error)}), so what the run tells is not shown: ` +
            'this command shows what ha-updater watch shows.',
        );
      }
    await watchOnce();
    return undefined;
  };
}

/** The document of the run, by its last event. */
function resultBy({ command, stack, started }: Following, { event, run }: Finished): CommandResult {
  const { outcome, exitCode, results, failure, next, elapsedMs } = event;
  return {
    v: 1,
    command,
    outcome,
    exitCode: exitCode as CommandResult['exitCode'],
    run,
    execution: started.arn,
    ...(stack !== undefined && { stack }),
    groups: results,
    ...(next !== undefined && { next }),
    ...(failure !== undefined && { failure }),
    elapsedMs,
  };
}

/** The execution has ended and its log does not say how the run did: its result does, or it has none. */
function endedBy(following: Following, how: ExecutionEnd, last: number): CommandResult {
  const { started, deps, show } = following;
  const result = how.status === 'SUCCEEDED' ? documentIn(how.result ?? '') : undefined;
  if (result === undefined) throw endedBefore(following, how);
  const { outcome, groups = [], failure, next, elapsedMs = 0 } = result;
  const exitCode = EXIT_OF[outcome as Outcome];
  const event: RunEvent = {
    type: 'run.finished',
    outcome: outcome as Outcome,
    exitCode,
    results: groups,
    ...(failure !== undefined && { failure }),
    ...(next !== undefined && { next }),
    elapsedMs,
  };
  show({ v: 1, seq: last + 1, at: deps.clock.now(), run: started.name, event });
  return { ...result, execution: started.arn };
}

/** A result that is a document of this tool; undefined for anything else. */
function documentIn(text: string): CommandResult | undefined {
  try {
    const read = JSON.parse(text) as Partial<CommandResult> | null;
    const known = typeof read?.outcome === 'string' && Object.hasOwn(EXIT_OF, read.outcome);
    return read?.v === 1 && known ? (read as CommandResult) : undefined;
  } catch {
    return undefined;
  }
}

function endedBefore({ started, ways, troubles }: Following, { status, error }: ExecutionEnd): Failure {
  return new Failure('stopped', {
    code: 'server.ended',
    what:
      `Execution ${started.name} ended before its run did: Lambda says ${status}` +
      (error === undefined ? '.' : ` (${error}).`),
    reasons: troubles.all(),
    serves: 'What served at its last look.',
    left: 'The rollout as it stands, with its record on the groups; no run continues it by itself.',
    next: ways.back,
  });
}

function followsNoLonger({ started, ways }: Following, why: string): Failure {
  return new Failure('held', {
    code: 'server.left',
    what: `${why} came, and this command follows execution ${started.name} no longer. The rollout goes on.`,
    reasons: [],
    serves: 'What the rollout says; this command changed nothing since it started it.',
    left: `Execution ${started.name}, which goes on to its end.`,
    next: ways.on,
  });
}

/** AWS did not answer this command for longer than its patience lasts. The rollout goes on without it. */
export function lostSight({ started, ways }: Following, fault: AwsFault): Failure {
  return new Failure('held', {
    code: 'server.left',
    what:
      `This command cannot follow execution ${started.name} any longer: ${faultText(fault)}. ` +
      'The rollout does not need it and goes on.',
    reasons: [],
    serves: 'What the rollout says; this command changed nothing since it started it.',
    left: `Execution ${started.name}, which goes on to its end.`,
    next: [command`ha-updater server status ${serverOf(started)}`, ...ways.on],
  });
}

/** Name of the function, which is that of its stack. */
function serverOf({ arn }: StartedExecution): string {
  return /:function:([^:]+):/.exec(arn)?.[1] ?? '';
}
