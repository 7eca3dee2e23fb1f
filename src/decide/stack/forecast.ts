import { keptReasons, recordGates } from '../gates/gates.js';
import { keptUntil } from '../gates/kept-half.js';
import { timestamp } from '../../text/timestamp.js';
import type { AdvisedOutlook, GroupOutlook } from '../../model/stack/change-plan.js';
import type { AdvisedReason, Observed, Reason } from '../../model/rollout/decision.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { expectedTime, roundsOf } from '../outlook/expected-time.js';
import type { LookAndPlan } from '../view.js';
import { sayImage } from '../rollout/image/new-image.js';
import { finalTarget } from '../rollout/target-size.js';
import { membersOf, units } from '../instances/classify.js';
import { hasNone, noneThere } from '../instances/none-there.js';
import { currencyOf, sayOutdated } from '../instances/outdated.js';
import type { Effect } from './change-impact.js';
import { preflight } from '../rollout/start/preflight.js';
import { reasonsAgainst } from '../rollout/start/reasons-against.js';
import { warningsAbout } from '../rollout/start/warnings.js';
import { doesNotFit } from '../strategies/keep-size/does-not-fit.js';
import { timeLimits } from '../rollout/time-limits.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { instability } from '../instances/stability.js';

/**
 * What a swap or a rolling rollout would do with a group, if the stack changed like this now.
 * @param effect what the change does to the group, see `effectOn`
 */
export function groupOutlook(observed: Observed, plan: Plan, group: Group, effect: Effect): AdvisedOutlook {
  const { becomes, resized, replaced, tooSmall } = effect;
  const here = membersOf(group);
  const skip = skipped(observed, plan, group, becomes);
  const none = hasNone(group) && becomes === undefined ? [noneThere(group, observed)] : [];
  const unfit = tooSmall === undefined ? [] : [doesNotFit(group.name, group.size, tooSmall)];
  const against = [...unfit, ...(skip === undefined ? [...none, ...allAgainst(observed, plan, group)] : [])];
  const size = resized ?? group.size;
  // A group that is made larger or smaller has that many when the swap begins.
  const old = resized === undefined || resized.desired === group.size.desired ? units(here) : resized.desired;
  const record = factsOf(plan).newRecord(plan, { ...group, size }, here, {
    run: plan.run,
    startedAt: 0,
    size,
    old,
    suspended: [],
    together: plan.together,
    ...recordGates(plan),
  });
  const limits = factsOf(record).limits(record);
  const peak = skip === undefined ? finalTarget(record).size : size;
  const rounds = roundsOf(record);
  const time = timeLimits(plan, group);
  const expectedMs = skip === undefined ? expectedTime(plan.timing.warmupMs, group, record) : 0;
  return {
    group: group.name,
    action: against.length > 0 ? 'refuse' : skip !== undefined ? 'skip' : 'swap',
    why: skip ?? whyReplaced({ observed, plan }, group, here, becomes),
    size: group.size,
    ...sizing(group, effect),
    strategy: limits === undefined ? 'swap' : 'rolling',
    ...(limits !== undefined && {
      rolling: { surge: limits.surge, unavailable: limits.unavailable, serial: limits.serial },
    }),
    doubled: peak,
    instances: here.length,
    outdated: staleOf(group, here),
    ...(becomes !== undefined && { becomes }),
    balancers: balancersOf(group, replaced),
    expectedMs,
    limitMs: skip === undefined ? time.totalMs + (rounds - 1) * time.progressMs + time.drainMs : 0,
    extraInstanceHours: Math.round((Math.max(0, peak.desired - size.desired) * expectedMs) / 36_000) / 100,
    against,
    warnings: [...falls(group, effect), ...(skip === undefined ? warnings(observed, plan, group) : [])],
  };
}

/** What is outdated, or will be, as a clause. */
function whyReplaced(
  { observed, plan }: LookAndPlan,
  group: Group,
  here: readonly Instance[],
  becomes: string | undefined,
): string {
  const many = hasNone(group) ? noneThere(group, observed).text : sayOutdated(group, here);
  const image = sayImage(plan, group);
  const all = [...(becomes === undefined ? [] : [becomes]), ...[image, many].filter((text) => text !== '')];
  if (all.length > 0) return all.join('; ');
  return plan.swap === 'always' ? 'all were asked for' : 'none of its instances is outdated';
}

