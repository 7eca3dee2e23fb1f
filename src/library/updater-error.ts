import type { ExitCode } from '../errors.js';
import type { FailureFacts, Outcome } from '../model/event.js';
import type { CommandResult } from '../run/process-context.js';

/**
 * Why a call did not end well: what a command would say in its last words, and the exit code that it would end with.
 * `exitCode` tells the state of the world, `code` the cause; both are listed in docs/EXIT-CODES.md and docs/CODES.md.
 */
export class UpdaterError extends Error {
  override readonly name = 'UpdaterError';
  /** Stable dotted code of the cause, such as `swap.rolledBack`. */
  readonly code: string;
  /** What the command would have exited with; never 0. */
  readonly exitCode: ExitCode;
  /** How it ended: the state of the world. */
  readonly outcome: Outcome;
  /** What happened, every reason, what serves now, what is left behind, and the commands that help. */
  readonly facts: FailureFacts;
  /** The whole ending, as `--json` would print it; undefined when the call never became a run. */
  readonly result: CommandResult | undefined;

  constructor(
    { outcome, exitCode, facts }: Pick<UpdaterError, 'outcome' | 'exitCode' | 'facts'>,
    options?: { readonly result?: CommandResult; readonly cause?: unknown },
  ) {
    super(facts.what, options);
    this.code = facts.code;
    this.exitCode = exitCode;
    this.outcome = outcome;
    this.facts = facts;
    this.result = options?.result;
  }
}
