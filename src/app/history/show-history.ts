import { listRuns, readRuns, type ReadRun } from '../../history/kept-runs.js';
import { changesOf } from '../../history/entry.js';
import { formerRun } from '../../history/former-run.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { badFlags, problem, usage } from '../../errors.js';
import type { HistoryChange, HistoryEntry } from '../../model/history-entry.js';
import { lineWriter } from '../../render/line-writer.js';
import { historyPage } from '../../render/documents/history-page.js';
import { withPlace } from '../../run/place.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { command, commandLine } from '../../text/commands/next-command.js';
import { timestamp } from '../../text/timestamp.js';
import { withLook } from '../inspect/read-only.js';
import { historyAsked } from './open-history.js';

export interface HistoryAsked extends CommonFlags {
  readonly stack: string;
  readonly limit?: string | undefined;
}

/** One run as `history` tells it. */
interface HistoryRow {
  readonly run: string;
  /** When it began, as ISO 8601. */
  readonly at: string;
  /** Why nobody can say more of it, as a clause; all that follows is absent then. */
  readonly unreadable?: string;
  readonly command?: string;
  /** Who ran it: the ARN of the identity. */
  readonly by?: string;
  readonly host?: string;
  readonly build?: string;
  readonly outcome?: HistoryEntry['outcome'];
  readonly exitCode?: number;
  readonly failure?: NonNullable<HistoryEntry['failure']>;
  readonly elapsedMs?: number;
  readonly groups?: HistoryEntry['groups'];
  /** Parameters that were others before it; never NoEcho ones. */
  readonly changes?: readonly HistoryChange[];
  /** Hashes of the template, before and after. */
  readonly template?: { readonly before?: string; readonly after?: string };
  /** What the instances ran, before and after. */
  readonly images?: { readonly before?: readonly string[]; readonly after?: readonly string[] };
  /** The run whose template and parameters this one gave back. */
  readonly to?: string;
}

/** The --json document of `history`. Fields are only ever added. */
export interface HistoryDocument extends Omit<CommandResult, 'stack' | 'groups'> {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  /** Where it is kept. */
  readonly history: string;
  /** Newest first. */
  readonly runs: readonly HistoryRow[];
  /** There are older ones. */
  readonly more: boolean;
}

/** Most runs that one page may have. */
const MOST = 1_000;

const FEW = 20;

/** `history`: the last runs on a stack, out of their store. Reads only. */
export async function showHistory(
  given: HistoryAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | HistoryDocument> {
  const limit = limitOf(given.limit);
  const address = historyAsked(given);
  if (address === undefined)
    throw usage('usage.history', problem('Say where runs are kept: --history s3://BUCKET/PREFIX.', 'history'), [
      command`ha-updater history --help`,
    ]);
  return withLook({ command: 'history', groups: [] }, given, surroundings, async ({ deps, place }, asked) => {
    const gateway = retrying(deps, QUICK);
    const { account, region } = await gateway.identity();
    const of = { address, place: { account, region, stack: asked.stack } };
    const { runs, more } = await listRuns(gateway, of, limit);
    const read = await readRuns(gateway, of, runs);
    const entries = read.flatMap(({ entry }) => (typeof entry === 'string' ? [] : [entry]));
    const last = entries.find(({ after }) => after !== undefined)?.after;
    const former = last === undefined ? undefined : formerRun(entries, last);
    const next = former === undefined ? [] : [command`ha-updater update-stack ${asked.stack} --to ${former.run}`];
    const document: HistoryDocument = {
      v: 1,
      command: 'history',
      outcome: 'shown',
      exitCode: 0,
      stack: asked.stack,
      account,
      region,
      history: address.shown,
      runs: read.map(rowOf),
      more,
      ...(next.length > 0 && {
        next: next.map((step) => commandLine(withPlace(step, { ...place, history: address.shown }))),
      }),
    };
    if (!surroundings.json) historyPage(document).forEach(lineWriter(surroundings.stdout));
    return document;
  });
}

function limitOf(text = String(FEW)): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST) throw badFlags([problem(`--limit takes a number from 1 to ${MOST}.`, 'limit')]);
  return limit;
}

function rowOf({ run, at, entry }: ReadRun): HistoryRow {
  if (typeof entry === 'string') return { run, at: timestamp(at), unreadable: entry };
  const { command, by, host, build, outcome, exitCode, failure, elapsedMs, groups, before, after, to } = entry;
  return {
    run,
    at: entry.at,
    command,
    by,
    ...(host !== undefined && { host }),
    ...(build !== undefined && { build }),
    outcome,
    exitCode,
    ...(failure !== undefined && { failure }),
    elapsedMs,
    groups,
    changes: changesOf(entry),
    template: bothOf(before?.template, after?.template),
    images: bothOf(before?.images, after?.images),
    ...(to !== undefined && { to }),
  };
}

function bothOf<T>(before: T | undefined, after: T | undefined): { readonly before?: T; readonly after?: T } {
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
