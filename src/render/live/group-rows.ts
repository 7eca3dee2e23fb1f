import type { Instant } from '../../clock.js';
import type { Progress } from '../../model/rollout/decision.js';
import { isProving } from '../describe.js';
import { cellWidth, wrapWords } from './cells.js';
import { list } from '../../text/list.js';
import { barParts, drawBar, legend } from './bar.js';
import type { GroupView } from './group-view.js';
import { glyphsOf, piece, rowWidth, type Look, type Piece, type Row } from './appearance.js';
import { inOrder, shortNames } from './short-names.js';
import { deadlineOf, situationOf, type Situation } from './situation.js';

/** What the rows of groups are made of. */
export interface GroupsShown {
  readonly groups: readonly GroupView[];
  readonly stack: string;
  readonly at: Instant;
  readonly columns: number;
  readonly look: Look;
}

/** A group with what is said of it. */
interface Told {
  readonly group: GroupView;
  readonly name: string;
  readonly situation: Situation;
}

/** So many groups are shown with all that is known of each, where there is room. */
const DETAILED = 3;
const MOST_STATES = 4;
const BAR_CELLS = 16;
const SMALL_BAR_CELLS = 6;

/** The rows of all groups, at most so many: in detail, one row each, alike ones together, or counted. */
export function groupRows(shown: GroupsShown, most: number): readonly Row[] {
  const told = tell(shown);
  if (told.length === 0 || most <= 0) return [];
  if (told.length <= DETAILED) {
    const rows = told.flatMap((one) => detailed(one, shown, MOST_STATES));
    if (rows.length <= most) return rows;
    const brief = told.flatMap((one) => detailed(one, shown, 1));
    if (brief.length <= most) return brief;
  }
  const ends = deadlineRows(told, shown);
  const room = most - 1 - ends.length;
  const body = [folded(told, exactly), folded(told, ({ situation }) => situation.label)].find(
    (folds) => folds.length <= room,
  );
  const folds = body ?? folded(told, ({ situation }) => situation.label);
  const widest = Math.max(...folds.map((fold) => cellWidth(nameOf(fold))));
  const rows = folds.map((fold) => foldRow(fold, shown, widest));
  const fits = rows.length <= room ? rows : [...rows.slice(0, Math.max(0, room - 1)), moreRow(folds, room - 1)];
  return [headRow(told, shown), ...fits, ...ends].slice(0, most);
}

function tell({ groups, stack, at }: GroupsShown): readonly Told[] {
  const names = shortNames(
    stack,
    groups.map(({ name }) => name),
  );
  const open = groups.filter((group) => !isProven(group) && group.result === undefined);
  const order = new Map(inOrder(groups.map(({ name }) => name)).map((name, index) => [name, index]));
  return groups
    .map((group) => ({
      group,
      name: names.get(group.name) ?? group.name,
      situation: situationOf(
        group,
        stack,
        open.some((other) => other !== group),
        at,
      ),
    }))
    .sort(
      (a, b) => b.situation.rank - a.situation.rank || (order.get(a.group.name) ?? 0) - (order.get(b.group.name) ?? 0),
    );
}

/** Now, that is: where one falls out of service again it is waited for again. */
function isProven({ marks, progress, result }: GroupView): boolean {
  if (marks.promoted !== undefined || result?.outcome === 'skipped') return true;
  if (marks.proven === undefined || marks.rolledBack !== undefined || progress === undefined) return false;
  return progress.proven >= progress.needed;
}

/** One group with its numbers, what it waits for, and what happens when. */
function detailed({ group, name, situation }: Told, shown: GroupsShown, mostStates: number): readonly Row[] {
  const { columns, look, at } = shown;
  const { states, label, style } = situation;
  const head = [piece(name, 'bold'), ...numbers(group, shown)];
  const rest = states.length - mostStates;
  const waits: readonly Row[] =
    states.length > 0
      ? [
          ...states.slice(0, mostStates).map((one) => [piece(`  ${one.text}`, one.style)]),
          ...(rest > 0 ? [[piece(`  and ${rest} more`, 'dim')]] : []),
        ]
      : [[piece(`  ${label}`, style)]];
  return [head, ...waits, ...joined(deadlineOf(group, at), columns, look)];
}

