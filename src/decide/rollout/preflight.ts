import type { Wait, Observed, Reason } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { RECORD_VERSION, STRATEGY_RECORD_VERSION, type RolloutRecord } from '../../model/rollout/record.js';
import { outdated, serving, split, standing, units } from '../instances/classify.js';
import { recordGates } from '../gates/gates.js';
import { limitReasons, limitsOf, limitWarnings, membersOf, ONE_ABOVE } from '../strategies/rolling/limits.js';
import { instability } from '../instances/stability.js';
import { canShield } from './scale-in-protection.js';

/**
 * Suspended for the time of a rollout: all that changes membership by itself. Never Launch, Terminate,
 * AddToLoadBalancer or HealthCheck, without which the swap itself cannot go on.
 */
export const SUSPENDED_BY_SWAP = [
  'AlarmNotification',
  'ScheduledActions',
  'AZRebalance',
  'ReplaceUnhealthy',
  'InstanceRefresh',
] as const;

/** Resumed before anything grows, where the record says that they are ours: no rollout works without them. */
export const RESET_FIRST = ['Launch', 'Terminate', 'AddToLoadBalancer', 'HealthCheck'] as const;

/** Processes without which no swap can succeed. */
const NEEDED = ['Launch', 'Terminate', 'AddToLoadBalancer'] as const;

/** How many looks in a row must show the group settled. */
const SETTLED_LOOKS = 2;

