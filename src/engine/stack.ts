import type { Milliseconds } from '../clock.js';
import type { FollowTiming } from '../decide/stack-update.js';
import type { GivenParameter, LoadedTemplate } from '../model/template.js';
import type { Deps } from './deps.js';
import { follow } from './stack/follow.js';
import { verdict } from './stack/outcome.js';
import { prepare } from './stack/prepare.js';
import { start } from './stack/start.js';

export { stackGroups } from './stack/groups.js';

/** What a person asked of a stack, resolved. */
export interface StackOrder {
  /** Name or ARN, as the user said it. */
  readonly stack: string;
  readonly template: LoadedTemplate;
  readonly given: readonly GivenParameter[];
  /** Keys that take the template's default although the stack has a value. */
  readonly useDefault?: readonly string[];
  /** Given keys that the template does not declare are left out, with a warning. */
  readonly ignoreUnknown?: boolean;
  /** Absent: what the service says that the template needs. */
  readonly capabilities?: readonly string[];
  /** Request token of the run, `ha-updater-RUN`: every event of our change carries it. */
  readonly token: string;
  readonly timing: StackTiming;
  readonly onInterrupt: 'cancel' | 'leave';
}

export interface StackTiming extends FollowTiming {
  /** Shortest pause between two looks; it grows while nothing happens. */
  readonly pollMs: Milliseconds;
  /** Events without a token count when they are at most this much older than our change began, by the service's clock. */
  readonly lookBackMs: Milliseconds;
}

/** The seed's defaults: `--warmup-seconds`, `--action-timeout`, `--lenient-look-back`. */
export const STACK_TIMING: StackTiming = { warmupMs: 25_000, silenceMs: 300_000, pollMs: 2_000, lookBackMs: 5_000 };

export interface StackChange {
  readonly action: 'created' | 'updated' | 'unchanged';
  /** ARN. */
  readonly stackId: string;
}

/**
 * Creates the stack when there is none, otherwise updates it, and follows its events until it settles.
 * Answers only when CloudFormation succeeded: then, and only then, may the groups be touched.
 *
 * @throws Failure `usage` (parameters), `refused` (nothing was sent), `stackFailed` (settled otherwise),
 *   `stopped` (we follow no longer, CloudFormation may go on); AwsFault when a call before the start failed
 */
export async function changeStack(deps: Deps, order: StackOrder): Promise<StackChange> {
  const prepared = await prepare(deps, order);
  const started = await start(deps, order, prepared);
  if (started.kind === 'unchanged') {
    deps.emit({ type: 'stack.unchanged', stack: order.stack });
    return { action: 'unchanged', stackId: started.stackId };
  }
  const followed = await follow(deps, order, prepared, started);
  return verdict(order, prepared, followed);
}
