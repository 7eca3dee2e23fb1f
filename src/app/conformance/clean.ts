import { patient } from '../../conformance/aws.js';
import { deleteStack, findStacks, type FoundStack } from '../../conformance/stack.js';
import { command } from '../../text/commands/next-command.js';
import { EXIT, Failure, refused } from '../../errors.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';
import { timestamp } from '../../text/timestamp.js';
import type { ConformancePlace } from './conformance-order.js';

/** The --json document of `conformance --clean`. */
export interface CleanDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  /** Names of the stacks that were deleted. */
  readonly deleted: readonly string[];
}

/**
 * Deletes what runs of conformance have left in this account and region, found by the beginning of the names of their
 * stacks and by their tag.
 * @throws Failure `stopped` when a stack could not be deleted
 */
export async function clean(
  place: ConformancePlace,
  { yes }: { readonly yes?: boolean | undefined },
  { ask }: Pick<ProcessContext, 'ask'>,
): Promise<CleanDocument> {
  const { clock, say, account } = place;
  const aws = patient(place.aws, clock);
  const found = await findStacks(aws);
  for (const stack of found) say(tell(stack, clock.now()));
  if (found.length === 0) say(`No run of conformance has left anything in account ${account}, region ${place.region}.`);
  else if (
    yes !== true &&
    (await ask?.(`Delete ${count(found.length, 'stack')}?`, new AbortController().signal)) !== true
  )
    throw refused('run.declined', 'No stack was deleted.', []);
  const deleted: string[] = [];
  for (const { id, name } of found) {
    const left = await deleteStack(aws, id, clock);
    if (left !== undefined) throw notCleaned(name, left, account);
    say(`Stack ${name} is gone.`);
    deleted.push(name);
  }
  return {
    v: 1,
    command: 'conformance',
    outcome: deleted.length > 0 ? 'undone' : 'nothing',
    exitCode: EXIT.done,
    deleted,
  };
}

function tell({ name, status, createdAt, until }: FoundStack, now: number): string {
  const live = until !== undefined && until > now ? ` Its run may be at work until ${timestamp(until)}.` : '';
  return `Stack ${name} is ${status}, made at ${timestamp(createdAt)}.${live}`;
}

/** A stack that is left costs money. */
export function notCleaned(stack: string, status: string, account: string): Failure {
  return new Failure('stopped', {
    code: 'conformance.notCleaned',
    what: `Stack ${stack} could not be deleted: ${status}`,
    reasons: [],
    serves: 'No group of yours was touched.',
    left: `Stack ${stack} with what is in it, which costs money until it is gone.`,
    next: [command`ha-updater conformance --clean --accounts ${account}`],
  });
}
