import type { Instant, Milliseconds } from '../../clock.js';
import { duration } from '../../text/duration.js';
import { oneLine } from '../../text/plain.js';
import { groupRows, type GroupsShown } from './group-rows.js';
import type { GroupView } from './group-view.js';
import { asciiOf, glyphsOf, piece, rowWidth, type Look, type Row, type ScreenSize } from './appearance.js';
import type { RunView, StackView } from './run-view.js';
import { shortId, shortImage, shortName } from './short-names.js';
import { clockTime } from './situation.js';
import { stepsOf, stepsRow } from './run-steps.js';

/** So long a call that failed is shown. */
const RETRY_MS: Milliseconds = 10_000;

/**
 * What is on the screen at a moment, row by row: never more rows than fit above the cursor. Rows are cut where they are
 * drawn; what matters stands first.
 */
export function frameOf(view: RunView, at: Instant, { columns, rows }: ScreenSize, look: Look): readonly Row[] {
  const most = Math.max(1, rows - 1);
  const steps = stepsOf(view, at);
  const head = headRow(view, at, columns, look);
  const stepRows = steps.length === 0 ? [] : [stepsRow(steps, columns, look)];
  const place = placeRow(view, look);
  const rule: Row = [piece(glyphsOf(look).rule.repeat(columns), 'dim')];
  const notes = noteRows(view, at);
  // The fewer rows there are, the less stands around what is waited for.
  const around = most >= 12 ? [head, place, ...stepRows, rule] : most >= 6 ? [head, ...stepRows] : stepRows;
  const room = most - around.length - notes.length;
  return [...around, ...bodyRows(view, { at, columns, look }, room), ...notes].slice(0, most);
}

function bodyRows(view: RunView, here: Pick<GroupsShown, 'at' | 'columns' | 'look'>, room: number): readonly Row[] {
  const { groups, stackView, stack } = view;
  if (stackView !== undefined && stackView.endedAt === undefined)
    return stackRows(stackView, here.at, here.look).slice(0, room);
  if (groups.size > 0) return groupRows({ ...here, groups: [...groups.values()].filter(isPart), stack }, room);
  return view.doing === '' ? [] : [[piece(view.doing)]];
}

/** Groups that are named by notes alone, while sizes are kept, have nothing to show. */
function isPart({
  progress,
  wait,
  result,
}: {
  readonly progress?: unknown;
  readonly wait?: unknown;
  readonly result?: unknown;
}): boolean {
  return progress !== undefined || wait !== undefined || result !== undefined;
}

/** What changes into what, and how long it takes. */
function headRow(view: RunView, at: Instant, columns: number, look: Look): Row {
  const took = elapsed(view, at);
  const name = view.stack === '' ? groupsText(view) : view.stack;
  const ways = [changeText(view, look, (text) => text), changeText(view, look, shortImage), ''];
  const rows = ways.map((change): Row => {
    // What takes more room in ASCII has to be known here.
    const shown = look.unicode ? change : asciiOf(change);
    const left: Row = [piece(name, 'bold'), ...(shown === '' ? [] : [piece(`  ${shown}`)])];
    const gap = columns - rowWidth(left) - took.length;
    return [...left, piece(' '.repeat(Math.max(2, gap))), piece(took)];
  });
  return rows.find((row) => rowWidth(row) <= columns) ?? rows.at(-1) ?? [];
}

function groupsText({ groups }: RunView): string {
  const [first] = groups.keys();
  return groups.size === 1 ? (first ?? '') : groups.size === 0 ? '' : `${groups.size} groups`;
}

/** One change in full; of several the first, and how many more there are. */
function changeText({ change, groups }: RunView, look: Look, short: (text: string) => string): string {
  const { arrow } = glyphsOf(look);
  const [first] = change;
  if (first === undefined) return sameConfigurations([...groups.values()], arrow);
  const more = change.length > 1 ? ` and ${change.length - 1} more` : '';
  const text = (one: string): string => oneLine(short(one));
  return first.from === '' ? `${text(first.to)}${more}` : `${text(first.from)} ${arrow} ${text(first.to)}${more}`;
}