/** @param replaced ids of those that the change puts others in place of */
function balancersOf({ balancers }: Group, replaced: readonly string[]): GroupOutlook['balancers'] {
  return balancers.map(({ id, name, kind, judged, note, healthFloorMs, drainMs }) => ({
    name,
    kind,
    judged,
    note,
    healthFloorMs,
    drainMs,
    ...(replaced.includes(id) && { replaced: true as const }),
  }));
}

/** What becomes of the group's size, and what the template says of it. */
function sizing(group: Group, { resized, template }: Effect): Pick<GroupOutlook, 'resized' | 'template' | 'leave'> {
  const leave = leaving(group, resized);
  return {
    ...(resized !== undefined && { resized }),
    ...(template !== undefined && { template }),
    ...(leave > 0 && { leave }),
  };
}

/** How many CloudFormation takes out. */
function leaving({ size }: Group, resized: Size | undefined): number {
  return Math.max(0, size.desired - (resized ?? size).desired);
}

/** CloudFormation may set the sizes of the template, and those are smaller than what serves. */
function falls(group: Group, { resized }: Effect): readonly Reason[] {
  const leave = leaving(group, resized);
  if (resized === undefined || leave === 0) return [];
  const { min, desired, max } = resized;
  return [
    {
      code: 'group.sizeFalls',
      group: group.name,
      text:
        `CloudFormation sets it to min ${min}, desired ${desired}, max ${max}, as its template says: ${leave} of its ` +
        `${group.size.desired} leave`,
      remedy: 'Without --sizes template all of them stay.',
    },
  ];
}

function staleOf(group: Group, here: readonly Instance[]): GroupOutlook['outdated'] {
  return here.flatMap((instance) => {
    const found = currencyOf(group, instance);
    const { id, configuration } = instance;
    return found.state === 'outdated' ? [{ id, configuration, differs: found.differs, why: found.why }] : [];
  });
}

/** Why nothing would be swapped, or undefined. An outdated group is what the change makes it. */
function skipped(observed: Observed, plan: Plan, group: Group, becomes: string | undefined): string | undefined {
  const asked = becomes !== undefined && plan.swap === 'outdated' ? ({ ...plan, swap: 'always' } as const) : plan;
  const found = preflight({ observed, plan: asked }, group);
  return found.kind === 'skip' ? found.why : undefined;
}

/** What preflight would say, and a rollout that is under way. */
function allAgainst(observed: Observed, plan: Plan, group: Group): readonly AdvisedReason[] {
  const { record, lease } = group.notes;
  if (record === undefined)
    return [...reasonsAgainst({ observed, plan }, group), ...factsOf(plan).reasonsAgainst(plan, group)];
  const kept = keptReasons(observed, plan).filter((reason) => reason.group === group.name);
  if (kept.length > 0) return kept;
  const overdue = keptUntil(group.notes);
  if (overdue !== undefined && observed.at >= overdue)
    return [
      {
        code: 'group.rollout',
        group: group.name,
        text: `run ${record.run} keeps its old instances, overdue since ${timestamp(overdue)}`,
        remedy: 'The next command that may change the group terminates them first, such as resume.',
      },
    ];
  const who = lease === undefined ? 'no run works on it' : `held by ${lease.host} (process ${lease.pid})`;
  return [
    {
      code: 'group.rollout',
      group: group.name,
      text: `run ${record.run} has a rollout under way here, ${who}`,
      remedy: 'The next run finishes it first, or waits for its holder.',
    },
  ];
}

/** Not settled is no reason yet: by the time of the swap it may be. */
function warnings(observed: Observed, plan: Plan, group: Group): readonly AdvisedReason[] {
  const open = plan.force ? undefined : instability(group, group.notes.record);
  const wait: Reason[] =
    open === undefined
      ? []
      : [
          {
            code: 'group.unsettled',
            group: group.name,
            text: `now, ${open.why}`,
            remedy: 'The swap starts only once the group is settled.',
          },
        ];
  return [...wait, ...warningsAbout({ observed, plan }, group)];
}
