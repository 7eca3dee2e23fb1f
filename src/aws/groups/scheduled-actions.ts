import type { ScheduledUpdateGroupAction } from '@aws-sdk/client-auto-scaling';
import { Cron } from 'croner';
import type { Instant } from '../../clock.js';
import type { ScheduledAction } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';

/**
 * The scheduled actions of a group: when each came due last since then, and when it comes due next. AWS lists those
 * that recur and those that are still to come, but none that came due once (API reference, DescribeScheduledActions).
 * What is no Auto Scaling group has none.
 */
export async function scheduledActions(
  clients: Clients,
  group: string,
  { since, at }: { readonly since: Instant; readonly at: Instant },
): Promise<ScheduledAction[]> {
  if (group.includes(':')) return [];
  const client = await clients.autoScaling();
  const pages = await allPages('autoscaling:DescribeScheduledActions', async (token) => {
    const page = await client.describeScheduledActions({
      AutoScalingGroupName: group,
      MaxRecords: 100,
      ...(token && { NextToken: token }),
    });
    return { page, next: page.NextToken };
  });
  return pages
    .flatMap((page) => page.ScheduledUpdateGroupActions ?? [])
    .map((action) => {
      const times = timesOf(action, since, at);
      const { ScheduledActionName: name = '', MinSize: min, MaxSize: max, DesiredCapacity: desired } = action;
      return {
        name,
        sets: {
          ...(min !== undefined && { min }),
          ...(max !== undefined && { max }),
          ...(desired !== undefined && { desired }),
        },
        ...times,
      };
    })
    .filter(({ last, next }) => last !== undefined || next !== undefined);
}

/**
 * AWS shows the next time of a recurrence as its start (hashicorp/terraform-provider-aws#41200), and keeps that where
 * the expression was changed since. Times are those of the action's time zone, UTC without one (user guide, "Scheduled
 * scaling").
 */
function timesOf(
  action: ScheduledUpdateGroupAction,
  since: Instant,
  at: Instant,
): Pick<ScheduledAction, 'last' | 'next'> {
  const start = (action.StartTime ?? action.Time)?.getTime();
  const end = action.EndTime?.getTime() ?? Infinity;
  const cron = cronOf(action);
  const recent = [cron?.before(Math.min(at, end) + 1), start].filter(
    (time) => time !== undefined && time > since && time <= at,
  ) as readonly Instant[];
  // A start that has passed is left over: what recurs begins again after it.
  const next = start !== undefined && start > at ? start : cron?.after(at);
  return {
    ...(recent.length > 0 && { last: Math.max(...recent) }),
    ...(next !== undefined && next <= end && { next }),
  };
}

interface Recurrence {
  readonly before: (time: Instant) => Instant | undefined;
  readonly after: (time: Instant) => Instant | undefined;
}

/** Undefined where nothing recurs, or where we cannot read the expression: then its start alone counts. */
function cronOf({
  Recurrence: expression,
  TimeZone: timezone = 'Etc/UTC',
}: ScheduledUpdateGroupAction): Recurrence | undefined {
  if (expression === undefined || expression === '') return undefined;
  try {
    const cron = new Cron(expression, { timezone, mode: '5-part', sloppyRanges: true });
    const after = (time: Instant): Instant | undefined => cron.nextRun(new Date(time))?.getTime();
    // Some expressions never come due, which is found out only by looking ahead.
    if (after(0) === undefined) return undefined;
    return { after, before: (time) => cron.previousRuns(1, new Date(time))[0]?.getTime() };
  } catch {
    return undefined;
  }
}