/** `lt-0953f…:1 → :2`, where that is the same for all groups. */
function sameConfigurations(groups: readonly GroupView[], arrow: string): string {
  const known = groups.flatMap(({ configurations }) => configurations ?? []);
  const [first] = known;
  if (first === undefined || known.some(({ from, to }) => from !== first.from || to !== first.to)) return '';
  // Replaced although they are what the group launches.
  if (first.from === first.to) return '';
  const [before, after] = [configuration(first.from), configuration(first.to)];
  return before.id === after.id
    ? `${before.id}${before.version} ${arrow} ${after.version}`
    : `${before.id}${before.version} ${arrow} ${after.id}${after.version}`;
}

/** `lt/lt-0953f10a2b3c4d5e6:2` as an id and its version. */
function configuration(text: string): { readonly id: string; readonly version: string } {
  const [, id = text, version = ''] = /^l[tc]\/(.+?)(:[^:]+)?$/.exec(text) ?? [];
  return { id: shortId(id), version };
}

/** `3m 12s, of about 3m 15s` */
function elapsed(view: RunView, at: Instant): string {
  const { startedAt = at, groups, plannedMs } = view;
  const ends = [...groups.values()].flatMap(({ progress }) =>
    progress?.expectedMs === undefined ? [] : [(progress.began ?? at) + progress.expectedMs],
  );
  const took = at - startedAt;
  // Before the groups begin, how long their stack takes is not known.
  const total = ends.length > 0 ? Math.max(...ends) - startedAt : undefined;
  if (total === undefined)
    return plannedMs === undefined ? duration(took) : `${duration(took)}, the groups take about ${duration(plannedMs)}`;
  return took <= total
    ? `${duration(took)}, of about ${duration(total)}`
    : `${duration(took)}, more than the expected ${duration(total)}`;
}

function placeRow({ region, account, run }: RunView, look: Look): Row {
  return [piece([region, account, `run ${run}`].join(` ${glyphsOf(look).separator} `), 'dim')];
}

/** What the stack is at: its resources in progress, since when, and how many are through. */
function stackRows(stack: StackView, at: Instant, look: Look): readonly Row[] {
  const { name, status, until, done } = stack;
  const all = [...stack.resources.values()];
  const going = all.filter((one) => one.status.endsWith('_IN_PROGRESS') && !one.isStack);
  const failed = all.filter((one) => one.status.endsWith('_FAILED'));
  const many = done === undefined ? '' : `, ${done.changes} of ${done.of} resources done`;
  const limit =
    until === undefined || until <= at
      ? ''
      : `  ${glyphsOf(look).separator}  gives up at ${clockTime(until)}, in ${duration(until - at)}, without news`;
  return [
    [
      piece(`${name}: `, 'bold'),
      piece(`${status}${many}`, status.includes('ROLLBACK') ? 'warning' : 'plain'),
      piece(limit, 'dim'),
    ],
    ...failed.map((one): Row => [piece(`  ${one.logicalId} ${one.status}`, 'bad')]),
    ...going.map((one): Row => {
      const what = one.status
        .replace(/_IN_PROGRESS$/, '')
        .toLowerCase()
        .replaceAll('_', ' ');
      return [
        piece(`  ${shortName(name, one.logicalId)} ${what} ${duration(at - one.since)}`),
        piece(`  ${one.type}`, 'dim'),
      ];
    }),
  ];
}

/** A signal that came, and a call that has to be sent again. */
function noteRows({ interrupted, retry }: RunView, at: Instant): readonly Row[] {
  return [
    ...(interrupted === undefined ? [] : [[piece(oneLine(interrupted), 'warning' as const)]]),
    ...(retry !== undefined && at - retry.at < RETRY_MS ? [[piece(oneLine(retry.text), 'dim')]] : []),
  ];
}
