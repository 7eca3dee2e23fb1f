import type { Instant, Milliseconds } from '../../clock.js';
import type { RunEvent, Stamped } from '../../model/event.js';
import type { Progress } from '../../model/rollout/decision.js';
import type { GroupView, Mark } from '../live/group-view.js';
import { lanesOf, type Lane } from './lanes.js';
import { promisedBy, type Promised } from './promised.js';

/** The capacity of a group from one moment on. */
export interface Point {
  readonly at: Instant;
  /** Instances in service that were launched before the rollout began. */
  readonly old: number;
  /** Instances in service that were launched since. */
  readonly new: number;
  /** Instances that are there and not in service, those that leave included. */
  readonly idle: number;
}

/** A stretch of a rollout's time, and what would shorten it. */
export interface Span {
  readonly name: string;
  readonly ms: Milliseconds;
  readonly advice: string;
}

/** All that a report tells of one group. */
export interface GroupFacts {
  readonly name: string;
  readonly view: GroupView;
  readonly points: readonly Point[];
  /** Absent where no rollout was begun, and where sizes count units and not instances. */
  readonly promised?: Promised;
  /** The fewest in service at any look; absent where nobody was asked. */
  readonly lowest?: number;
  readonly marks: readonly { readonly name: string; readonly at: Instant }[];
  readonly lanes: readonly Lane[];
  readonly spans: readonly Span[];
  /** What ran beyond what was there at the beginning, in instances × hours. */
  readonly extraHours: number;
}

/** @param events that are about the group, in their order */
export function groupFacts(view: GroupView, events: readonly Stamped[], until: Instant): GroupFacts {
  const points = pointsOf(events);
  const takenOver = wasTakenOver(view, events);
  const promised = promisedBy(events);
  const known = points.length === 0 ? {} : lowestOf(view, points);
  return {
    name: view.name,
    view,
    points,
    ...(promised !== undefined && { promised }),
    ...known,
    marks: MARKS.flatMap(([mark, name]) => {
      const at = view.marks[mark];
      return at === undefined ? [] : [{ name, at }];
    }),
    lanes: lanesOf(events, until),
    spans: spansOf(view, events, takenOver),
    extraHours: extraHours(points, until, takenOver),
  };
}

/** Times of notes have whole seconds; less before the first event is no other run's. */
const NOISE_MS: Milliseconds = 2_000;

/** Whether another run began this rollout: what was before this one is none of its time and of its cost. */
function wasTakenOver({ marks: { began } }: GroupView, [first]: readonly Stamped[]): boolean {
  return began !== undefined && first !== undefined && began < first.at - NOISE_MS;
}

/** Marks of the curve, in the order in which they are named where two fall together. */
const MARKS: readonly (readonly [Mark, string])[] = [
  ['launched', 'all launched'],
  ['firstServes', 'first in service'],
  ['proven', 'proven'],
  ['promoted', 'verdict: promote'],
  ['rolledBack', 'verdict: roll back'],
  ['gone', 'other half gone'],
];

function pointsOf(events: readonly Stamped[]): readonly Point[] {
  const points: Point[] = [];
  for (const { event, at } of events) {
    if (event.type === 'group.instances' && event.all === true && points.length === 0) points.push(begin(event, at));
    if (event.type !== 'group.progress') continue;
    const point = pointOf(event.progress, at, points.at(-1));
    if (point !== undefined) points.push(point);
  }
  return points;
}

/** Before anything is new: what serves then is the measure of all that follows. */
function begin({ instances }: Rows, at: Instant): Point {
  const serving = instances.filter(({ state }) => state === 'serving' || state === 'proven');
  const fresh = serving.filter(({ half }) => half === 'new').length;
  return { at, old: serving.length - fresh, new: fresh, idle: instances.length - serving.length };
}

