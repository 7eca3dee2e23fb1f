import type { Instant } from '../../clock.js';
import type { RunEvent } from '../../model/event.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { AwaitedInstance, GroupResult, Progress, Wait } from '../../model/rollout/decision.js';

/** What a terminal knows of one group. */
export interface GroupView {
  readonly name: string;
  readonly since: Instant;
  readonly progress?: Progress;
  /** What it waits for, and since when. */
  readonly wait?: Wait & { readonly since: Instant };
  readonly result?: GroupResult;
  /** What happened, and when it was first seen. */
  readonly marks: Marks;
  /** The numbers of the group at those moments, where numbers showed them. */
  readonly numbers: Readonly<Partial<Record<Mark, Progress>>>;
  /** The fewest instances that were seen in service at any look, by the word of whoever judges. */
  readonly lowest?: number;
  /** What the old instances were launched from, and what the new ones are. */
  readonly configurations?: { readonly from: string; readonly to: string };
  /** Its old half is kept for a while after a verdict to promote. */
  readonly keepsOld?: true;
  /** The run that had it before, where this one took over. */
  readonly adopted?: string;
  /** What was last waited for at each new instance that never came to serve. */
  readonly lastWaits: ReadonlyMap<string, AwaitedInstance>;
}

/** Moments of a rollout, each when it was first seen. */
type Marks = Readonly<Partial<Record<Mark, Instant>>>;

export type Mark =
  /** The first that was told of its numbers. */
  | 'seen'
  | 'began'
  /** The size was raised. */
  | 'grown'
  /** As many new instances as are needed are there. */
  | 'launched'
  /** The first new instance is in service, and as many as are needed. */
  | 'firstServes'
  | 'serves'
  | 'proven'
  | 'promoted'
  | 'rolledBack'
  /** The first of the half that goes was terminated. */
  | 'going'
  | 'gone'
  | 'ended';

export function newGroup(name: string, since: Instant): GroupView {
  return { name, since, marks: {}, numbers: {}, lastWaits: new Map() };
}

/** The group after one more event that is about it. */
export function groupAfter(group: GroupView, event: RunEvent, at: Instant): GroupView {
  switch (event.type) {
    case 'group.progress':
      return withProgress(group, event.progress, at);
    case 'group.waiting': {
      const { wait } = event;
      const since = group.wait?.why === wait.why ? group.wait.since : at;
      return { ...group, wait: { ...wait, since }, lastWaits: waitsAfter(group, wait) };
    }
    case 'group.finished':
      return marked({ ...group, result: event.result }, at, ['ended']);
    case 'group.skipped':
      return { ...group, result: { group: event.group, outcome: 'skipped', why: event.why } };
    case 'group.adopted':
      return withRecord({ ...group, adopted: event.run }, event.record);
    case 'action.started':
      if (event.action.type === 'record' && event.action.record.strategy !== 'keep-size')
        return marked(withRecord(group, event.action.record), at, ['began']);
      return group;
    case 'action.done':
      return afterAction(group, event, at);
    default:
      return group;
  }
}

function withRecord(group: GroupView, record: RolloutRecord | undefined): GroupView {
  return record?.gates?.keepMs === undefined ? group : { ...group, keepsOld: true };
}

function afterAction(group: GroupView, { action }: Extract<RunEvent, { type: 'action.done' }>, at: Instant): GroupView {
  switch (action.type) {
    case 'resize':
      return action.purpose === 'double' || action.purpose === 'surge' ? marked(group, at, ['grown']) : group;
    case 'judge':
      return marked(group, at, [action.verdict.outcome === 'promote' ? 'promoted' : 'rolledBack']);
    case 'terminate':
      return marked(group, at, ['going']);
    default:
      return group;
  }
}

/** A mark stays where it was first set. */
function marked(group: GroupView, at: Instant, names: readonly Mark[]): GroupView {
  const fresh = names.filter((name) => group.marks[name] === undefined);
  if (fresh.length === 0) return group;
  return { ...group, marks: { ...group.marks, ...Object.fromEntries(fresh.map((name) => [name, at])) } };
}

function withProgress(group: GroupView, progress: Progress, at: Instant): GroupView {
  const { began, from = [], to = [] } = progress;
  const names = marksOf(group.marks, progress);
  const after = marked(group, at, names);
  const fresh = names.filter((name) => group.marks[name] === undefined);
  return {
    ...after,
    progress,
    numbers: { ...group.numbers, ...Object.fromEntries(fresh.map((name) => [name, progress])) },
    marks: { ...(began !== undefined && { began }), ...after.marks },
    ...lowestOf(group, progress),
    ...(from.length === 1 && to.length === 1 && { configurations: { from: from[0] ?? '', to: to[0] ?? '' } }),
  };
}

/** The marks that these numbers show to be there. */
function marksOf({ going }: Marks, progress: Progress): readonly Mark[] {
  const { needed, leaving, verdict, strategy, old, new: fresh, inService, proven } = progress;
  // A canary alone is not what has to be proven.
  const whole = needed > 0 && (strategy !== 'swap' || verdict !== undefined || needed >= old);
  const half = verdict === 'rollBack' ? fresh : old;
  const seen: readonly (readonly [Mark, boolean])[] = [
    ['seen', true],
    ['launched', whole && fresh >= needed && verdict !== 'rollBack'],
    ['firstServes', inService > 0],
    ['serves', whole && inService >= needed],
    ['proven', whole && proven >= needed],
    ['promoted', verdict === 'promote'],
    ['rolledBack', verdict === 'rollBack'],
    ['gone', going !== undefined && verdict !== undefined && half === 0 && leaving === 0],
  ];
  return seen.filter(([, is]) => is).map(([name]) => name);
}

/** Where nobody was asked who serves, no more can than are there. */
function lowestOf({ lowest }: GroupView, { serving }: Progress): Pick<GroupView, 'lowest'> {
  if (serving === undefined) return {};
  return { lowest: Math.min(lowest ?? Infinity, serving.by === 'unknown' ? serving.all.of : serving.all.serve) };
}

/** While it is proven, what was said of each instance last: when they are gone, nobody else knows. */
function waitsAfter({ lastWaits }: GroupView, { phase, instances }: Wait): GroupView['lastWaits'] {
  if (phase !== 'prove' && phase !== 'replace') return lastWaits;
  const after = new Map(lastWaits);
  for (const instance of instances) after.set(instance.id, instance);
  return after;
}
