import { flagsOf, withWords, type NextCommand } from '../text/commands/next-command.js';
import { asTold, type Remedy } from '../text/commands/remedy.js';
import { placeWords } from '../text/shell-quote.js';

/** Where a run works, for the commands that it prints. */
export interface Place {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Address of the strict lock, without secrets. */
  readonly lock?: string | undefined;
  /** Where the history is kept. */
  readonly history?: string | undefined;
}

/** Commands of ours that work under the lock. */
const LOCKING: ReadonlySet<string> = new Set([
  ...['update-stack', 'update-asgs', 'restart', 'resume', 'rollback', 'unfreeze', 'cancel'],
  ...['lock show', 'lock release'],
]);

/** Commands of ours that keep, or read, the history. */
const KEEPING: ReadonlySet<string> = new Set([
  'update-stack',
  'update-asgs',
  'restart',
  'resume',
  'rollback',
  'unfreeze',
  'cancel',
  'history',
]);

/** Programs that are told where they work. */
const PLACED: ReadonlySet<string> = new Set(['ha-updater', 'aws']);

/** A command with the region and profile of this run, so that it works in any shell. */
export function withPlace(step: NextCommand, place: Place): NextCommand {
  const flags = flagsOf(step);
  if (!PLACED.has(step.program) || flags.has('help')) return step;
  const locks = step.program === 'ha-updater' && LOCKING.has(step.operation) && !flags.has('lock');
  const lock = locks && place.lock !== undefined ? ['--lock', place.lock] : [];
  const keeps = step.program === 'ha-updater' && KEEPING.has(step.operation) && !flags.has('history');
  const history = keeps && place.history !== undefined ? ['--history', place.history] : [];
  return withWords(step, [...missing(flags, place), ...lock, ...history]);
}

/** What a command does not say of the place yet. */
function missing(flags: ReadonlySet<string>, { region, profile }: Place): readonly string[] {
  return placeWords({
    region: flags.has('region') ? undefined : region,
    profile: flags.has('profile') ? undefined : profile,
  });
}

/** The same for a command in the middle of a sentence: the place stands right after the operation. */
export function placedInSentence(step: NextCommand, place: Place): NextCommand {
  if (!PLACED.has(step.program)) return step;
  return { ...step, words: [...missing(flagsOf(step), place), ...step.words] };
}

/** Reasons, or findings, as they are told: the commands in their remedies say where this run works. */
export function toldAt<T extends { readonly remedy: Remedy }>(
  all: readonly T[],
  place: Place,
): readonly (Omit<T, 'remedy'> & { readonly remedy: string })[] {
  return all.map((one) => asTold(one, (step) => placedInSentence(step, place)));
}
