import type { HistoryChange } from '../../model/history-entry.js';
import { count } from '../../text/count.js';
import { duration } from '../../text/duration.js';
import { list } from '../../text/list.js';
import { oneLine } from '../../text/plain.js';
import { table } from './table.js';

/** What the page shows; `app/history/show-history` makes it. */
interface HistoryOnPage {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly history: string;
  readonly runs: readonly RunOnPage[];
  readonly more: boolean;
  readonly next?: readonly string[];
}

interface RunOnPage {
  readonly run: string;
  readonly at: string;
  readonly unreadable?: string;
  readonly command?: string;
  readonly by?: string;
  readonly build?: string;
  readonly outcome?: string;
  readonly exitCode?: number;
  readonly failure?: { readonly code: string; readonly what: string };
  readonly elapsedMs?: number;
  readonly changes?: readonly HistoryChange[];
  readonly template?: Sides<string>;
  readonly images?: Sides<readonly string[]>;
  readonly to?: string;
}

interface Sides<T> {
  readonly before?: T;
  readonly after?: T;
}

/** Changed values that a line names before it counts the rest, and how much of each. */
const NAMED = { values: 4, text: 60, hash: 8 } as const;

/** One row for each run, newest first, and below it what it changed and why it did not end well. */
export function historyPage(page: HistoryOnPage): readonly string[] {
  const { stack, account, region, history, runs, more, next = [] } = page;
  const head = `${count(runs.length, 'run')} of stack ${stack} in ${region}, account ${account}, kept in ${history}`;
  if (runs.length === 0) return [head];
  const rows = table([['RUN', 'BEGAN', 'COMMAND', 'ENDED', 'TOOK', 'BY'], ...runs.map(cells)]);
  const [titles = '', ...lines] = rows;
  return [
    head,
    '',
    titles,
    ...lines.flatMap((line, index) => [line, ...detailsOf(runs[index]).map((detail) => `  ${oneLine(detail)}`)]),
    ...(more ? ['and older ones; --limit shows more of them'] : []),
    ...(next.length > 0 ? ['', 'The last good one before the newest is given back by:'] : []),
    ...next.map((line) => `  ${line}`),
  ];
}

function cells({
  run,
  at,
  unreadable,
  command = '',
  outcome = '',
  exitCode,
  elapsedMs = 0,
  by = '',
  build,
}: RunOnPage) {
  if (unreadable !== undefined) return [run, at, '?', '?', '?', `its entry cannot be read: ${unreadable}`];
  const ended = exitCode === 0 || exitCode === undefined ? outcome : `${outcome} (${exitCode})`;
  return [
    run,
    at,
    command,
    ended,
    duration(elapsedMs),
    [personOf(by), ...(build === undefined ? [] : [build])].join(', '),
  ];
}

/** `deploy/42` of the ARN of a role that was assumed, `ann` of a user's. */
function personOf(arn: string): string {
  return /:(?:assumed-role|user|federated-user)\/(.+)$/.exec(arn)?.[1] ?? arn;
}

function detailsOf(run: RunOnPage | undefined): readonly string[] {
  if (run === undefined) return [];
  const { to, changes = [], template = {}, images = {}, failure } = run;
  const changed = [
    ...changes.map(({ key, before, after }) => `${key} ${moved(before, after)}`),
    ...(template.before !== undefined && template.after !== undefined && template.before !== template.after
      ? [`template ${moved(template.before.slice(0, NAMED.hash), template.after.slice(0, NAMED.hash))}`]
      : []),
    ...imagesOf(images),
  ];
  return [
    ...(to === undefined ? [] : [`back to ${to}`]),
    ...(changed.length === 0 ? [] : [list(changed, NAMED.values)]),
    ...(failure === undefined ? [] : [`${failure.what} [${failure.code}]`]),
  ];
}

function imagesOf({ before, after }: Sides<readonly string[]>): readonly string[] {
  if (after === undefined || after.length === 0) return [];
  const [was, is] = [before?.join(' ') ?? '', after.join(' ')];
  return was === '' ? [`image ${is}`] : was === is ? [] : [`image ${moved(was, is)}`];
}

function moved(before: string | undefined, after: string | undefined): string {
  return `${shown(before)} → ${shown(after)}`;
}

function shown(value: string | undefined): string {
  if (value === undefined) return 'none';
  if (value === '') return "''";
  return value.length <= NAMED.text ? value : `${value.slice(0, NAMED.text - 1)}…`;
}
