import type { Instant } from '../../clock.js';
import type { StageWait } from '../../model/rollout/gate-answer.js';
import type { Wait } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Lease, RolloutRecord } from '../../model/rollout/record.js';
import { count } from '../../text/count.js';
import { STAGE_WORDS } from '../../text/stage-words.js';
import { timestamp } from '../../text/timestamp.js';
import { CALENDAR_MOST_MS } from '../gates/change-calendar.js';
import { keptHalf, keptUntil } from '../gates/kept-half.js';
import { pauseEnd, unlessDecided, waitsForResume } from '../gates/pause-end.js';

const SAYS: Readonly<Record<StageWait['on'], string>> = {
  gate: 'the gate command says "not yet"',
  metrics: 'a metric has no data yet, or does not hold',
  calendar: 'the change calendar is closed, or cannot be read',
};

/**
 * What a rollout is paused at, since when and until when, by its record: `paused at 50 % since …, as asked, until
 * somebody resumes it`; undefined where it is not paused.
 */
export function sayPause(record: RolloutRecord, at: Instant): string | undefined {
  if (!waitsForResume(record)) return undefined;
  const { paused = 0, pausedAt } = record.gates ?? {};
  const head = `paused at ${paused} %${pausedAt === undefined ? '' : ` since ${timestamp(pausedAt)}`}`;
  const end = pauseEnd({ at, groups: [] }, record);
  if (end === undefined) return `${head}, as asked, until somebody resumes it${unlessDecided(record.gates ?? {})}`;
  const does = end.by === 'resume' ? 'goes on with it' : 'rolls it back';
  return `${head}, overdue since ${timestamp(end.since)}: the next command that may change it ${does}`;
}

/**
 * At which stage the run of a rollout waits for an answer, since when and until when, as its lease says; undefined
 * where it says nothing of that.
 */
export function sayStageWait(lease: Lease | undefined): string | undefined {
  const { waits } = lease ?? {};
  if (waits === undefined) return undefined;
  const { stage, on, since } = waits;
  const head = `waits at ${STAGE_WORDS[stage]} since ${timestamp(since)}: ${SAYS[on]}`;
  const opens =
    on === 'calendar' && waits.until !== undefined ? `; AWS says that it opens ${timestamp(waits.until)}` : '';
  const limit = on === 'calendar' ? calendarLimit(waits) : waits.until;
  if (limit === undefined) return `${head}${opens}`;
  return `${head}${opens}; if that lasts until ${timestamp(limit)}, ${thenOf(waits)}`;
}

/**
 * What a rollout waits for by its notes, for whoever only looks on: a pause, a stage at which "not yet" was said, or
 * the end of the time for which its old half is kept; undefined where they say nothing of that.
 */
export function notedWait(group: Group, at: Instant): Wait | undefined {
  const { name, notes } = group;
  const { record, lease } = notes;
  if (record === undefined) return undefined;
  const pause = sayPause(record, at);
  if (pause !== undefined) return { group: name, phase: 'pause', why: pause, instances: [] };
  const why = sayStageWait(lease);
  const stage = lease?.waits;
  if (why === undefined || stage === undefined) return keptWait(group, record);
  const inWindow = stage.stage === 'kept' || stage.stage === 'end';
  const phase = stage.stage === 'batch' ? 'replace' : inWindow ? 'keep' : 'prove';
  return { group: name, phase, why, instances: [], stage };
}

/** The time for which an old half is kept, by the record. */
function keptWait(group: Group, record: RolloutRecord): Wait | undefined {
  const until = keptUntil(group.notes);
  if (until === undefined) return undefined;
  const since = timestamp(until - (record.gates?.keepMs ?? 0));
  const kept = count(keptHalf(group, record).length, 'old instance');
  const why = `${kept} kept in standby since ${since} until ${timestamp(until)}, to go back to`;
  return { group: group.name, phase: 'keep', why, instances: [], until };
}

/** At the end of the time for which the old half is kept a calendar may be closed for as long as it likes. */
function calendarLimit({ stage, since }: StageWait): Instant | undefined {
  return stage === 'end' ? undefined : since + CALENDAR_MOST_MS;
}

function thenOf({ stage }: StageWait): string {
  if (stage === 'kept' || stage === 'end') return 'the old instances serve again';
  return stage === 'batch' ? 'it stops where it is' : 'it is rolled back';
}
