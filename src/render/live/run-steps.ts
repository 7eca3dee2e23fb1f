import type { Instant } from '../../clock.js';
import { duration } from '../../text/duration.js';
import type { GroupView, Mark } from './group-view.js';
import { glyphsOf, piece, rowWidth, type Look, type Piece, type Row, type Style } from './appearance.js';
import type { RunView } from './run-view.js';

/** One step of a run. */
export interface Step {
  readonly state: 'done' | 'now' | 'toCome' | 'failed';
  readonly label: string;
  /** How long it took, or has taken so far. */
  readonly ms?: number;
}

/** A step of a rollout: over when the mark is there. */
interface Stretch {
  readonly from: readonly Mark[];
  readonly until: Mark;
  readonly labels: Readonly<Record<'done' | 'now' | 'toCome', string>>;
}

const SWAP: readonly Stretch[] = [
  { from: ['began'], until: 'launched', labels: { done: 'doubled', now: 'doubling', toCome: 'double' } },
  { from: ['launched', 'began'], until: 'proven', labels: { done: 'proven', now: 'proving', toCome: 'prove' } },
  {
    from: ['proven'],
    until: 'promoted',
    labels: { done: 'no way back', now: 'deciding', toCome: 'no way back' },
  },
  {
    from: ['promoted'],
    until: 'gone',
    labels: { done: 'old ones gone', now: 'old ones leave', toCome: 'old ones leave' },
  },
];

/** A swap that keeps its old half: there is a way back until that is gone. */
const KEEPING: readonly Stretch[] = [
  ...SWAP.slice(0, 2),
  { from: ['proven'], until: 'promoted', labels: { done: 'new ones serve', now: 'deciding', toCome: 'decide' } },
  {
    from: ['promoted'],
    until: 'ended',
    labels: { done: 'old ones kept', now: 'old ones kept, to go back to', toCome: 'keep the old ones' },
  },
];

const ROLLING: readonly Stretch[] = [
  {
    from: ['began'],
    until: 'promoted',
    labels: { done: 'first ones proven', now: 'proving the first ones', toCome: 'prove the first ones' },
  },
  {
    from: ['promoted'],
    until: 'ended',
    labels: { done: 'replaced', now: 'no way back, replacing the rest', toCome: 'no way back, replace the rest' },
  },
];

const RESTART: readonly Stretch[] = [
  { from: ['began'], until: 'ended', labels: { done: 'restarted', now: 'restarting', toCome: 'restart' } },
];

/** After a creation nothing is replaced. */
const PROVE: readonly Stretch[] = [
  { from: ['seen'], until: 'ended', labels: { done: 'proven', now: 'proving', toCome: 'prove' } },
];

const BACK: Stretch = {
  from: ['rolledBack'],
  until: 'gone',
  labels: { done: 'new ones gone', now: 'rolling back: new ones leave', toCome: 'roll back' },
};

/** The steps of a run as far as they are known: done, now and to come. */
export function stepsOf(view: RunView, at: Instant): readonly Step[] {
  return [...stackSteps(view, at), ...groupSteps([...view.groups.values()], at)];
}

/** Groups are at different steps; what all of them have to pass first is what is done now. */
function inTurn(steps: readonly (Step & { readonly later: string })[]): readonly Step[] {
  const present = steps.findIndex(({ state }) => state !== 'done');
  return steps.map((step, index) => (present >= 0 && index > present ? { state: 'toCome', label: step.later } : step));
}

function stackSteps({ stackView: stack, command }: RunView, at: Instant): readonly Step[] {
  if (stack === undefined) return command === 'update-stack' ? [{ state: 'toCome', label: 'change the stack' }] : [];
  const ms = (stack.endedAt ?? at) - stack.since;
  if (stack.endedAt === undefined) return [{ state: 'now', label: 'stack', ms }];
  if (stack.status === 'unchanged') return [{ state: 'done', label: 'stack unchanged' }];
  return [{ state: stack.ok === true ? 'done' : 'failed', label: 'stack', ms }];
}

