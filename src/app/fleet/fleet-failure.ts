import { EXIT_OF, Failure, type FailureData } from '../../errors.js';
import { worstEnd } from '../../fleet/worst-end.js';
import type { FailureFacts, Outcome } from '../../model/event.js';
import type { Reason } from '../../model/rollout/decision.js';
import { endWithError } from '../../run/end-with-error.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';
import { list } from '../../text/list.js';
import { withoutStop } from '../../text/sentence.js';

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
    reasons: sharedReasons(bad),
    serves: 'Nothing was changed.',
    left: '',
    next: [],
  };
  return endWithError(new Failure(asOutcome(worst.outcome), facts), command, around);
}

/** How many reasons of one target are told beside it. */
const MOST_REASONS = 3;

/** Why targets could not be looked at; those with the same reason stand together. */
export function sharedReasons(
  bad: readonly { readonly target: string; readonly facts: FailureFacts }[],
): readonly Reason[] {
  const sharing = new Map<string, { readonly code: string; readonly targets: string[] }>();
  for (const { target, facts } of bad) {
    const why = sayFacts(facts);
    const { targets = [] } = sharing.get(why) ?? {};
    sharing.set(why, { code: facts.code, targets: [...targets, target] });
  }
  return [...sharing].map(([why, { code, targets }]) => ({ code, text: `${list(targets, 5)}: ${why}`, remedy: '' }));
}

/** `2 parameters cannot be used: VpcId has no value; Subnets has no value.` */
function sayFacts({ what, reasons }: FailureFacts): string {
  if (reasons.every(({ headline }) => headline === true)) return what;
  const told = reasons.slice(0, MOST_REASONS).map(({ text }) => withoutStop(text));
  const more = reasons.length > MOST_REASONS ? [`and ${reasons.length - MOST_REASONS} more`] : [];
  return `${what.replace(/[.:]$/, '')}: ${[...told, ...more].join('; ')}.`;
}

/** Ends of commands that only look are no ends of failures. */
export function asOutcome(outcome: CommandResult['outcome']): Outcome {
  return Object.hasOwn(EXIT_OF, outcome) ? (outcome as Outcome) : 'bug';
}
