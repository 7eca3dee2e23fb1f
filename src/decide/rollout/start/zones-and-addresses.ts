import type { Reason } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { count } from '../../../text/count.js';
import { membersOf, units } from '../../instances/classify.js';
import { factsOf } from '../../strategies/facts-by-name.js';
import { finalTarget } from '../target-size.js';

/**
 * Zones that the group launches in and that one of its balancers does not take: nothing there becomes healthy.
 * Source: Application Load Balancers, "Health checks for target groups" (`Target.NotInUse`).
 */
export function zoneReasons({ name, zones, balancers }: Group): readonly Reason[] {
  return balancers.flatMap((balancer): readonly Reason[] => {
    // A balancer that names no zone at all tells nothing of them.
    const open = balancer.zones ?? [];
    const shut = open.length === 0 ? [] : zones.filter((zone) => !open.includes(zone));
    // rule: shut-zone
    if (!balancer.judged || shut.length === 0) return [];
    return [
      {
        code: 'group.zones',
        group: name,
        text:
          `it launches in ${shut.join(', ')}, where its load balancer ${balancer.name} is not enabled: what is ` +
          'launched there never becomes healthy',
        remedy:
          balancer.kind === 'classic'
            ? 'Enable the zone for the load balancer (aws elb attach-load-balancer-to-subnets), take it off the ' +
              'group, or start with --force.'
            : 'Add a subnet of the zone to the load balancer (aws elbv2 set-subnets), take the zone off the group, ' +
              'or start with --force.',
      },
    ];
  });
}

/** Fewer free addresses than the rollout launches at the same time. @param free addresses; undefined: not known */
export function addressWarnings(plan: Plan, group: Group, free: number | undefined): readonly Reason[] {
  if (free === undefined || group.notes.record !== undefined) return [];
  const old = membersOf(group);
  const { size } = group;
  const base = { run: plan.run, startedAt: 0, size, old: units(old), suspended: [], together: plan.together };
  const growth = finalTarget(factsOf(plan).newRecord(plan, group, old, base)).size.desired - size.desired;
  const more = units(old) === 0 ? 0 : Math.ceil((growth * old.length) / units(old));
  if (more <= free) return [];
  return [
    {
      code: 'group.addresses',
      group: group.name,
      text:
        `it launches ${count(more, 'more instance')} at the same time, and ${free} addresses are free in its ` +
        'subnets',
      remedy: 'Free addresses there, give the group another subnet, or use --strategy rolling with a small --surge.',
    },
  ];
}
