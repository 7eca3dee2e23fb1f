import { command, type NextCommand } from '../../text/commands/next-command.js';
import { remedyWith } from '../../text/commands/remedy.js';
import type { Instant } from '../../clock.js';
import type { AdvisedReason, Schedule } from '../../model/rollout/decision.js';
import type { Group, ScheduledAction } from '../../model/rollout/group.js';
import type { Size } from '../../model/rollout/size.js';
import { list } from '../../text/list.js';
import { timestamp } from '../../text/timestamp.js';
import { limitFrom } from '../memory/unseen-time.js';
import { timeLimits } from '../rollout/time-limits.js';
import { factsOf } from '../strategies/facts-by-name.js';
import type { LookAndPlan } from '../view.js';

/** The process without which scheduled actions are lost. */
const PROCESS = 'ScheduledActions';

/** Actions that are told one by one. */
const TOLD = 5;

/**
 * Since when scheduled actions of the group are held back by us: by the freeze of a roll-back, or by a rollout;
 * undefined when they are not.
 */
export function heldBackSince({ notes: { record, frozen } }: Pick<Group, 'notes'>): Instant | undefined {
  const since = [
    ...(record?.suspended.includes(PROCESS) === true ? [record.startedAt] : []),
    ...(frozen?.processes.includes(PROCESS) === true ? [frozen.since ?? frozen.at] : []),
  ];
  return since.length === 0 ? undefined : Math.min(...since);
}

/** What a person should know of the scheduled actions of a group: what will be held back, and in the end what was. */
export function scheduleWarnings(look: LookAndPlan, group: Group): readonly AdvisedReason[] {
  const schedule = look.observed.schedules?.[group.name];
  if (schedule === undefined) return [];
  if (schedule.unread !== undefined)
    return [
      {
        code: 'group.unchecked',
        group: group.name,
        text: `It could not be read whether scheduled actions come due meanwhile (${schedule.unread}).`,
        remedy: 'Check it by hand when it matters.',
      },
    ];
  if (group.notes.record === undefined && factsOf(look.plan).keepsRecord) return comingWarnings(look, group, schedule);
  return isOver(look, group) ? missedWarnings(group, schedule) : [];
}

/** What comes due within the time that a rollout may take. */
function comingWarnings(
  { observed, plan }: LookAndPlan,
  group: Group,
  { actions }: Schedule,
): readonly AdvisedReason[] {
  // What the owner suspended is the owner's; what a freeze holds back is lost whether a rollout begins or not.
  if (group.suspended.includes(PROCESS)) return [];
  const until = limitFrom(observed.seen, observed.seen.firstLookAt, timeLimits(plan, group).totalMs);
  const due = actions.filter(({ next }) => next !== undefined && next <= until).sort(byTime(({ next }) => next));
  if (due.length === 0) return [];
  const [which, it] = due.length === 1 ? ['a scheduled action comes', 'it'] : ['scheduled actions come', 'them'];
  const set = setCommand(group.name, summed(due));
  return [
    {
      code: 'group.scheduled',
      group: group.name,
      text:
        `${which} due while a rollout may be under way: ${told(due, ({ next }) => next)}. A rollout holds ` +
        `${it} back until its end, and AWS does not make up for what came due meanwhile`,
      remedy: remedyWith`Start at another time, or set afterwards what would have been set: ${set}`,
    },
  ];
}

/** No more can be lost, or nobody is at work who could tell it later. */
function isOver({ observed, plan }: LookAndPlan, { name, suspended, notes }: Group): boolean {
  const { record, verdict, frozen } = notes;
  if (record === undefined) return !factsOf(plan).keepsRecord && !suspended.includes(PROCESS);
  if (frozen?.run === record.run) return true;
  if ((record.gates?.paused ?? 0) > (record.gates?.passed ?? 0)) return true;
  const resumed = verdict !== undefined || observed.seen.confirmed[name]?.includes('processes') === true;
  return resumed && !suspended.includes(PROCESS);
}

function missedWarnings(group: Group, schedule: Schedule): readonly AdvisedReason[] {
  const missed = missedActions(group, schedule);
  return missed === undefined ? [] : [{ code: 'group.missed', group: group.name, ...missed }];
}

/** What came due and was lost, and the command that sets it; undefined where nothing was, or it is set already. */
export function missedActions(
  group: Pick<Group, 'name' | 'size' | 'suspended'>,
  { actions }: Pick<Schedule, 'actions'>,
): Pick<AdvisedReason, 'text' | 'remedy'> | undefined {
  const missed = actions.filter(({ last }) => last !== undefined).sort(byTime(({ last }) => last));
  const sets = summed(missed);
  if (NAMES.every((name) => sets[name] === undefined || sets[name] === group.size[name])) return undefined;
  const [what, was] = missed.length === 1 ? ['a scheduled action', 'was'] : ['scheduled actions', 'were'];
  const coming = actions.filter(({ next }) => next !== undefined).sort(byTime(({ next }) => next));
  const first = told(coming.slice(0, 1), ({ next }) => next);
  const more =
    group.suspended.includes(PROCESS) && coming.length > 0
      ? `; as long as ${PROCESS} is suspended, so is lost what comes next: ${first}`
      : '';
  const which = told(missed, ({ last }) => last);
  return {
    text: `${what} came due and ${was} lost, because ${PROCESS} was suspended: ${which}${more}`,
    remedy: remedyWith`AWS does not make up for it. To set what would have been set: ${setCommand(group.name, sets)}`,
  };
}

const NAMES = ['min', 'max', 'desired'] as const;

type TimeOf = (action: ScheduledAction) => Instant | undefined;

function byTime(of: TimeOf): (a: ScheduledAction, b: ScheduledAction) => number {
  return (a, b) => (of(a) ?? 0) - (of(b) ?? 0);
}

/** What is set in the end when one comes after the other. */
function summed(actions: readonly ScheduledAction[]): Partial<Size> {
  return actions.reduce<Partial<Size>>((sum, { sets }) => ({ ...sum, ...sets }), {});
}

function told(actions: readonly ScheduledAction[], at: TimeOf): string {
  return list(
    actions.map((action) => {
      const sizes = NAMES.flatMap((name) => (action.sets[name] === undefined ? [] : [`${name} ${action.sets[name]}`]));
      return `${action.name} (${sizes.join(', ')}) at ${timestamp(at(action) ?? 0)}`;
    }),
    TOLD,
  );
}

function setCommand(group: string, { min, max, desired }: Partial<Size>): NextCommand {
  const words = [
    ...(min === undefined ? [] : ['--min-size', String(min)]),
    ...(max === undefined ? [] : ['--max-size', String(max)]),
    ...(desired === undefined ? [] : ['--desired-capacity', String(desired)]),
  ];
  return command`aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${group} ${words}`;
}
