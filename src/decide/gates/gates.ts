import type { Observed, Reason } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Gates, Plan } from '../../model/rollout/rollout-plan.js';
import type { GateName, RecordGates, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { count } from '../../text/count.js';
import { timestamp } from '../../text/timestamp.js';
import { keptHalf, keptUntil } from './kept-half.js';
import { pauseEnd, unlessDecided, waitsForResume } from './pause-end.js';
import { factsOf } from '../strategies/facts-by-name.js';

/** What the record has to say of the gates, for a run that goes on with the rollout. */
export function recordGates({ gates }: Plan): { readonly gates?: RecordGates } {
  if (gates === undefined) return {};
  const { canary, bakeMs, pauseAt, pauseEnds, keepMs } = gates;
  const needs = namesOf(gates);
  const noted: RecordGates = {
    ...(canary === undefined ? {} : { canary }),
    ...(bakeMs === undefined || bakeMs === 0 ? {} : { bakeMs }),
    ...(pauseAt === undefined || pauseAt.length === 0 ? {} : { pauseAt }),
    ...(pauseEnds === undefined ? {} : { pauseEnds }),
    ...(keepMs === undefined || keepMs === 0 ? {} : { keepMs }),
    ...(gates.calendar?.despite === undefined ? {} : { despite: gates.calendar.despite }),
    ...(needs.length === 0 ? {} : { needs }),
  };
  return Object.keys(noted).length === 0 ? {} : { gates: noted };
}

/** The gates that are too long for a record, by name. */
function namesOf({ hooks, alarms, anomaly, gate, metrics, calendar }: Gates): readonly GateName[] {
  return [
    ...(hooks?.check === undefined ? [] : (['check'] as const)),
    ...(hooks?.beforeTerminate === undefined ? [] : (['before'] as const)),
    ...(hooks?.afterTerminate === undefined ? [] : (['after'] as const)),
    ...((alarms ?? []).length === 0 ? [] : (['alarms'] as const)),
    ...(anomaly === 'refuse' ? (['anomaly'] as const) : []),
    ...(gate === undefined ? [] : (['gate'] as const)),
    ...(metrics === undefined ? [] : (['metrics'] as const)),
    ...(calendar === undefined || calendar.despite !== undefined ? [] : (['calendar'] as const)),
  ];
}

/**
 * The part, in percent, at which a rollout has to stop now that this part of it is new and proven; undefined
 * when it goes on. What somebody resumed does not stop it again.
 */
export function pauseDue({ gates }: RolloutRecord, percent: number): number | undefined {
  return gates?.pauseAt?.filter((point) => point <= percent && point > (gates.passed ?? 0)).at(-1);
}

/** The part of a group, in percent, that so many units are. */
export function shareOf(units: number, { size }: RolloutRecord): number {
  return Math.floor((100 * units) / Math.max(1, size.desired));
}

/**
 * Where another group of the same rollout was paused: groups that take turns or are judged together stop as one, also
 * when the note of one came late.
 */
export function pauseOfMate(
  { groups }: Pick<Observed, 'groups'>,
  { name }: Group,
  { run }: RolloutRecord,
): number | undefined {
  const paused = groups.flatMap(({ name: other, notes: { record: mate } }) =>
    other !== name && mate?.run === run && waitsForResume(mate) ? [mate.gates?.paused ?? 0] : [],
  );
  return paused.length === 0 ? undefined : Math.max(...paused);
}

/** A rollout that stopped so that a person can look at it is not gone on with by accident, before its time is over. */
export function pausedReasons(observed: Observed, plan: Plan): readonly Reason[] {
  const { groups, seen } = observed;
  // rule: pause-ignored
  if (plan.undo || plan.goOn === true) return [];
  return groups.flatMap(({ name, notes: { record, verdict } }): Reason[] => {
    if (
      record === undefined ||
      !waitsForResume(record) ||
      pauseEnd(observed, record) !== undefined ||
      verdict?.outcome === 'rollBack' ||
      seen.results[name] !== undefined
    )
      return [];
    return [
      {
        code: 'group.paused',
        group: name,
        text: `run ${record.run} is paused at ${record.gates?.paused ?? 0} %${unlessDecided(record.gates ?? {})}`,
        remedy: 'Go on with resume, or undo it with rollback.',
      },
    ];
  });
}

/** What an earlier rollout keeps can serve again: nobody loses that by accident. */
export function keptReasons({ at, groups, seen }: Observed, plan: Plan): readonly Reason[] {
  // rule: kept-ignored
  if (plan.undo || plan.goOn === true || plan.finishKept === true) return [];
  return groups.flatMap((group): Reason[] => {
    const { name, notes } = group;
    const { record } = notes;
    const until = keptUntil(notes);
    if (record === undefined || until === undefined) return [];
    const kept = keptHalf(group, record).length;
    // A rollout that goes back in one group goes back in all.
    const turned = groups.some(
      ({ notes: mate }) =>
        mate.record?.run === record.run &&
        (mate.record.gates?.backAt !== undefined || mate.verdict?.outcome === 'rollBack'),
    );
    if (turned || at >= until || kept === 0 || seen.results[name] !== undefined) return [];
    return [
      {
        code: 'group.kept',
        group: name,
        text: `run ${record.run} keeps ${count(kept, 'old instance')} until ${timestamp(until)}, to go back to`,
        remedy: 'Go back with rollback, end that time with resume, or with --finish-kept and go on.',
      },
    ];
  });
}

/** The flag of each gate that is too long for a record. */
export const GATE_FLAGS: Readonly<Record<GateName, string>> = {
  check: '--check-command',
  before: '--before-terminate-command',
  after: '--after-terminate-command',
  alarms: '--alarm',
  anomaly: '--anomaly refuse',
  gate: '--gate-command',
  metrics: '--metric',
  calendar: '--change-calendar',
};

/** The gates that whoever goes on with a rollout has to be given again. */
export function neededAgain(record: RolloutRecord, verdict: Verdict | undefined): readonly GateName[] {
  // After the verdict of a swap only what surrounds terminations is still to come.
  const over = !factsOf(record).provesAfterVerdict && verdict !== undefined;
  return (record.gates?.needs ?? []).filter((need) => !over || need === 'before' || need === 'after');
}

/** What a rollout that somebody else began has to pass and this run knows nothing of. */
export function lackingReasons(observed: Observed, plan: Plan): readonly Reason[] {
  const { groups, seen } = observed;
  if (plan.undo || plan.gates?.without === true) return [];
  // The person who says why a calendar does not count knows of the calendar.
  const knows: readonly GateName[] = plan.gates?.calendar === undefined ? [] : ['calendar'];
  const has = [...(recordGates(plan).gates?.needs ?? []), ...knows];
  return groups.flatMap(({ name, notes: { record, verdict } }): Reason[] => {
    if (record === undefined || record.run === plan.run || seen.results[name] !== undefined) return [];
    if (verdict?.outcome === 'rollBack' || pauseEnd(observed, record)?.by === 'rollback') return [];
    const lacking = neededAgain(record, verdict)
      .filter((need) => !has.includes(need))
      .map((need) => GATE_FLAGS[need]);
    // rule: gates-forgotten
    if (lacking.length === 0) return [];
    const remedy = 'Give them again as they were, or go on without them: --without-gates.';
    return [
      {
        code: 'group.gates',
        group: name,
        text: `run ${record.run} was begun with ${lacking.join(' and ')}, and this run has none`,
        remedy,
      },
    ];
  });
}