/** Old and new, the new half as a bar with its legend, as much as fits beside the name. */
function numbers(group: GroupView, { look, columns }: GroupsShown): Row {
  const { progress } = group;
  if (progress === undefined) return [];
  if (progress.restart !== undefined) {
    const { restarted, out, of } = progress.restart;
    const text = `  ${restarted} of ${of} restarted, ${out} out of its balancers, ${progress.inService} in service`;
    return [piece(text)];
  }
  const old = oldText(group);
  if (!isProving(progress)) return [piece(halves(progress))];
  const parts = barParts(progress, glyphsOf(look));
  const bar = piece(drawBar(parts, BAR_CELLS), 'good');
  const long: Row = [piece(`${old}  new `), bar, piece('  '), ...legend(parts)];
  const short: Row = [piece(`${old}  new `), bar, piece(` ${progress.proven} of ${progress.needed} proven`)];
  return cellWidth(group.name) + rowWidth(long) <= columns ? long : short;
}

function oldText({ progress }: GroupView): string {
  if (progress === undefined || progress.old === 0) return '';
  const half = progress.serving?.by === 'unknown' ? undefined : progress.serving?.halves?.old;
  if (half === undefined) return `  old ${progress.old}`;
  return half.serve === half.of ? `  old ${half.of} in service` : `  old ${half.serve} of ${half.of} in service`;
}

/** Old and new when one half goes: `  old 2 draining  new 2`. */
function halves({ old, new: fresh, leaving, verdict }: Progress): string {
  const going = (present: number): string =>
    leaving === 0 ? `${present}` : present === 0 ? `${leaving} draining` : `${present} and ${leaving} draining`;
  return verdict === 'rollBack' ? `  old ${old}  new ${going(fresh)}` : `  old ${going(old)}  new ${fresh}`;
}

/** Pieces of one thought, in as few rows as they need. */
function joined(texts: readonly string[], columns: number, look: Look): readonly Row[] {
  const separator = `  ${glyphsOf(look).separator}  `;
  const rows: string[] = [];
  for (const text of texts) {
    const last = rows.at(-1);
    const longer = last === undefined ? undefined : `${last}${separator}${text}`;
    if (longer === undefined || cellWidth(longer) > columns) rows.push(...wrapWords(`  ${text}`, columns, 2));
    else rows[rows.length - 1] = longer;
  }
  return rows.map((text) => [piece(text, 'dim')]);
}

/** Groups of which the same is to be said. */
type Fold = readonly [Told, ...Told[]];

function folded(told: readonly Told[], alike: (one: Told) => string): readonly Fold[] {
  const folds = new Map<string, [Told, ...Told[]]>();
  for (const one of told) {
    const key = alike(one);
    const known = folds.get(key);
    if (known === undefined) folds.set(key, [one]);
    else known.push(one);
  }
  return [...folds.values()];
}

/** Alike in all that is shown of them. */
function exactly({ group: { progress }, situation: { label } }: Told): string {
  const counts = progress && [progress.old, progress.new, progress.leaving, progress.inService, progress.proven];
  return JSON.stringify([label, counts]);
}

function nameOf([first, ...more]: Fold): string {
  return more.length === 0 ? first.name : `${more.length + 1} groups`;
}

