import type { Activity as AwsActivity } from '@aws-sdk/client-auto-scaling';
import type { Instant } from '../../clock.js';
import { AwsFault, type FaultKind } from '../../errors.js';
import type { Activity } from '../../model/finding.js';
import type { FailedActivity, LifecycleHook, Precautions } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';

/** Launches of a group that failed since then, newest first. The first page is enough: they repeat each other. */
export async function failedLaunches(clients: Clients, group: string, since: Instant): Promise<FailedActivity[]> {
  const client = await clients.autoScaling();
  const answer = await client.describeScalingActivities({
    AutoScalingGroupName: group,
    Filters: [
      { Name: 'Status', Values: ['Failed'] },
      { Name: 'StartTimeLowerBound', Values: [new Date(since).toISOString()] },
    ],
    MaxRecords: 100,
  });
  return (answer.Activities ?? [])
    .filter((activity) => activity.StatusCode === 'Failed' && !(activity.Description ?? '').startsWith('Terminating'))
    .map((activity) => ({
      id: activity.ActivityId ?? '',
      group,
      startedAt: activity.StartTime?.getTime() ?? 0,
      message: activity.StatusMessage ?? '',
      cause: activity.Cause ?? '',
      ...zoneOf(activity),
    }))
    .filter((activity) => activity.startedAt >= since);
}

/** `Details` is JSON text, such as `{"Subnet ID":"subnet-…","Availability Zone":"eu-west-1a"}`. */
function zoneOf({ Details: details = '' }: AwsActivity): Pick<FailedActivity, 'zone'> {
  const [, zone] = /"Availability Zone"\s*:\s*"([^"]+)"/.exec(details) ?? [];
  return zone === undefined ? {} : { zone };
}

/** All activities of a group since then, newest first; a few pages of them at the most. */
export async function activities(clients: Clients, group: string, since: Instant): Promise<Activity[]> {
  const client = await clients.autoScaling();
  let read = 0;
  const pages = await allPages(
    'autoscaling:DescribeScalingActivities',
    async (token) => {
      const page = await client.describeScalingActivities({
        AutoScalingGroupName: group,
        IncludeDeletedGroups: true,
        MaxRecords: 100,
        ...(token && { NextToken: token }),
      });
      return { page: page.Activities ?? [], next: page.NextToken };
    },
    (page) => ++read >= 5 || page.some(({ StartTime: at }) => at !== undefined && at.getTime() < since),
  );
  return pages
    .flat()
    .map(toActivity)
    .filter(({ at }) => at >= since);
}

function toActivity(activity: AwsActivity): Activity {
  const [instance] = /\bi-[0-9a-f]{8,17}\b/.exec(activity.Description ?? '') ?? [];
  return {
    id: activity.ActivityId ?? '',
    at: activity.StartTime?.getTime() ?? 0,
    status: activity.StatusCode ?? '',
    description: activity.Description ?? '',
    cause: activity.Cause ?? '',
    message: activity.StatusMessage ?? '',
    ...(instance !== undefined && { instance }),
  };
}

/** Hooks that hold instances on their way in or out. A group that is gone has none. */
export async function lifecycleHooks(clients: Clients, group: string): Promise<LifecycleHook[]> {
  const client = await clients.autoScaling();
  const { LifecycleHooks: hooks = [] } = await client.describeLifecycleHooks({ AutoScalingGroupName: group });
  return hooks.map((hook) => ({
    name: hook.LifecycleHookName ?? '',
    holds: hook.LifecycleTransition === 'autoscaling:EC2_INSTANCE_TERMINATING' ? 'Terminating:Wait' : 'Pending:Wait',
    // The service's default is an hour.
    notifies: (hook.NotificationTargetARN ?? '') !== '',
    heartbeatMs: (hook.HeartbeatTimeout ?? 3600) * 1000,
    otherwise: hook.DefaultResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON',
  }));
}

const RUNNING_REFRESH = new Set<string>(['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking']);

const JUDGED_SOURCES = new Set<string>(['elb', 'elbv2']);

/** Faults that will pass, or that stop every other call as well: those are the engine's to handle. */
const NOT_OURS: ReadonlySet<FaultKind> = new Set(['throttled', 'expired', 'credentials', 'unreachable']);

/**
 * What only preflight asks. A permission that is missing, a service that does not know the call or fails
 * at it, becomes a warning: these facts make a start safer and are not worth refusing one.
 */
export async function precautions(clients: Clients, group: string): Promise<Precautions> {
  if (group.includes(':')) return { group, changingBalancers: [], unjudgedSources: [], warnings: [] };
  const warnings: string[] = [];
  const orWarn = async <T>(what: string, otherwise: T, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AwsFault) || NOT_OURS.has(error.kind)) throw error;
      warnings.push(`It could not be read whether ${what} (${error.operation}: ${error.code}).`);
      return otherwise;
    }
  };
  const activeRefresh = await orWarn('an instance refresh is running', undefined, () => runningRefresh(clients, group));
  const sources = await orWarn('load balancers are being attached or detached', [], () =>
    trafficSources(clients, group),
  );
  return {
    group,
    ...(activeRefresh === undefined ? {} : { activeRefresh }),
    changingBalancers: sources
      .filter(({ state }) => state === 'Adding' || state === 'Removing')
      .map(({ id, state }) => `${id} (${state})`),
    unjudgedSources: sources
      .filter(({ type, state }) => !JUDGED_SOURCES.has(type) && state !== 'Removed')
      .map(({ id, type }) => `${id} (${type})`),
    warnings,
  };
}

/** Refreshes come newest first and only one can run, so the first page holds it. */
async function runningRefresh(clients: Clients, group: string): Promise<string | undefined> {
  const client = await clients.autoScaling();
  const { InstanceRefreshes: refreshes = [] } = await client.describeInstanceRefreshes({ AutoScalingGroupName: group });
  const running = refreshes.find((refresh) => RUNNING_REFRESH.has(refresh.Status ?? ''));
  return running && `${running.InstanceRefreshId ?? ''} (${running.Status ?? ''})`;
}

async function trafficSources(clients: Clients, group: string): Promise<{ id: string; type: string; state: string }[]> {
  const client = await clients.autoScaling();
  const pages = await allPages('autoscaling:DescribeTrafficSources', async (token) => {
    const page = await client.describeTrafficSources({
      AutoScalingGroupName: group,
      ...(token && { NextToken: token }),
    });
    return { page, next: page.NextToken };
  });
  return pages
    .flatMap((page) => page.TrafficSources ?? [])
    .map((source) => ({
      id: source.Identifier ?? '',
      type: source.Type ?? 'elbv2',
      state: source.State ?? '',
    }));
}
