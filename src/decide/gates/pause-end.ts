import type { Instant } from '../../clock.js';
import type { Observed, Reason } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { RecordGates, RolloutRecord } from '../../model/rollout/record.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { duration } from '../../text/duration.js';
import { timestamp } from '../../text/timestamp.js';

/** True while it waits for somebody to resume it. */
export function waitsForResume({ gates }: Pick<RolloutRecord, 'gates'>): boolean {
  return (gates?.paused ?? 0) > (gates?.passed ?? 0);
}

/** The record of a rollout that pauses now. It says when, and where a pause ends by itself, when that is. */
export function pausedRecord<R extends RolloutRecord>(record: R, paused: number, at: Instant): R {
  const { pauseEnds } = record.gates ?? {};
  const until = pauseEnds === undefined ? {} : { pauseUntil: at + pauseEnds.afterMs };
  return { ...record, gates: { ...record.gates, paused, pausedAt: at, ...until } };
}

/** The record of a rollout that goes on where it was paused, and who decided that. */
export function resumedRecord(record: RolloutRecord, passedBy: string): RolloutRecord {
  const { pauseUntil, pausedAt, ...gates } = record.gates ?? {};
  return { ...record, gates: { ...gates, passed: gates.paused ?? 0, passedBy } };
}

/**
 * What becomes of a pause whose time is over, and since when; undefined while it waits for a person, or where only a
 * person ends it. Groups of one rollout wait for the last of them.
 */
export function pauseEnd(
  { at, groups }: Pick<Observed, 'at' | 'groups'>,
  record: RolloutRecord,
): { readonly by: 'resume' | 'rollback'; readonly since: Instant } | undefined {
  const { pauseEnds, pauseUntil } = record.gates ?? {};
  if (pauseEnds === undefined || pauseUntil === undefined || !waitsForResume(record)) return undefined;
  const since = Math.max(
    pauseUntil,
    ...groups.flatMap(({ notes: { record: mate } }) =>
      mate?.run === record.run && waitsForResume(mate) ? [mate.gates?.pauseUntil ?? pauseUntil] : [],
    ),
  );
  // rule: pause-cut-short
  return at < since ? undefined : { by: pauseEnds.by, since };
}

/** Why a rollout goes back for nobody resumed it in time; undefined where that is not so. */
export function whyOverdue(observed: Observed, { notes: { record } }: Group): string | undefined {
  const end = record === undefined ? undefined : pauseEnd(observed, record);
  // rule: pause-end-unheard
  return end?.by === 'rollback' ? `nobody resumed it until ${timestamp(end.since)} (--pause-timeout)` : undefined;
}

/** What becomes of a pause where nobody decides, as a clause after a semicolon; '' where it waits for ever. */
export function unlessDecided({ pauseEnds, pauseUntil }: RecordGates): string {
  if (pauseEnds === undefined || pauseUntil === undefined) return '';
  return `; from ${timestamp(pauseUntil)} on the next command that may change the group ${GOES[pauseEnds.by]}`;
}

const GOES = { resume: 'goes on with it', rollback: 'rolls it back' } as const;

/** Nobody waits for the end of a pause: whoever asks for one should know. */
export function pauseWarnings({ name }: Group, { gates }: Plan): readonly Reason[] {
  const { pauseEnds } = gates ?? {};
  if (pauseEnds === undefined) return [];
  return [
    {
      code: 'group.pauseEnds',
      group: name,
      text:
        `where it is paused for ${duration(pauseEnds.afterMs)}, ` +
        `the next command that may change it ${GOES[pauseEnds.by]}`,
      remedy: 'No run waits for that time: let something run resume then, such as a job of your pipeline.',
    },
  ];
}
