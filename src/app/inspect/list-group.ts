import { command, commandText } from '../../text/commands/next-command.js';
import { pauseEnd, waitsForResume } from '../../decide/gates/pause-end.js';
import { keptUntil } from '../../decide/gates/kept-half.js';
import { membersOf } from '../../decide/instances/classify.js';
import { currencyOf } from '../../decide/instances/outdated.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import type { Group, Size } from '../../model/rollout/group.js';
import type { Lease, RolloutRecord } from '../../model/rollout/record.js';
import { duration } from '../../text/duration.js';
import { placeWords } from '../../text/shell-quote.js';
import { timestamp } from '../../text/timestamp.js';
import { stateOf, type Circumstances, type GroupState } from './status-group.js';
import { stackNameOf } from '../../model/stack/stack.js';

/** One group as `list` shows it. Fields are only ever added. */
export interface ListedGroup {
  readonly name: string;
  /** Name of the stack, or nested stack, that it belongs to, by its tag; absent without one. */
  readonly stack?: string;
  readonly state: GroupState;
  readonly size: Size;
  readonly instances: number;
  /** In service by Auto Scaling's own word; balancers are not asked. */
  readonly inService: number;
  /** Instances of another launch configuration, template version or type than the group's. Images are not compared. */
  readonly outdated: number;
  /** What the group launches could not be found out, so `outdated` is 0 whatever runs. */
  readonly outdatedUnknown?: true;
  /** Percent at which a rollout waits for somebody; absent when none does. */
  readonly pausedAt?: number;
  /** A run keeps its size while its stack changes. */
  readonly sizeKept?: true;
  /** Id of the run whose record or note it carries. */
  readonly run?: string;
  /** Who works on it, or worked on it last. */
  readonly lease?: Lease;
  /** What matters most, as a clause. */
  readonly says: string;
  /** The command that tells more, and which one helps. */
  readonly next: string;
}

/** Worst first: what a person has to do something about stands before what goes on by itself. */
const URGENCY = [
  'unreadable',
  'interrupted',
  'frozen',
  'empty',
  'paused',
  'kept',
  'underWay',
  'outdated',
  'rest',
] as const;

type Kind = (typeof URGENCY)[number];

/** A group in one row. */
export function listedGroup(
  group: Group,
  around: Pick<Circumstances, 'at' | 'holderIsGone' | 'place'>,
): ListedGroup & { readonly urgency: number } {
  const here = membersOf(group);
  const { record, frozen, lease } = group.notes;
  const stale = here.filter((instance) => currencyOf(group, instance).state === 'outdated').length;
  const paused = pausedAt(record);
  const { kind, says } = sayGroup(group, stale, around);
  const stack = group.stackId === undefined ? undefined : stackNameOf(group.stackId);
  const target = stack === undefined ? ['--asg', group.name] : [stack];
  const run = record?.run ?? frozen?.run;
  return {
    name: group.name,
    ...(stack !== undefined && { stack }),
    state: stateOf(group, around),
    size: group.size,
    instances: here.length,
    inService: here.filter(({ lifecycle, healthy }) => lifecycle === 'InService' && healthy).length,
    outdated: stale,
    ...(group.configurations.length === 0 && { outdatedUnknown: true as const }),
    ...(paused !== undefined && { pausedAt: paused }),
    ...(record !== undefined && factsOf(record).kind === 'keeping' && { sizeKept: true as const }),
    ...(run !== undefined && { run }),
    ...(lease !== undefined && { lease }),
    says,
    next: commandText(command`ha-updater status ${target} ${placeWords(around.place)}`),
    urgency: URGENCY.indexOf(kind),
  };
}

function sayGroup(
  group: Group,
  stale: number,
  around: Pick<Circumstances, 'at' | 'holderIsGone'>,
): { readonly kind: Kind; readonly says: string } {
  const { record, frozen } = group.notes;
  const here = membersOf(group).length;
  const state = stateOf(group, around);
  if (state === 'unreadable') return { kind: 'unreadable', says: 'carries a note that this version cannot read' };
  if (record !== undefined) return sayRecord(group, record, around);
  if (frozen !== undefined)
    return { kind: 'frozen', says: `frozen since ${timestamp(frozen.at)} by run ${frozen.run}, which rolled back` };
  if (here === 0 && group.size.desired > 0)
    return {
      kind: 'empty',
      says: group.size.desired === 1 ? 'its one instance is not there' : `none of its ${group.size.desired} is there`,
    };
  if (stale > 0) return { kind: 'outdated', says: `${stale} of ${here} outdated` };
  if (here === 0) return { kind: 'rest', says: 'empty' };
  return { kind: 'rest', says: group.configurations.length === 0 ? 'whether it is current is not known' : 'current' };
}

/** A rollout, a restart, or a size that is kept. */
function sayRecord(
  group: Group,
  record: RolloutRecord,
  around: Pick<Circumstances, 'at' | 'holderIsGone'>,
): { readonly kind: Kind; readonly says: string } {
  const { lease } = group.notes;
  const what =
    factsOf(record).kind === 'keeping'
      ? 'size kept while its stack changes'
      : `${factsOf(record).words.long} under way`;
  const paused = pausedAt(record);
  if (paused !== undefined) {
    const end = pauseEnd({ at: around.at, groups: [group] }, record);
    const waits =
      end === undefined ? 'until somebody resumes it' : `overdue since ${timestamp(end.since)}: run ${end.by}`;
    return { kind: 'paused', says: `paused at ${paused} % by run ${record.run} ${waits}` };
  }
  const until = keptUntil(group.notes);
  if (until !== undefined)
    return {
      kind: 'kept',
      says:
        around.at < until
          ? `keeps its old instances until ${timestamp(until)}, run ${record.run}`
          : `its old instances should be gone since ${timestamp(until)}, run ${record.run}: resume terminates them`,
    };
  const seen = lease === undefined ? '' : `, last sign of life ${duration(around.at - lease.at)} ago on ${lease.host}`;
  if (stateOf(group, around) === 'underWay') return { kind: 'underWay', says: `${what} by run ${record.run}${seen}` };
  return { kind: 'interrupted', says: `interrupted: ${what} by run ${record.run}${seen}` };
}

/** Percent at which a rollout waits for somebody to resume it. */
function pausedAt(record: RolloutRecord | undefined): number | undefined {
  return record !== undefined && waitsForResume(record) ? record.gates?.paused : undefined;
}
