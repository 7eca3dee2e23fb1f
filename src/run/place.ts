import type { RunEvent } from '../model/event.js';
import { placeWords, quote, splitRemark } from '../text/shell-quote.js';

/** Where a run works, for the commands that it prints. */
export interface Place {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Address of the strict lock, without secrets. */
  readonly lock?: string | undefined;
}

/** Commands that work under the lock. */
const LOCKING = /^ha-updater (update-stack|update-asgs|restart|resume|rollback|unfreeze|cancel|lock \w+) /;

/** A command with the region and profile of this run, so that it works in any shell; a remark stays at the end. */
export function withPlace(command: string, place: Place): string {
  if (!/^(ha-updater|aws) /.test(command) || command.includes('--help')) return command;
  const { words, remark } = splitRemark(command);
  const flags = words.replace(/'[^']*'/g, "''");
  const lock = place.lock === undefined || !LOCKING.test(words) || / --lock[ =]/.test(flags) ? '' : place.lock;
  return (
    [words, ...missing(flags, place), ...(lock === '' ? [] : ['--lock', quote(lock)])].join(' ') +
    (remark === '' ? '' : `   # ${remark}`)
  );
}

/** What a command does not say of the place yet, quoted. */
function missing(command: string, { region, profile }: Place): readonly string[] {
  return placeWords({
    region: / --region[ =]/.test(command) ? undefined : region,
    profile: / --profile[ =]/.test(command) ? undefined : profile,
  }).map(quote);
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
      [operation, ...missing(rest.replace(/'[^']*'/g, "''"), place)].join(' ') + rest,
  );
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
