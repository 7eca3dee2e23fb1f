import type { Instant } from '../../clock.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import { duration } from '../../text/duration.js';
import { list } from '../../text/list.js';
import { oneLine } from '../../text/plain.js';
import { sentence, withoutStop } from '../../text/sentence.js';
import type { Level } from '../describe.js';
import type { GroupView, Mark } from './group-view.js';
import { endState } from './instance-state.js';
import { inOrder } from './short-names.js';
import { clockTime } from './situation.js';

/** A line that stays on the screen. */
export interface StoryLine {
  readonly level: Level;
  readonly text: string;
  /** Never broken into rows. */
  readonly whole?: true;
}

/** What happened to groups that went the same way. */
interface Chapter {
  /** Since when it is told, and how long it took. */
  readonly from?: Instant;
  readonly at: Instant;
  readonly text: string;
  /** Said after how long it took. */
  readonly after?: string;
}

/**
 * What happened, told at the end and for good: a headline and at most five lines with times for each group. Groups that
 * went the same way are told together, with the first and the last time.
 */
export function storyOf(groups: readonly GroupView[]): readonly StoryLine[] {
  const told = groups.filter(({ result, marks }) => result !== undefined || Object.keys(marks).length > 0);
  const same = new Map<string, GroupView[]>();
  for (const name of inOrder(told.map((group) => group.name))) {
    const group = told.find((one) => one.name === name);
    if (group === undefined) continue;
    const key = keyOf(group);
    same.set(key, [...(same.get(key) ?? []), group]);
  }
  return [...same.values()].flatMap(tellTogether);
}

/** The same end, by the same steps, with the same numbers. */
function keyOf(group: GroupView): string {
  const { result } = group;
  const texts = chaptersOf(group).map(({ text, after }) => [text, after]);
  return JSON.stringify([
    result?.outcome,
    result === undefined ? '' : withoutNames(headline(result), group.name),
    texts,
  ]);
}

/** A text without what differs from group to group: ids, names and times. */
function withoutNames(text: string, group: string): string {
  return text
    .replaceAll(group, '')
    .replace(/\bi-[0-9a-f]+\b/g, 'i-')
    .replace(/[\w-]*\d[\w-]*/g, '#');
}

function tellTogether(alike: readonly GroupView[]): readonly StoryLine[] {
  const [first] = alike;
  if (first === undefined) return [];
  const names = alike.map(({ name }) => name);
  const who = alike.length === 1 ? first.name : `${alike.length} groups (${list(names, 3)})`;
  const lines = chaptersOf(first).map((_, index): StoryLine => {
    const each = alike.flatMap((group) => chaptersOf(group)[index] ?? []);
    const text = each[0]?.text ?? '';
    return { level: 'detail', text: `  ${times(each)}  ${text}${took(each)}${each[0]?.after ?? ''}` };
  });
  const { result } = first;
  const head: StoryLine =
    result === undefined
      ? { level: 'warning', text: `${who}: not finished.` }
      : { level: LEVELS[result.outcome], text: `${who}: ${headline(result)}` };
  return [head, ...lines];
}

const LEVELS: Readonly<Record<GroupResult['outcome'], Level>> = {
  promoted: 'good',
  proven: 'good',
  restarted: 'good',
  unfrozen: 'good',
  sizeKept: 'good',
  skipped: 'good',
  paused: 'good',
  kept: 'good',
  putBack: 'warning',
  rolledBack: 'error',
  unproven: 'error',
  stuck: 'error',
};

const ENDS: Readonly<Record<GroupResult['outcome'], string>> = {
  promoted: 'promoted',
  proven: 'proven',
  restarted: 'restarted',
  unfrozen: 'unfrozen',
  sizeKept: 'size kept',
  skipped: 'nothing to do',
  paused: 'paused',
  kept: 'old ones kept',
  putBack: 'put back',
  rolledBack: 'rolled back',
  unproven: 'not proven',
  stuck: 'stuck',
};

/** A roll-back is told by its cause below, and again among the last words. */
function headline(result: GroupResult): string {
  return result.outcome === 'rolledBack' ? `${ENDS.rolledBack}.` : `${ENDS[result.outcome]}, ${sentence(result.why)}`;
}

/** `03:26:27Z`, or `03:26:27Z to 03:26:40Z` for several. */
function times(each: readonly Chapter[]): string {
  const [first, last] = range(each.map(({ at }) => at));
  return clockTime(first) === clockTime(last) ? clockTime(first) : `${clockTime(first)} to ${clockTime(last)}`;
}

