import { retrying, type RepeatableGateway } from '../../engine/retrying-gateway.js';
import type { RetryDeps, RetryLimits } from '../../engine/retry.js';
import { AwsFault, Failure } from '../../errors.js';
import { command, remarked } from '../../text/commands/next-command.js';
import { list } from '../../text/list.js';
import { nearest } from '../../text/nearest.js';
import { stackNameOf } from '../../model/stack/stack.js';

/** A hundred groups a page: in a region with more, the name that was meant may not be found. */
const MOST_PAGES = 10;

/** Where names are looked for. */
interface Looked {
  readonly deps: RetryDeps & {
    readonly gateway: RepeatableGateway;
    readonly interrupt: { readonly received?: unknown };
  };
  /** The stack that the command is about, as it was typed. */
  readonly stack?: string | undefined;
  /** One read is not worth more patience than this. */
  readonly limits: RetryLimits;
}

/**
 * The failure with the names that were probably meant, where it says that a stack or groups are not there. The groups
 * of the region are read once, and tell of which stacks they are: a stack without groups is never proposed. Whatever
 * keeps that from being read, such as a missing permission, leaves the failure as it is.
 *
 * @param error whatever was thrown
 */
export async function withNearestName(error: unknown, { deps, stack, limits }: Looked): Promise<unknown> {
  if (!(error instanceof Failure) || deps.interrupt.received !== undefined) return error;
  const ofStack = error.facts.code === 'stack.missing';
  const typed = (ofStack ? [stack ?? ''] : absentGroups(error)).filter((name) => name !== '' && !name.includes(':'));
  if (typed.length === 0) return error;
  try {
    const { groups } = await retrying(deps, limits).listGroups([], MOST_PAGES);
    const there = groups.flatMap(({ name, stackId }) =>
      !ofStack ? [name] : stackId === undefined ? [] : [stackNameOf(stackId)],
    );
    const meant = [...new Set(typed.flatMap((name) => nearest(name, there) ?? []))];
    return meant.length === 0 ? error : withHint(error, meant, ofStack);
  } catch (fault) {
    if (fault instanceof AwsFault) return error;
    throw fault;
  }
}

function absentGroups({ absent, facts }: Failure): readonly string[] {
  if (absent.length > 0) return absent;
  return facts.reasons.flatMap(({ code, group }) => (code === 'group.missing' && group !== undefined ? [group] : []));
}

function withHint(failure: Failure, meant: readonly string[], ofStack: boolean): Failure {
  const { facts } = failure;
  const words = ofStack ? meant.slice(0, 1) : meant.flatMap((name) => ['--asg', name]);
  const look = remarked(command`ha-updater status ${words}`, `shows ${list(meant, 3)}`);
  return new Failure(
    failure.outcome,
    { ...facts, what: `${facts.what} Did you mean ${list(meant, 3)}?`, next: [look, ...facts.next] },
    { cause: failure },
  );
}