/** Undefined where this event does not tell who serves. */
function pointOf({ serving, leaving }: Progress, at: Instant, last: Point | undefined): Point | undefined {
  if (serving === undefined) return undefined;
  const { all, halves, by } = serving;
  const total = all.of + leaving;
  if (by === 'unknown') {
    if (last === undefined) return undefined;
    // Nobody was asked: those that served before still do, as far as they are there.
    const old = Math.min(last.old, halves?.old.of ?? all.of);
    const fresh = Math.min(last.new, halves?.new.of ?? all.of);
    return { at, old, new: fresh, idle: Math.max(0, total - old - fresh) };
  }
  const fresh = halves?.new.serve ?? 0;
  const old = all.serve - fresh;
  return { at, old, new: fresh, idle: Math.max(0, total - all.serve) };
}

function lowestOf({ lowest }: GroupView, points: readonly Point[]): Pick<GroupFacts, 'lowest'> {
  const least = lowest ?? Math.min(...points.map((point) => point.old + point.new));
  return { lowest: least };
}

type Rows = Extract<RunEvent, { type: 'group.instances' }>;

/** Where the time went, and what would shorten it. */
function spansOf({ marks }: GroupView, events: readonly Stamped[], takenOver: boolean): readonly Span[] {
  const began = takenOver ? events[0]?.at : marks.began;
  const told = events.map(({ event }) => event).find((event): event is Rows => event.type === 'group.instances');
  const judges = (told?.balancers ?? []).filter(({ judged }) => judged);
  const slowest = [...judges].sort((a, b) => b.healthFloorMs - a.healthFloorMs)[0];
  const longest = [...(told?.balancers ?? [])].sort((a, b) => b.drainMs - a.drainMs)[0];
  const checks =
    slowest === undefined || slowest.healthFloorMs === 0
      ? 'No load balancer says how long its checks take: it is the time from its start to its first answer.'
      : `The health checks of ${slowest.name} take at least ${inSeconds(slowest.healthFloorMs)} of it ` +
        '(threshold × interval); the rest is how long the image boots.';
  const drain =
    longest === undefined || longest.drainMs === 0
      ? ''
      : `${longest.name} lets a leaving instance drain for up to ${inSeconds(longest.drainMs)}: a shorter ` +
        'deregistration delay shortens it, as far as requests are short.';
  const warm =
    told?.warmupMs === undefined ? '' : `--warmup asks for ${inSeconds(told.warmupMs)} in service without a break.`;
  const verdict = marks.promoted ?? marks.rolledBack;
  const spans: readonly (readonly [string, Instant | undefined, Instant | undefined, string])[] = [
    [
      'Launch of the new instances',
      began,
      marks.launched,
      'Auto Scaling and EC2 take this; a smaller group takes less.',
    ],
    ['Boot and health checks', marks.launched, marks.serves, checks],
    ['Warm-up', marks.serves, marks.proven, warm],
    ...(marks.rolledBack === undefined
      ? [
          [
            'Wait for the verdict',
            marks.proven,
            marks.promoted,
            'Groups that are judged together wait for the slowest one; a bake and a pause are here too.',
          ] as const,
        ]
      : [
          [
            'Wait for what was never proven',
            marks.proven ?? marks.serves ?? marks.launched ?? began,
            marks.rolledBack,
            '--healthy-timeout is how long a run waits for one more proven instance.',
          ] as const,
        ]),
    ['Draining and termination', verdict, marks.gone, drain],
    ['Sizes and processes set back', marks.gone ?? verdict, marks.ended, ''],
  ];
  return spans.flatMap(([name, from, to, advice]) =>
    from === undefined || to === undefined || to <= from ? [] : [{ name, ms: to - from, advice }],
  );
}

function inSeconds(ms: Milliseconds): string {
  return `${Math.round(ms / 1000)} s`;
}

/** @param takenOver new instances that are there at first are none of those that ran before */
function extraHours(points: readonly Point[], until: Instant, takenOver: boolean): number {
  const [first] = points;
  if (first === undefined) return 0;
  const base = sum(first) - (takenOver ? first.new : 0);
  return points.reduce((hours, point, index) => {
    const end = points[index + 1]?.at ?? until;
    return hours + (Math.max(0, sum(point) - base) * (end - point.at)) / 3_600_000;
  }, 0);
}

function sum({ old, new: fresh, idle }: Point): number {
  return old + fresh + idle;
}