function took(each: readonly Chapter[]): string {
  const spans = each.flatMap(({ from, at }) => (from === undefined || from >= at ? [] : [at - from]));
  if (spans.length === 0) return '';
  const [least, most] = range(spans);
  return duration(least) === duration(most) ? ` (${duration(least)})` : ` (${duration(least)} to ${duration(most)})`;
}

function range(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** What happened to one group, at most five lines. */
function chaptersOf(group: GroupView): readonly Chapter[] {
  const { marks, lowest, adopted } = group;
  const chapter = (mark: Mark, text: string, from?: Mark): readonly Chapter[] => {
    const at = marks[mark];
    const since = from === undefined ? undefined : marks[from];
    return at === undefined ? [] : [{ at, text, ...(since !== undefined && { from: since }) }];
  };
  const floor = lowest === undefined ? '' : `; never below ${lowest} in service`;
  return [...begin(group, chapter, adopted === undefined ? '' : 'taken over; '), ...end(group, floor)]
    .sort((a, b) => a.at - b.at)
    .slice(-MOST_LINES);
}

type Tell = (mark: Mark, text: string, from?: Mark) => readonly Chapter[];

const KEPT = 'promoted: the old ones are kept, to go back to';

/** All but the end. @param start what stands before the first of it */
function begin(group: GroupView, chapter: Tell, start: string): readonly Chapter[] {
  const { numbers, progress, marks } = group;
  if (progress?.strategy === 'restart') return chapter('began', `${start}the restart begins`);
  const { launched, serves, proven } = numbers;
  const verdict =
    marks.rolledBack !== undefined
      ? chapter('rolledBack', `rolled back${cause(group)}`)
      : progress?.strategy === 'rolling'
        ? chapter('promoted', 'the first new ones are proven: no way back from here', 'began')
        : chapter('promoted', group.keepsOld === true ? KEPT : 'promoted: no way back from here');
  const grown =
    progress?.strategy === 'rolling'
      ? chapter('grown', `${start}the first new ones are launched`, 'began')
      : progress?.strategy === 'swap' && launched !== undefined
        ? chapter('launched', `${start}doubled, ${launched.old} old and ${launched.new} new`, 'began')
        : [];
  return [
    ...grown,
    ...(serves === undefined ? [] : chapter('serves', `${serves.inService} new in service`, 'launched')),
    ...(proven === undefined ? [] : chapter('proven', `${proven.proven} new proven`, 'serves')),
    ...verdict,
  ];
}

/** The issue of a rollout is read in one glance. */
const MOST_LINES = 5;

/** How it ended: never more than its outcome says. */
function end({ marks, progress, result }: GroupView, floor: string): readonly Chapter[] {
  const at = marks.ended;
  if (at === undefined || result === undefined) return [];
  const since = marks.going === undefined ? {} : { from: marks.going };
  const gone = marks.gone ?? at;
  switch (result.outcome) {
    case 'rolledBack':
      return [
        result.stay === undefined
          ? { at: gone, text: 'the new ones are gone', after: `; the old ones serve${floor}`, ...since }
          : { at, text: 'the old ones serve again', after: `, and ${result.stay} new ones beside them${floor}` },
      ];
    case 'promoted':
      return [{ at: gone, text: 'the old ones are gone', after: floor, ...since }];
    case 'restarted':
      return [{ at, text: 'all came back', after: floor }];
    case 'proven':
      return marks.proven === undefined ? [{ at, text: `${progress?.needed ?? 0} proven` }] : [];
    case 'paused':
    case 'kept':
    case 'stuck':
    case 'putBack':
      if (progress === undefined) return [];
      return [{ at, text: `it stands at ${progress.old} old and ${progress.new} new`, after: floor }];
    default:
      return [];
  }
}

/** What came of most of the new instances that were not proven; else why it was rolled back. */
function cause({ lastWaits, result }: GroupView): string {
  const ends = [...lastWaits.values()].filter(({ state }) => state !== 'warming').map(endState);
  const [first, ...more] = ends;
  if (first === undefined) return result === undefined ? '' : `: ${withoutStop(oneLine(result.why))}`;
  return more.every((end) => end === first) ? `: ${ends.length} ${first}` : `: ${[...new Set(ends)].join(', ')}`;
}
