import { retrying, type RepeatableGateway } from '../../engine/retrying-gateway.js';
import { RETRY } from '../../engine/retry.js';
import { AwsFault } from '../../errors.js';
import { changesOf, stateOf } from '../../history/entry.js';
import { formerRun, sameState, type GoodRun } from '../../history/former-run.js';
import { listRuns, readRuns } from '../../history/kept-runs.js';
import type { HistoryEntry, StackState } from '../../model/history-entry.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { Run } from '../../run/run.js';
import { command, type NextCommand } from '../../text/commands/next-command.js';
import { faultText } from '../../text/fault-text.js';
import { list } from '../../text/list.js';
import { withoutStop } from '../../text/sentence.js';

/** Runs among which the one to go back to is looked for. */
const RUNS_READ = 20;

/** A few tries: nobody waits for minutes to be told what to type. */
const BRIEF = { ...RETRY, attempts: 3, longestWaitMs: 2_000 };

/** A sentence and no command: nobody knows the values here, and a form with gaps is nothing that can be run. */
const BY_HAND = 'To go back, give update-stack the parameters and the template that the stack had before.';

/** How to go back when no rollout is open any more. */
export interface WayBack {
  readonly reason: Reason;
  readonly next: readonly NextCommand[];
}

/**
 * How a stack without an open rollout goes back to what it was: by its history, where that is kept and knows, else by
 * hand. Reads only, and never fails: it is advice.
 */
export async function wayBackOf(run: Run, stack: string): Promise<WayBack> {
  const told = (remedy: string, next: readonly NextCommand[]): WayBack => ({
    reason: {
      code: 'rollback.nothing',
      text: `No rollout is open on the groups of stack ${stack}, so there is nothing to roll back.`,
      remedy,
    },
    next,
  });
  if (run.history === undefined)
    return told(
      `${BY_HAND} With --history s3://BUCKET/PREFIX each run keeps them, and this command says which run to go back to.`,
      [],
    );
  try {
    const found = await known(run, stack);
    const history = command`ha-updater history ${stack}`;
    if ('run' in found)
      return told(
        `Run ${found.run.run} of ${found.run.at} left ${found.differs}: give the stack that again, as any change.`,
        [command`ha-updater update-stack ${stack} --to ${found.run.run}`, history],
      );
    return told(`${found.why} ${BY_HAND}`, [...(found.command === undefined ? [] : [found.command]), history]);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return told(
      `The history ${run.history.address.shown} could not be read: ${withoutStop(faultText(error))}. ${BY_HAND}`,
      [],
    );
  }
}

type Known =
  { readonly run: GoodRun; readonly differs: string } | { readonly why: string; readonly command?: NextCommand };

/** What the history knows of it. @throws AwsFault */
async function known({ deps, history, identity }: Run, stack: string): Promise<Known> {
  const gateway = retrying(deps, BRIEF);
  const { account, region } = identity;
  const now = await stateNow(gateway, stack);
  if (history === undefined || now === undefined) return { why: 'There is no such stack.' };
  const of = { address: history.address, place: { account, region, stack } };
  const read = await readRuns(gateway, of, (await listRuns(gateway, of, RUNS_READ)).runs);
  const entries = read.flatMap(({ entry }) => (typeof entry === 'string' ? [] : [entry]));
  const former = formerRun(entries, now);
  if (former !== undefined) return { run: former, differs: differenceOf(former.after, now) };
  const command = commandBefore(entries, now, stack);
  return {
    why: `None of the last ${RUNS_READ} runs in ${history.address.shown} came to a good end with anything else.`,
    ...(command !== undefined && { command }),
  };
}

async function stateNow(gateway: RepeatableGateway, name: string): Promise<StackState | undefined> {
  const stack = await gateway.describeStack(name);
  if (stack === undefined) return undefined;
  const template = await gateway.stackTemplate(stack.id);
  return stateOf(stack, { template, images: undefined }, () => false);
}

/** What the stack would have again, as a clause. */
function differenceOf(former: StackState, now: StackState): string {
  const values = changesOf({ before: now, after: former }).map(
    ({ key, before = 'nothing', after = 'nothing' }) => `${key}=${after} (now ${before})`,
  );
  const known = former.template !== undefined && now.template !== undefined;
  const template = known && former.template !== now.template ? ['another template'] : [];
  return list([...values, ...template], 5);
}

/** The first run that was kept knows what was before it: parameters, where the template stayed. */
function commandBefore(entries: readonly HistoryEntry[], now: StackState, stack: string): NextCommand | undefined {
  const first = entries.findLast(({ before, after }) => before !== undefined && after !== undefined);
  if (first?.before === undefined || first.after === undefined || !sameState(first.after, now)) return undefined;
  if (first.before.template === undefined || first.before.template !== now.template) return undefined;
  const back = changesOf(first).flatMap(({ key, before }) => (before === undefined ? [] : [`${key}=${before}`]));
  return back.length === 0 ? undefined : command`ha-updater update-stack ${stack} ${back}`;
}
