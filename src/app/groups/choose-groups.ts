import { chooses, type ChoiceFlags } from '../../config/target.js';
import { refused } from '../../errors.js';
import type { Reason } from '../../model/rollout/decision.js';
import { count } from '../../text/count.js';
import { list } from '../../text/list.js';
import { nearest } from '../../text/nearest.js';

/** A group that may be chosen. */
interface Candidate {
  readonly name: string;
  /** What the template of its stack calls it; absent without a stack. */
  readonly logicalId?: string;
}

/** The groups that a run is about, and those beside them that it leaves alone. */
export interface Choice {
  readonly groups: readonly string[];
  readonly leftOut: readonly string[];
}

/** More candidates than that are not listed one by one. */
const LISTED = 20;

/** What `--only` and `--except` leave of these groups, in their order. */
export function choiceOf(candidates: readonly Candidate[], { only = [], except = [] }: ChoiceFlags): Choice {
  const isMeant = (candidate: Candidate): boolean =>
    (only.length === 0 || only.some((word) => matches(candidate, word))) &&
    !except.some((word) => matches(candidate, word));
  return {
    groups: candidates.filter(isMeant).map(({ name }) => name),
    leftOut: candidates.filter((one) => !isMeant(one)).map(({ name }) => name),
  };
}

/**
 * The same, when every word has to mean some group and some group has to be left.
 *
 * @param place whose groups they are, for people: `Stack web`
 * @throws Failure `refused`
 */
export function chooseGroups(candidates: readonly Candidate[], flags: ChoiceFlags, place: string): Choice {
  const choice = choiceOf(candidates, flags);
  if (!chooses(flags)) return choice;
  for (const flag of ['only', 'except'] as const)
    for (const word of flags[flag] ?? [])
      if (!candidates.some((one) => matches(one, word))) throw unknown(candidates, flag, word, place);
  if (choice.groups.length > 0) return choice;
  throw refused(
    'target.empty',
    `${place} has ${count(candidates.length, 'group')}, and --only and --except ` +
      `${candidates.length === 1 ? 'leave it out' : 'leave out all of them'}: ${list(choice.leftOut, LISTED)}.`,
    [],
  );
}

/** A word is a logical id, a name, or with `*` the beginning of either. */
function matches({ name, logicalId }: Candidate, word: string): boolean {
  const names = logicalId === undefined ? [name] : [name, logicalId];
  return word.endsWith('*') ? names.some((one) => one.startsWith(word.slice(0, -1))) : names.includes(word);
}

function unknown(candidates: readonly Candidate[], flag: string, word: string, place: string): Error {
  const names = candidates.flatMap(({ name, logicalId }) => (logicalId === undefined ? [name] : [logicalId, name]));
  const meant = nearest(word.replace(/\*$/, ''), names);
  const reasons = candidates.slice(0, LISTED).map(({ name, logicalId }): Reason => ({
    code: 'target.candidate',
    group: name,
    text: logicalId === undefined || logicalId === name ? 'it may be named' : `it may be named, or as ${logicalId}`,
    remedy: '',
  }));
  return refused(
    'target.unknown',
    `${place} has no group ${word}, which --${flag} names.` +
      (meant === undefined ? '' : ` Did you mean ${meant}?`) +
      (candidates.length > LISTED ? ` It has ${candidates.length}; ${LISTED} of them are listed.` : ''),
    reasons,
  );
}