/** What preflight says of one group that has no record. */
export type Preflight =
  /** `upToDate`: because of its instances, which reads may show as they were before a change. */
  | { readonly kind: 'skip'; readonly why: string; readonly upToDate: boolean }
  | { readonly kind: 'refuse'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  | { readonly kind: 'ready'; readonly record: RolloutRecord; readonly why: string };

/** Every reason not to start on this group, or its record. Nothing has been changed yet. */
export function preflight(observed: Observed, plan: Plan, group: Group): Preflight {
  const skip = skipped(plan, group);
  if (skip !== undefined) return { kind: 'skip', ...skip };
  const reasons = [...reasonsAgainst(observed, group, plan.force), ...limitReasons(plan, group)];
  if (reasons.length > 0) return { kind: 'refuse', reasons };

  // rule: starts-unsettled
  const open = plan.force ? undefined : instability(group);
  const launching = open?.coming === true && !group.suspended.includes('Launch');
  const until =
    Math.max(observed.seen.firstLookAt, observed.seen.heldAt ?? 0) +
    (launching ? plan.timing.progressMs : plan.timing.settleMs);
  if (open !== undefined && observed.at >= until)
    return { kind: 'refuse', reasons: [notSettled(group, open.why, open.instances)] };
  // Who is dead and forgotten by EC2 belongs to neither half, and nobody waits for it.
  const unborn = membersOf(group).filter((instance) => instance.healthy && instance.launchedAt === undefined);
  // rule: unlisted-awaited
  if (unborn.length > 0 && observed.at >= until)
    return {
      kind: 'refuse',
      reasons: [
        notSettled(
          group,
          'EC2 does not say when all instances were launched',
          unborn.map(({ id, lifecycle }) => ({ id, why: lifecycle })),
        ),
      ],
    };
  if (
    open !== undefined ||
    unborn.length > 0 ||
    (observed.seen.settled[group.name] ?? 0) < (plan.force ? 0 : SETTLED_LOOKS)
  ) {
    const why =
      open === undefined ? 'looking twice before anything is changed' : `the group is not settled: ${open.why}`;
    return {
      kind: 'wait',
      wait: { group: group.name, phase: 'preflight', why, instances: open?.instances ?? [], until },
    };
  }
  return ready(observed, plan, group);
}

/** Why nothing has to be done, or undefined. */
function skipped(plan: Plan, group: Group): { readonly why: string; readonly upToDate: boolean } | undefined {
  if (plan.swap === 'never') return { why: 'swapping was not asked for (--swap never)', upToDate: false };
  if (group.size.desired === 0 && group.instances.length === 0)
    return { why: 'it is empty (desired 0)', upToDate: false };
  if (plan.swap === 'always' || group.configurations.length === 0) return undefined;
  const stale = group.instances.filter(
    (instance) => standing(instance.lifecycle) !== 'leaving' && outdated(group, instance),
  );
  if (stale.length > 0) return undefined;
  const frozen = group.notes.frozen === undefined ? '' : '; it is still frozen by an earlier roll-back';
  const [who, run] =
    group.instances.length === 1 ? ['its one instance', 'runs'] : [`all ${group.instances.length} instances`, 'run'];
  return { why: `${who} ${run} ${group.configurations.join(' or ')} already${frozen}`, upToDate: true };
}

/** Every reason against a swap that can be seen now. */
export function reasonsAgainst(observed: Observed, group: Group, force = false): readonly Reason[] {
  const reasons: Reason[] = [];
  const against = (code: string, text: string, remedy: string): void =>
    void reasons.push({ code, group: group.name, text, remedy });
  const precautions = observed.precautions.find((one) => one.group === group.name);
  const frozen = group.notes.frozen?.processes ?? [];

  if (group.status !== undefined)
    against(
      'group.deleting',
      `it is being deleted (${group.status})`,
      'Wait until it is gone, or leave it out with --asg.',
    );
  if (group.operator !== undefined)
    against(
      'group.operator',
      `only ${group.operator} may change it`,
      'Leave it out, or roll out through that service.',
    );
  if (group.hasWarmPool) {
    against(
      'group.warmPool',
      'it has a warm pool, whose instances were launched with the old configuration',
      'Delete the warm pool for the time of the rollout: aws autoscaling delete-warm-pool.',
    );
  }
  if (group.notes.unreadable !== undefined) {
    against(
      'group.unreadable',
      `it carries a note that this version cannot read: ${group.notes.unreadable}`,
      'Use the version of ha-updater that wrote it, or remove the tag when you know that no rollout is going on.',
    );
  }
  for (const process of force ? [] : NEEDED) {
    if (!group.suspended.includes(process) || (process === 'Launch' && frozen.includes(process))) continue;
    against(
      'group.suspended',
      `the process ${process} is suspended, so no instance can be replaced`,
      `aws autoscaling resume-processes --auto-scaling-group-name ${group.name} --scaling-processes ${process}, or --force, which resets all that is suspended.`,
    );
  }
  if (precautions?.activeRefresh !== undefined) {
    against(
      'group.refresh',
      `an instance refresh is running (${precautions.activeRefresh})`,
      `Wait for it, or: aws autoscaling cancel-instance-refresh --auto-scaling-group-name ${group.name}`,
    );
  }
  for (const balancer of precautions?.changingBalancers ?? [])
    against(
      'group.attaching',
      `its load balancer ${balancer} is being changed`,
      'Wait until that is done and start again.',
    );
  if (group.configurations.length === 0)
    against(
      'group.configuration',
      'what it launches from could not be found out',
      'Check that its launch template or launch configuration exists and may be read.',
    );
  for (const instance of group.instances) {
    const where = standing(instance.lifecycle);
    if (where === 'parked')
      against(
        'group.standby',
        `${instance.id} is in ${instance.lifecycle}`,
        `Put it back: aws autoscaling exit-standby --auto-scaling-group-name ${group.name} --instance-ids ${instance.id}`,
      );
    if (where === 'repairing')
      against(
        'group.repairing',
        `${instance.id} is in ${instance.lifecycle}`,
        'Wait until its root volume has been replaced.',
      );
  }
  return reasons;
}

function notSettled(
  group: Group,
  why: string,
  instances: readonly { readonly id: string; readonly why: string }[],
): Reason {
  const rows = instances.slice(0, 5).map(({ id, why: reason }) => `${id} ${reason}`);
  const more = instances.length > 5 ? [`and ${instances.length - 5} more`] : [];
  return {
    code: 'group.unsettled',
    group: group.name,
    text: `before the swap, ${why}${rows.length === 0 ? '' : `: ${[...rows, ...more].join('; ')}`}`,
    remedy:
      'Mend the group first, or start all the same with --force: the instances that are there now then count as the old ones.',
  };
}

/** The record that makes the rollout: what anybody needs to finish or undo it. */
function ready(observed: Observed, plan: Plan, group: Group): Preflight {
  const startedAt = Math.floor(observed.at / 1000) * 1000;
  const old = membersOf(group);
  const justLaunched = old.find((instance) => (instance.launchedAt ?? 0) >= startedAt);
  if (justLaunched !== undefined) {
    return {
      kind: 'wait',
      wait: {
        group: group.name,
        phase: 'preflight',
        why: `${justLaunched.id} was launched in this very second`,
        instances: [],
      },
    };
  }
  const thaw = (group.notes.frozen?.processes ?? []).filter((process) => group.suspended.includes(process));
  // rule: operator-resumed
  const mine = SUSPENDED_BY_SWAP.filter((process) => !group.suspended.includes(process));
  const base = {
    run: plan.run,
    startedAt,
    size: group.size,
    old: units(old),
    suspended: [...new Set([...mine, ...thaw, ...(plan.force ? group.suspended : [])])],
    together: plan.together,
    ...recordGates(plan),
  };
  const record = recordOf(plan, group, old, base);
  const stale = old.filter((instance) => outdated(group, instance)).length;
  const because = plan.swap === 'always' ? 'all were asked for' : `${stale} of ${old.length} instances are outdated`;
  return {
    kind: 'ready',
    record,
    why: `${because}; ${serving(group, old).length} in service, sizes ${group.size.min}/${group.size.desired}/${group.size.max} are noted before anything changes`,
  };
}

/** What the record of a rollout over this group would say, by the strategy of the plan. */
export function recordOf(
  plan: Plan,
  group: Group,
  old: readonly Instance[],
  base: Omit<RolloutRecord, 'version' | 'strategy'>,
): RolloutRecord {
  if (plan.strategy !== 'rolling')
    return { version: RECORD_VERSION, strategy: 'swap', ...base, ...(canShield(old) ? { shield: true } : {}) };
  const choice = plan.rolling ?? ONE_ABOVE;
  return {
    version: STRATEGY_RECORD_VERSION,
    strategy: 'rolling',
    ...base,
    ...limitsOf(choice, group, old),
    serial: choice.serial,
  };
}

/** What a person should know before the swap starts; none of it stops it. */
export function warningsAbout(observed: Observed, plan: Plan, group: Group): readonly Reason[] {
  const warnings: Reason[] = [];
  const warn = (code: string, text: string, remedy: string): void =>
    void warnings.push({ code, group: group.name, text, remedy });
  const precautions = observed.precautions.find((one) => one.group === group.name);
  for (const text of precautions?.warnings ?? []) warn('group.unchecked', text, 'Check it by hand when it matters.');
  for (const source of precautions?.unjudgedSources ?? [])
    warn('group.source', `the traffic source ${source} cannot be judged`, 'Its health is not waited for.');
  if (plan.gates?.skipBalancers === true && group.balancers.length > 0) {
    warn(
      'group.balancersSkipped',
      `no load balancer is asked whether its instances serve (--skip-elb-health-check): ${group.balancers.map(({ name }) => name).join(', ')}`,
      'The old instances go as soon as Auto Scaling calls the new ones InService; behind the load balancers nothing may serve then.',
    );
  }
  for (const balancer of group.balancers) {
    if (plan.gates?.skipBalancers === true) continue;
    if (!balancer.judged)
      warn('balancer.unjudged', `${balancer.name} is not judged: ${balancer.note}`, 'Its health is not waited for.');
    else if (balancer.healthFloorMs > plan.timing.progressMs) {
      warn(
        'balancer.slow',
        `health checks of ${balancer.name} alone take ${Math.round(balancer.healthFloorMs / 1000)} s`,
        'Raise --healthy-timeout.',
      );
    }
    if (
      plan.strategy !== 'restart' &&
      balancer.judged &&
      group.healthCheckType.includes('ELB') &&
      balancer.healthFloorMs >= group.healthCheckGraceMs
    ) {
      const floor = Math.round(balancer.healthFloorMs / 1000);
      warn(
        'group.grace',
        `health checks of ${balancer.name} take ${floor} s at least, and Auto Scaling gives up on an instance after a grace period of ${Math.round(group.healthCheckGraceMs / 1000)} s`,
        'Raise HealthCheckGracePeriod, or lower the interval or the healthy threshold; else good instances may be given up.',
      );
    }
    if (balancer.drainMs > plan.timing.drainMs)
      warn(
        'balancer.drain',
        `${balancer.name} drains for up to ${Math.round(balancer.drainMs / 1000)} s`,
        'Raise --drain-timeout.',
      );
  }
  const guarded =
    group.notes.record === undefined ? membersOf(group).filter((instance) => instance.protectedFromScaleIn).length : 0;
  if (guarded > 0)
    warn(
      'group.protected',
      `${guarded} of its instances ${guarded === 1 ? 'is' : 'are'} protected from scale-in`,
      'A rollout terminates them all the same.',
    );
  if (group.notes.record === undefined) warnings.push(...limitWarnings(plan, group));
  const versions = mixedVersions(group);
  if (versions.length > 1)
    warn(
      'group.versions',
      `its new instances run ${versions.join(' and ')}`,
      'Somebody changed what the group launches in the middle. They are all proven; swap it once more when this is over.',
    );
  if (!group.balancers.some((balancer) => balancer.judged)) {
    warn(
      'group.noBalancer',
      'no load balancer judges its instances',
      'New instances are proven by Auto Scaling health alone.',
    );
  }
  return warnings;
}

/** Versions of one launch template, where new instances run several of them: with overrides several templates are meant. */
function mixedVersions(group: Group): readonly string[] {
  const { record } = group.notes;
  if (record === undefined) return [];
  const all = [...new Set(split(group, record).new.map(({ configuration }) => configuration))].filter((configuration) =>
    configuration.startsWith('lt/'),
  );
  const template = (configuration: string): string => configuration.slice(0, configuration.lastIndexOf(':'));
  return all.filter((one) => all.some((other) => other !== one && template(other) === template(one))).sort();
}
