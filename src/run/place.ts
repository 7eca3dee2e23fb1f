import type { RunEvent } from '../model/event.js';
import { flagsOf, withWords, type NextCommand } from '../text/commands/next-command.js';
import { placeWords, quote } from '../text/shell-quote.js';

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

const SERVICES = 'autoscaling|cloudformation|cloudwatch|ec2|eks|elasticbeanstalk|elb|elbv2|s3|ssm|sts';
const OURS = 'update-stack|update-asgs|plan|status|diagnose|restart|resume|rollback|unfreeze|cancel';

/** The operation of a command that stands in a sentence, as far as a flag or a quoted name follows it. */
const IN_TEXT = new RegExp(
  `\\b(aws (?:${SERVICES}) [a-z0-9-]+|ha-updater (?:${OURS}))(?= (?:--|'))((?:'[^']*'|[^'\\n])*)`,
  'g',
);

/** The same for commands in the middle of a remedy: the place stands right after the operation. */
export function placedInText(text: string, place: Place): string {
  return text.replace(
    IN_TEXT,
    (_whole, operation: string, rest: string) =>
      [operation, ...missing(flagsIn(rest), place).map(quote)].join(' ') + rest,
  );
}

/** Flags that stand in a text, without dashes; what is quoted is a value. */
function flagsIn(text: string): ReadonlySet<string> {
  return new Set([...text.replace(/'[^']*'/g, "''").matchAll(/ --([a-z][a-z0-9-]*)/g)].map(([, name = '']) => name));
}

/** The same in the remedies of reasons and findings. */
export function placedRemedies<T extends { readonly remedy: string }>(all: readonly T[], place: Place): readonly T[] {
  return all.map((one) => ({ ...one, remedy: placedInText(one.remedy, place) }));
}

/** The same in a warning. */
export function placedWarning(event: RunEvent, place: Place): RunEvent {
  if (event.type !== 'warning') return event;
  return { ...event, reason: { ...event.reason, remedy: placedInText(event.reason.remedy, place) } };
}
