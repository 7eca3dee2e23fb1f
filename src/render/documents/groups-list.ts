import type { Size } from '../../model/rollout/group.js';
import type { Stream } from '../line-writer.js';
import { count } from '../../text/count.js';
import { oneLine } from '../../text/plain.js';
import { timestamp } from '../../text/timestamp.js';
import { table } from './table.js';

/** What the page shows; `app/inspect/list-groups` makes it. */
interface ListOnPage {
  readonly account: string;
  readonly region: string;
  readonly at: number;
  /** Worst first. */
  readonly groups: readonly {
    readonly name: string;
    readonly stack?: string;
    readonly size: Size;
    readonly inService: number;
    readonly says: string;
    readonly next: string;
  }[];
  readonly stacks: readonly unknown[];
  readonly remarks: readonly string[];
}

/** Lines around the rows of groups that a screen has to hold as well. */
const AROUND = 7;

/** Rows that even the lowest screen gets. */
const FEWEST = 5;

/** One row for each group, worst first; on a terminal as many as its screen holds, each cut at its edge. */
export function listPage(
  page: ListOnPage,
  { isTTY, rows, columns }: Pick<Stream, 'isTTY' | 'rows' | 'columns'>,
): readonly string[] {
  const { account, region, at, groups, stacks, remarks } = page;
  const many = `${count(groups.length, 'group')}, ${count(stacks.length, 'stack')}`;
  const head = `${many} in ${region}, account ${account}, seen ${timestamp(at)}`;
  if (groups.length === 0) return [head, ...remarks];
  const most = isTTY === true ? Math.max(FEWEST, (rows ?? 24) - AROUND) : groups.length;
  const shown = groups.slice(0, most);
  const body = table([
    ['GROUP', 'STACK', 'IN SERVICE', 'WHAT MATTERS'],
    ...shown.map(({ name, stack = '-', inService, size, says }) => [
      name,
      stack,
      `${inService} of ${size.desired}`,
      says,
    ]),
  ]);
  const width = isTTY === true ? (columns ?? 80) : Infinity;
  const more = groups.length - shown.length;
  return [
    head,
    '',
    ...body.map((line) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`)),
    ...(more > 0 ? [`and ${more} more, none of them worse; a pipe or --json has them all`] : []),
    ...remarks.map((remark) => `! ${oneLine(remark)}`),
    '',
    `More of the first one: ${groups[0]?.next ?? ''}`,
  ];
}
