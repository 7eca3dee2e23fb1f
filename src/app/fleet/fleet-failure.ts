import { EXIT_OF, Failure, type FailureData } from '../../errors.js';
import { worstEnd } from '../../fleet/worst-end.js';
import type { FailureFacts, Outcome } from '../../model/event.js';
import { endWithError } from '../../run/end-with-error.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';

/** A target that a command could not do its work for. */
export interface Unseen {
  readonly target: string;
  readonly failure?: { readonly facts: FailureFacts; readonly end: Pick<CommandResult, 'outcome' | 'exitCode'> };
}

/** The end of a command that could not look at every target: that of the worst one; undefined when it could. */
export function endWithUnseen(
  command: string,
  all: readonly Unseen[],
  around: ProcessContext,
): CommandResult | undefined {
  const bad = all.flatMap(({ target, failure }) => (failure === undefined ? [] : [{ target, ...failure }]));
  const worst = worstEnd(bad.map(({ end }) => end));
  if (worst === undefined) return undefined;
  const facts: FailureData = {
    code: 'fleet.unknown',
    what: `${bad.length} of ${count(all.length, 'target')} could not be looked at.`,
    reasons: bad.map(({ target, facts: { code, what } }) => ({ code, text: `${target}: ${what}`, remedy: '' })),
    serves: 'Nothing was changed.',
    left: '',
    next: [],
  };
  return endWithError(new Failure(asOutcome(worst.outcome), facts), command, around);
}

/** Ends of commands that only look are no ends of failures. */
export function asOutcome(outcome: CommandResult['outcome']): Outcome {
  return Object.hasOwn(EXIT_OF, outcome) ? (outcome as Outcome) : 'bug';
}
