import type { FailureFacts, Outcome } from '../model/event.js';
import { frozenWords, sayAlike, sayEach, servingWords, type GroupWords } from '../model/rollout/group-words.js';
import { count } from '../text/count.js';
import { list } from '../text/list.js';
import { oneLine } from '../text/plain.js';
import { commandText, type NextCommand } from '../text/commands/next-command.js';
import { causesOf, type Cause } from './failure-causes.js';
import { under } from '../text/sentence.js';
import { headword, untouched } from './last-words.js';
import { wrapWords } from './live/cells.js';

/** As much as is read without scrolling, on most terminals; commands count one line each. */
const MOST_ROWS = 25;
/** Of one paragraph. */
const MOST_OF_ONE = 4;

/**
 * The last words of a failure for a terminal: what happened, the line of a console that says most, each cause once,
 * what serves, what is left, and the next commands. At most so many lines; logs and events tell everything. Commands
 * are never broken, because they have to survive being copied.
 */
export function briefFailure(
  outcome: Outcome,
  exitCode: number,
  facts: FailureFacts,
  columns: number,
): readonly string[] {
  const { serving = [], frozen = [] } = facts;
  const causes = causesOf(facts.reasons).filter(isOpen);
  const paragraph = (text: string, most = MOST_OF_ONE): readonly string[] => cut(wrapWords(text, columns, 4), most);
  const head = paragraph(
    `${headword(outcome, facts)} (exit ${exitCode}): ${headline(facts, causes)} [${facts.code}]`,
    causes.length === 0 ? 2 * MOST_OF_ONE : MOST_OF_ONE,
  );
  const tail = [
    ...(facts.serves
      ? paragraph(`${untouched(outcome) ? '' : 'What serves now: '}${briefly(facts.serves, serving.map(servingWords))}`)
      : []),
    ...(facts.left
      ? paragraph(`What is left behind: ${briefly(facts.left, frozen.map(frozenWords))}`, MOST_OF_ONE + 2)
      : []),
    ...(facts.next.length > 0 ? ['Next:', ...commandRows(facts, columns)] : []),
  ];
  const used = 1 + head.length + tail.length;
  return ['', ...head, ...causeRows(causes, paragraph, MOST_ROWS - used), ...tail];
}

/** The headline says nothing of single instances where their causes follow. */
function headline({ what, brief = what }: FailureFacts, causes: readonly Cause[]): string {
  return oneLine(causes.some(({ instances }) => instances.length > 0) ? brief : what);
}

/** Whether there is something to say of a cause besides what the headline says. */
function isOpen({ told, instances, remedy, evidence }: Cause): boolean {
  return !told || instances.length > 0 || remedy !== '' || evidence.length > 0;
}

/** As many causes as there is room for, and how many there are besides. */
function causeRows(
  causes: readonly Cause[],
  paragraph: (text: string, most?: number) => readonly string[],
  room: number,
): readonly string[] {
  const printed = causes.flatMap((cause) => cause.printed.slice(0, 1)).slice(0, 1);
  const rows = printed.flatMap(({ line, instances }) =>
    paragraph(`  The console says: ${line} (${list(instances, 1)})`, 3),
  );
  let told = 0;
  for (const cause of causes) {
    const next = rowsOfCause(cause, paragraph);
    // One row stays free for what is left out.
    const more = told + 1 < causes.length ? 1 : 0;
    if (told > 0 && rows.length + next.length + more > room) break;
    rows.push(...next);
    told++;
  }
  const rest = causes.length - told;
  return rest === 0 ? rows : [...rows, `  and ${count(rest, 'more cause')}; --output lines tells all of them`];
}

function rowsOfCause(
  { code, text, remedy, told, groups, instances, evidence }: Cause,
  paragraph: (text: string, most?: number) => readonly string[],
): readonly string[] {
  const many = [
    ...(groups.length > 1 ? [count(groups.length, 'group')] : groups),
    ...(instances.length > 0 ? [count(instances.length, 'instance')] : []),
  ].join(', ');
  // What the headline says already is not said again where a remedy stands for it.
  const said = told && instances.length === 0 && remedy !== '' ? '' : `${under(many, text)} `;
  const names = groups.length > 1 ? groups : instances;
  return [
    ...paragraph(`  - ${said}${remedy === '' ? '' : `${remedy} `}[${code}]`),
    ...(names.length === 0 ? [] : paragraph(`      ${list(names, 4)}`, 2)),
    ...evidence.slice(0, 1).flatMap((line) => paragraph(`      ${oneLine(line)}`, 2)),
  ];
}

/** As many rows as may be, with a mark where something was cut off. */
function cut(rows: readonly string[], most: number): readonly string[] {
  if (rows.length <= most) return rows;
  return rows.slice(0, most).map((row, index) => (index === most - 1 ? `${row.slice(0, -2)} …` : row));
}

/** The text on one line, in which what is said of several groups alike is said once. */
function briefly(text: string, rows: readonly GroupWords[]): string {
  return oneLine(text.replace(sayEach(rows), () => sayAlike(rows)));
}

/** Commands with what each does below it; of those that differ in their group alone the first. */
function commandRows({ next, commands }: FailureFacts, columns: number): readonly string[] {
  const same = new Map<string, { readonly command: string; readonly remark: string; times: number }>();
  for (const step of commands ?? next) {
    const command = typeof step === 'string' ? step : commandText(step);
    const remark = typeof step === 'string' ? '' : (step.remark ?? '');
    const key = remark === '' || typeof step === 'string' ? command : `${kindOf(step)} # ${remark}`;
    const known = same.get(key);
    if (known === undefined) same.set(key, { command, remark, times: 1 });
    else known.times++;
  }
  return [...same.values()].flatMap(({ command, remark, times }) => [
    `  ${command}`,
    ...(remark === '' ? [] : wrapWords(`      ${remark}`, columns, 0)),
    ...(times === 1 ? [] : wrapWords(`      and ${times - 1} more like it, one for each group`, columns, 0)),
  ]);
}

/** What a command does, without what it does it to. */
function kindOf({ program, operation, words }: NextCommand): string {
  return [program, ...operation.split(' '), ...words].slice(0, 3).join(' ');
}
