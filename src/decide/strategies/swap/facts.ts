import { command, type NextCommand } from '../../../text/commands/next-command.js';
import { remedyWith } from '../../../text/commands/remedy.js';
import { RECORD_VERSION } from '../../../model/rollout/record.js';
import { doubled } from '../../instances/capacity.js';
import { standing } from '../../instances/classify.js';
import type { AdvisedReason, Reason } from '../../../model/rollout/decision.js';
import type { Group, Instance } from '../../../model/rollout/group.js';
import { wholeSize } from '../../ownership/ignored-old.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { count } from '../../../text/count.js';
import { duration } from '../../../text/duration.js';
import { list } from '../../../text/list.js';
import type { StrategyFacts } from '../facts.js';

/** The swap: all old instances stay until as many new ones are proven. */
export const swapFacts: StrategyFacts = {
  words: { short: 'swap', long: 'swap', refused: 'swap.refused' },
  kind: 'replacing',
  keepsRecord: true,
  replaces: true,
  provesAfterVerdict: false,
  provesWithoutRecord: false,
  endsWithTooMany: false,
  leavingPhase: 'halve',
  reads: { alarms: true, precautions: true, launchConfigurations: true, registrations: false },
  newRecord: (_plan, _group, old, base) => ({
    version: RECORD_VERSION,
    strategy: 'swap',
    ...base,
    // Instances that are shielded could not be told from those that are left as they are.
    ...(canShield(old) && base.kept === undefined && { shield: true }),
  }),
  reasonsAgainst: (plan, group) => [
    ...unshieldedAgainst(group),
    ...(plan.gates?.keepMs === undefined ? [] : keepReasons(group)),
  ],
  warnings: (plan, group) => [...reservationWarnings(group), ...keptWarnings(plan, group)],
  target: (record) => ({
    purpose: 'double',
    size: doubled(record),
    needed: record.size.desired,
    why: `${record.old} old stay in service while as many new ones are proven`,
  }),
  shields: (record) => record.strategy === 'swap' && record.shield === true,
  limits: () => undefined,
  whyPromoted: (units, groups) => {
    if (groups > 1) return `all new instances of ${groups} groups are proven`;
    return units === 1 ? 'the new instance is proven' : `all ${units} new instances are proven`;
  },
};

/**
 * New instances of several weights may add up to more than was asked for, and Auto Scaling takes out what is too many:
 * by its usual policy one of the oldest template that nobody protects. A swap shields its old ones from that, which it
 * cannot where those that its owner protects are told by their protection.
 */
function unshieldedAgainst({ name, weighted, kept }: Group): readonly Reason[] {
  // rule: unshielded-weights
  if (kept === undefined || !weighted) return [];
  return [
    {
      code: 'group.protected',
      group: name,
      text:
        'its instances have weights, and beside those that --protected ignore leaves as they are a swap cannot ' +
        'shield the others from scale-in: Auto Scaling could take one of them before the new ones serve',
      remedy: 'Say --protected refresh to replace them all, or --protected wait to wait until nobody protects them.',
    },
  ];
}

/** What is kept costs money, also where nobody comes to end it. */
function keptWarnings({ gates }: Plan, { name, size }: Group): readonly Reason[] {
  if (gates?.keepMs === undefined || size.desired === 0) return [];
  const kept = count(size.desired, 'old instance');
  const isAre = size.desired === 1 ? 'is' : 'are';
  return [
    {
      code: 'group.keptOld',
      group: name,
      text: `its ${kept} ${isAre} kept in standby for ${duration(gates.keepMs)} after the verdict`,
      remedy:
        'They are paid for until they are terminated. Where the run ends before, the next command that may change ' +
        'the group does it, such as resume.',
    },
  ];
}

/** Why the old half of a group could not be kept in standby, or not be told from others there. */
function keepReasons({ name, instances, weighted }: Group): readonly AdvisedReason[] {
  const back = (ids: readonly string[]): NextCommand =>
    command`aws autoscaling exit-standby --auto-scaling-group-name ${name} --instance-ids ${ids}`;
  const aside = instances.filter(({ lifecycle }) => standing(lifecycle) === 'parked').map(({ id }) => id);
  return [
    ...(weighted
      ? [
          {
            code: 'group.keep',
            group: name,
            text: 'its instances have weights, and what they take off the desired capacity in standby is open',
            remedy: 'Leave --keep-old out: the old instances are then terminated after the verdict.',
          },
        ]
      : []),
    ...(aside.length > 0
      ? [
          {
            code: 'group.keep',
            group: name,
            text: `it has instances in standby (${list(aside, 5)}), which could not be told from those that are kept`,
            remedy: remedyWith`Leave --keep-old out, or put them back: ${back(aside)}`,
          },
        ]
      : []),
  ];
}

/** Reservations are for what runs; a swap needs as much again, which such a group cannot get beside them. */
function reservationWarnings(group: Group): readonly Reason[] {
  const { name, size, reservationsOnly } = group;
  if (reservationsOnly !== true || size.desired === 0) return [];
  const room = wholeSize(group).desired + size.desired;
  return [
    {
      code: 'group.reservations',
      group: name,
      text: `it launches into capacity reservations alone, and a swap needs room for ${room} there`,
      remedy: 'Where less is reserved: --strategy rolling needs one more, with --surge 0 --unavailable 1 none.',
    },
  ];
}

/**
 * Whether the old half can be protected from scale-in so that the protection can be taken off again exactly: none of
 * its instances is protected already, and all are in service, without which AWS protects none. Somebody who sees a
 * doubled group and lowers its desired capacity would otherwise take the old ones away: by its usual policy Auto
 * Scaling lets those of the oldest template go first.
 */
function canShield(old: readonly Instance[]): boolean {
  // rule: no-shield
  return (
    old.length > 0 && old.every((instance) => !instance.protectedFromScaleIn && standing(instance.lifecycle) === 'live')
  );
}