function groupSteps(groups: readonly GroupView[], at: Instant): readonly Step[] {
  const touched = groups.filter(
    ({ progress, result }) => progress?.strategy !== undefined && result?.outcome !== 'skipped',
  );
  const strategy = touched[0]?.progress?.strategy;
  if (strategy === undefined) {
    const proving = groups.filter(({ progress }) => progress?.phase === 'prove');
    return proving.length === 0 ? [] : PROVE.map((stretch) => stepOf(stretch, proving, at));
  }
  if (strategy === 'keep-size') return [];
  const swap = touched.some(({ keepsOld }) => keepsOld === true) ? KEEPING : SWAP;
  const forth = strategy === 'swap' ? swap : strategy === 'rolling' ? ROLLING : RESTART;
  const back = touched.filter(({ marks }) => marks.rolledBack !== undefined);
  if (back.length === 0) return inTurn(forth.map((stretch) => stepOf(stretch, touched, at)));
  // What was not reached is not shown as if it were still to come.
  const reached = forth.filter(({ until }) =>
    back.every(({ marks }) => marks[until] !== undefined && until !== 'gone'),
  );
  const proven = back.every(({ marks }) => marks.proven !== undefined);
  return [
    ...reached.map((stretch) => stepOf(stretch, back, at)),
    { state: 'failed', label: proven ? 'called back' : 'not proven' },
    stepOf(BACK, back, at),
  ];
}

function stepOf(
  { from, until, labels }: Stretch,
  groups: readonly GroupView[],
  at: Instant,
): Step & { readonly later: string } {
  const begins = groups.flatMap(({ marks }) => from.flatMap((mark) => marks[mark] ?? []).slice(0, 1));
  // A group that has come to its end is through all steps, whatever was seen of it.
  const ends = groups.flatMap(({ marks }) => marks[until] ?? marks.ended ?? []);
  const started = begins.length === 0 ? undefined : Math.min(...begins);
  const over = ends.length === groups.length;
  const reached = groups.some(({ marks }) => marks[from[0] ?? 'began'] !== undefined);
  const state = over ? 'done' : reached ? 'now' : 'toCome';
  const end = over ? Math.max(...ends) : at;
  const instant = until === 'promoted' && from[0] === 'proven';
  const ms = started === undefined || state === 'toCome' || instant ? {} : { ms: Math.max(0, end - started) };
  return { state, label: labels[state], later: labels.toCome, ...ms };
}

const STYLES: Readonly<Record<Step['state'], Style>> = { done: 'good', now: 'bold', toCome: 'dim', failed: 'bad' };

/**
 * The steps in one row, with as much as fits: with times, with the time of the present one alone, with what is done as
 * marks alone, or the present one alone.
 */
export function stepsRow(steps: readonly Step[], columns: number, look: Look): Row {
  const glyphs = glyphsOf(look);
  const told = (step: Step, timed: boolean): Piece => {
    const took = step.ms !== undefined && timed ? ` ${duration(step.ms)}` : '';
    return piece(`${glyphs[step.state]} ${step.label}${took}`, STYLES[step.state]);
  };
  const isPresent = ({ state }: Step): boolean => state === 'now' || state === 'failed';
  const index = steps.findIndex(isPresent);
  const present = index < 0 ? steps.length - 1 : index;
  const done = piece(glyphs.done.repeat(present), STYLES.done);
  const one = steps[present];
  const rest = steps.slice(present).map((step) => told(step, isPresent(step)));
  const ways: readonly Row[] = [
    spaced(steps.map((step) => told(step, true))),
    spaced(steps.map((step) => told(step, isPresent(step)))),
    spaced(present === 0 ? rest : [done, ...rest]),
    one === undefined ? [] : spaced([told(one, true), piece(`(${present + 1} of ${steps.length})`)]),
  ];
  return ways.find((row) => rowWidth(row) <= columns) ?? ways.at(-1) ?? [];
}

function spaced(pieces: Row): Row {
  return pieces.map(({ text, style }, index) => piece(index === 0 ? text : `  ${text}`, style));
}
