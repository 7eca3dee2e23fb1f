import type { Milliseconds } from '../clock.js';
import type { GroupOutlook } from '../model/change-plan.js';
import type { StackChanges } from '../model/change-set.js';
import type { Observed, Reason } from '../model/decision.js';
import type { Group } from '../model/group.js';
import type { Plan } from '../model/plan.js';
import { doubled } from './capacity.js';
import { causeOf, certainDetails, parametersBehind, type Place } from './causes.js';
import { outdated, standing, units } from './classify.js';
import { preflight, reasonsAgainst, warningsAbout } from './preflight.js';
import { unsettled } from './settled.js';

/** Assumed for an estimate: from the doubling to an instance that answers. Images differ widely. */
const LAUNCH_MS: Milliseconds = 90_000;
/** From the end of draining to an instance that is gone. */
const SHUTDOWN_MS: Milliseconds = 30_000;

/** Properties of a group that say what it launches. */
const LAUNCHES: ReadonlySet<string> = new Set(['LaunchConfigurationName', 'LaunchTemplate', 'MixedInstancesPolicy', 'InstanceId']);

/**
 * What the swap would do with a group, if the stack changed like this now.
 * @param becomes why the change makes all instances outdated, see `effectOn`
 */
export function groupOutlook(observed: Observed, plan: Plan, group: Group, becomes: string | undefined): GroupOutlook {
  const here = group.instances.filter((instance) => !['leaving', 'retained', 'parked'].includes(standing(instance.lifecycle)));
  const stale = here.filter((instance) => group.configurations.length > 0 && outdated(group, instance));
  const skip = skipped(observed, plan, group, becomes);
  const against = skip === undefined ? allAgainst(observed, group) : [];
  const old = units(here);
  const record = { size: group.size, old } as Parameters<typeof doubled>[0];
  const expectedMs = skip === undefined ? expected(plan, group) : 0;
  const many = stale.length === 0 ? '' : `${stale.length} of ${here.length} instances are outdated`;
  return {
    group: group.name,
    action: skip !== undefined ? 'skip' : against.length > 0 ? 'refuse' : 'swap',
    why: skip ?? [...(becomes === undefined ? [] : [becomes]), ...(many === '' ? [] : [many])].join('; ') + (becomes === undefined && many === '' ? 'a swap of all was asked for' : ''),
    size: group.size,
    doubled: skip === undefined ? doubled(record) : group.size,
    instances: here.length,
    outdated: stale.map(({ id, configuration }) => ({ id, configuration })),
    ...(becomes !== undefined && { becomes }),
    balancers: group.balancers.map(({ name, kind, judged, note, healthFloorMs, drainMs }) => ({ name, kind, judged, note, healthFloorMs, drainMs })),
    expectedMs,
    limitMs: skip === undefined ? plan.timing.totalMs + plan.timing.drainMs : 0,
    extraInstanceHours: Math.round((old * expectedMs) / 36_000) / 100,
    against,
    warnings: skip === undefined ? warnings(observed, plan, group) : [],
  };
}

/** Why nothing would be swapped, or undefined. An outdated group is what the change makes it. */
function skipped(observed: Observed, plan: Plan, group: Group, becomes: string | undefined): string | undefined {
  const asked = becomes !== undefined && plan.swap === 'outdated' ? ({ ...plan, swap: 'always' } as const) : plan;
  const found = preflight(observed, asked, group);
  return found.kind === 'skip' ? found.why : undefined;
}

/** What preflight would say, and a rollout that is under way. */
function allAgainst(observed: Observed, group: Group): readonly Reason[] {
  const { record, lease } = group.notes;
  if (record === undefined) return reasonsAgainst(observed, group);
  const who = lease === undefined ? 'nobody works on it' : `held by ${lease.host} (process ${lease.pid})`;
  return [{ code: 'group.rollout', group: group.name, text: `run ${record.run} has a rollout under way here, ${who}`, remedy: 'The next run finishes it first, or waits for its holder.' }];
}

/** Not settled is no reason yet: by the time of the swap it may be. */
function warnings(observed: Observed, plan: Plan, group: Group): readonly Reason[] {
  const open = plan.force ? undefined : unsettled(group, group.notes.record);
  const wait: Reason[] = open === undefined ? [] : [{ code: 'group.unsettled', group: group.name, text: `now, ${open.why}`, remedy: 'The swap starts only once the group is settled.' }];
  return [...wait, ...warningsAbout(observed, plan, group)];
}

function expected(plan: Plan, group: Group): Milliseconds {
  const judged = group.balancers.filter((balancer) => balancer.judged);
  const most = (of: (balancer: (typeof judged)[number]) => Milliseconds): Milliseconds => judged.reduce((most, balancer) => Math.max(most, of(balancer)), 0);
  return LAUNCH_MS + most(({ healthFloorMs }) => healthFloorMs) + plan.timing.warmupMs + most(({ drainMs }) => drainMs) + SHUTDOWN_MS;
}

/**
 * Why a change makes all instances of a group outdated; undefined when it does not.
 * @param refs what the group launches from, unresolved: `lt/ID:$Latest` follows its template by itself
 */
export function effectOn(changes: StackChanges, group: string, refs: readonly string[]): string | undefined {
  const look = (place: Place): string | undefined => {
    for (const change of place.stack.changes) {
      if (change.physicalId === group && change.action === 'Modify') {
        const detail = certainDetails(change).find(({ name }) => name !== undefined && LAUNCHES.has(name.split('.')[0] ?? ''));
        if (detail !== undefined) return `${detail.name ?? ''} changes by ${causeOf(detail, place)}`;
      }
      const follows = change.type === 'AWS::EC2::LaunchTemplate' && change.physicalId !== '' && refs.some((ref) => ref.startsWith(`lt/${change.physicalId}:$`));
      if (follows && change.action === 'Modify' && certainDetails(change).some(({ name }) => name?.split('.')[0] === 'LaunchTemplateData')) {
        const parameters = parametersBehind(change.logicalId, place);
        return `its launch template ${change.logicalId} changes${parameters.length === 0 ? '' : ` by parameter ${parameters.join(', ')}`}`;
      }
      const inner = change.nested === undefined ? undefined : look({ stack: change.nested, parent: { place, change } });
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  return look({ stack: changes });
}
