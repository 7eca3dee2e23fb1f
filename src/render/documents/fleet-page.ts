import type { Outcome } from '../../model/event.js';
import { duration } from '../../text/duration.js';
import { sentence, shortened, withoutStop } from '../../text/sentence.js';
import { END } from '../describe.js';
import { table } from './table.js';

/** Rows of targets under their heads. A cell that says nothing is a dash: an empty one looks like a fault. */
export function fleetTable(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return table([heads, ...rows.map((row) => row.map((cell) => (cell === '' ? '-' : cell)))]);
}

/** How a target ended; `app/fleet` makes it. */
interface EndOnPage {
  readonly wave: string;
  readonly target: string;
  readonly outcome: Outcome | 'notBegun';
  readonly exitCode?: number;
  readonly code?: string;
  readonly says: string;
  readonly elapsedMs: number;
  readonly next: readonly string[];
}

/** How it ended, in a word or two. */
function outcomeWords(outcome: EndOnPage['outcome']): string {
  if (outcome === 'notBegun') return 'Not begun';
  return outcome === 'nothing' ? 'Already current' : END[outcome];
}

/** The end of one target, as one line. */
export function sayEnd({ target, outcome, exitCode = 0, code, says, elapsedMs }: EndOnPage): string {
  const head = `${target}: ${outcomeWords(outcome).toLowerCase()} after ${duration(elapsedMs)}`;
  if (exitCode === 0) return says === '' || outcome === 'nothing' ? `${head}.` : `${head}: ${sentence(says)}`;
  return `ERROR ${head} (exit ${exitCode}): ${sentence(says)}${code === undefined ? '' : ` [${code}]`}`;
}

/** Ends that are good, and yet have commands that go on from them. */
const HELPED: readonly EndOnPage['outcome'][] = ['paused', 'kept', 'nothing'];

/**
 * One row for each target, and below them the commands that go on with single ones.
 * @param nothing what is said of a target that needed nothing
 */
export function summaryLines(ends: readonly EndOnPage[], nothing = 'Already current'): readonly string[] {
  const rows = ends.map(({ wave, target, outcome, exitCode, elapsedMs, code, says }) => [
    wave,
    target,
    outcome === 'nothing' ? nothing : outcomeWords(outcome),
    outcome === 'notBegun' ? '' : duration(elapsedMs),
    exitCode === undefined ? '' : String(exitCode),
    says === 'already current' || outcome === 'notBegun' ? '' : mattersOf(says, code),
  ]);
  const helps = ends
    .filter(({ exitCode, outcome }) => exitCode !== 0 || HELPED.includes(outcome))
    .flatMap(({ target, next }) => next.slice(0, 1).map((line) => `  ${target}: ${line}`));
  return [
    '',
    ...fleetTable(['WAVE', 'TARGET', 'OUTCOME', 'TOOK', 'EXIT', 'WHAT MATTERS'], rows),
    ...(helps.length === 0 ? [] : ['', 'For one target alone:', ...helps]),
  ];
}

/** The cause as far as a table has room; the last words and the document tell all of it. */
const ROOM = 100;

function mattersOf(says: string, code: string | undefined): string {
  return `${shortened(withoutStop(says), ROOM)}${code === undefined ? '' : ` [${code}]`}`;
}
