import type { FailureFacts, Outcome } from '../model/event.js';
import { END } from './describe.js';
import { oneLine } from '../text/plain.js';
import { sentence, under } from '../text/sentence.js';

/**
 * The last words of a failure, in the order in which somebody woken at night needs them: root cause,
 * what serves now, what is left behind, the exact next commands. Lines are never wrapped: commands and
 * ARNs have to survive being copied.
 */
export function failureBlock(outcome: Outcome, exitCode: number, facts: FailureFacts): readonly string[] {
  return [
    '',
    `${headword(outcome, facts)} (exit ${exitCode}): ${oneLine(facts.what)} [${facts.code}]`,
    ...facts.reasons
      .filter((reason) => !isWholeHeadline(facts, reason))
      .flatMap(({ code, group, text, remedy, evidence = [] }) => [
        `  - ${under(group, sentence(text))}` + `${remedy ? ` ${oneLine(remedy)}` : ''} [${code}]`,
        ...evidence.map((line) => `      ${oneLine(line)}`),
      ]),
    ...(facts.serves ? [`${untouched(outcome) ? '' : 'What serves now: '}${oneLine(facts.serves)}`] : []),
    ...(facts.left ? [`What is left behind: ${oneLine(facts.left)}`] : []),
    ...(facts.next.length > 0 ? ['Next:', ...facts.next.map((command) => `  ${command}`)] : []),
  ];
}

/** How the run ended, in capitals. Who answers no to a question is not refused anything. */
export function headword(outcome: Outcome, { code }: Pick<FailureFacts, 'code'>): string {
  return (code === 'run.declined' ? 'Left as it was' : END[outcome]).toUpperCase();
}

/** The only reason, told by the headline already and with nothing to add. */
function isWholeHeadline({ reasons }: FailureFacts, reason: FailureFacts['reasons'][number]): boolean {
  const { headline = false, remedy, evidence = [] } = reason;
  return headline && reasons.length === 1 && remedy === '' && evidence.length === 0;
}

/** Then nothing serves otherwise than before, and the sentence stands alone. */
export function untouched(outcome: Outcome): boolean {
  return outcome === 'usage' || outcome === 'refused';
}