/** Several groups of which the same is said, or one. */
function foldRow(fold: Fold, { look }: GroupsShown, width: number): Row {
  const [{ group, situation }, ...more] = fold;
  const glyphs = glyphsOf(look);
  const ended = group.result !== undefined;
  const mark = !ended ? glyphs.now : situation.style === 'bad' ? glyphs.failed : glyphs.done;
  const name = nameOf(fold);
  const head: Piece[] = [
    piece(`${mark} `, ended ? situation.style : 'plain'),
    piece(name + ' '.repeat(Math.max(0, width - cellWidth(name)))),
  ];
  const counts = smallNumbers(fold, look);
  const names = more.length === 0 ? '' : `: ${list(fold.map(({ name: one }) => one))}`;
  return [...head, ...counts, piece(`  ${situation.label}`, situation.style), piece(names, 'dim')];
}

/** The numbers of one group, or of each where all have the same. */
function smallNumbers(fold: Fold, look: Look): Row {
  const [first, ...more] = fold;
  const { progress, result } = first.group;
  if (progress === undefined || result !== undefined) return [];
  if (more.some((one) => exactly(one) !== exactly(first))) return [];
  if (progress.restart !== undefined)
    return [piece(`  ${progress.restart.restarted} of ${progress.restart.of} restarted`)];
  const each = more.length === 0 ? '' : ' each';
  if (!isProving(progress)) return [piece(`${halves(progress)}${each}`)];
  const bar = drawBar(barParts(progress, glyphsOf(look)), SMALL_BAR_CELLS);
  return [piece(`  old ${progress.old} new ${progress.new} `), piece(bar, 'good'), piece(each)];
}

function moreRow(folds: readonly Fold[], shown: number): Row {
  const rest = folds.slice(Math.max(0, shown));
  const groups = rest.reduce((sum, fold) => sum + fold.length, 0);
  return [piece(`  and ${groups} more groups`, 'dim')];
}

/** `17 of 20 groups proven; waits for Api12 (unhealthy), Api16 (booting)` */
function headRow(told: readonly Told[], { columns, look }: GroupsShown): Row {
  const part = told.filter(({ group }) => group.result?.outcome !== 'skipped');
  const back = part.some(({ group }) => group.marks.rolledBack !== undefined);
  const judged = part.some(({ group }) => group.marks.promoted !== undefined);
  const through = part.filter(({ group }) => (back || judged ? group.result !== undefined : isProven(group)));
  const what = back ? 'rolled back' : judged ? 'done' : 'proven';
  const text = `${through.length} of ${part.length} groups ${what}`;
  const open = part.filter((one) => !through.includes(one));
  const said = `${text}${waitsFor(open, columns - cellWidth(text))}`;
  const { proven, serving, starting, missing } = glyphsOf(look);
  const explained = `   ${proven} proven  ${serving} in service  ${starting} starting  ${missing} to launch`;
  const proving = !back && !judged && cellWidth(said) + cellWidth(explained) <= columns;
  return [piece(said, 'bold'), ...(proving ? [piece(explained, 'dim')] : [])];
}

/** The groups that are waited for by name, where they fit, else how many of them are how far. */
function waitsFor(open: readonly Told[], columns: number): string {
  if (open.length === 0) return '';
  const byName = `; waits for ${open.map(({ name, situation }) => `${name} (${situation.label})`).join(', ')}`;
  if (cellWidth(byName) <= columns) return byName;
  const labels = folded(open, ({ situation }) => situation.label);
  return `; waits for ${labels.map(([first, ...more]) => `${more.length + 1} ${first.situation.label}`).join(', ')}`;
}

/** What comes first of all that is waited for. */
function deadlineRows(told: readonly Told[], { at, columns, look }: GroupsShown): readonly Row[] {
  const open = told.map(({ group }) => group).filter(({ result }) => result === undefined);
  const limited = open.filter(({ wait }) => wait?.until !== undefined && wait.until > at);
  const first = [...limited].sort((a, b) => (a.wait?.until ?? 0) - (b.wait?.until ?? 0))[0] ?? open[0];
  return first === undefined ? [] : joined(deadlineOf(first, at), columns, look);
}
