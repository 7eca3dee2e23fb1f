import { wholeSize } from '../../ownership/ignored-old.js';
import type { Reason } from '../../../model/rollout/decision.js';
import type { Group, Instance } from '../../../model/rollout/group.js';
import type { Plan, RollingChoice, Share } from '../../../model/rollout/rollout-plan.js';
import type { RollingRecord } from '../../../model/rollout/record.js';
import { membersOf, units } from '../../instances/classify.js';

/** What is said when nothing is: one above, none below. */
export const ONE_ABOVE: RollingChoice = { surge: { count: 1 }, unavailable: { count: 0 }, serial: false };

/**
 * The limits of a rolling rollout in units of this group: parts of the desired capacity, the surge rounded up and
 * what may be unavailable rounded down. A surge is no more than the whole again, and in a weighted group at least the
 * heaviest instance: less could not replace it.
 * @param old the instances that are there
 */
export function limitsOf(
  choice: RollingChoice,
  group: Group,
  old: readonly Instance[],
): Pick<RollingRecord, 'surge' | 'unavailable'> {
  const { desired } = group.size;
  const surge = Math.min(desired, resolved(choice.surge, desired, Math.ceil));
  const heaviest = Math.max(1, ...old.map(({ weight }) => weight));
  const overshoot = Math.max(0, units(old) - desired);
  return {
    surge: surge === 0 ? 0 : Math.max(surge, heaviest) + overshoot,
    unavailable: resolved(choice.unavailable, desired, Math.floor),
  };
}

function resolved(share: Share, of: number, round: (exact: number) => number): number {
  // Rounded to a thousandth first: 10 % of 70 must not become 7.000000000000001.
  return 'count' in share ? share.count : round(Math.round(share.percent * of * 10) / 1000);
}

/** Why a rolling rollout cannot be made of this group, as it was asked for. */
export function limitReasons(plan: Plan, group: Group): readonly Reason[] {
  const choice = plan.rolling ?? ONE_ABOVE;
  const { desired } = group.size;
  const { surge, unavailable } = limitsOf(choice, group, membersOf(group));
  const against = (code: string, text: string, remedy: string): readonly Reason[] => [
    { code, group: group.name, text, remedy },
  ];
  if (surge === 0 && unavailable === 0)
    return against(
      'group.noRoom',
      `--surge 0 and --unavailable ${shareText(choice.unavailable)} of ${desired} let no instance be replaced`,
      'Say how many may be out of service as a number (--unavailable 1), or allow a surge.',
    );
  const heaviest = Math.max(1, ...membersOf(group).map(({ weight }) => weight));
  if (surge === 0 && heaviest > unavailable)
    return against(
      'group.noRoom',
      `its heaviest instance counts ${heaviest}, and with --surge 0 only ${unavailable} may be out of service`,
      'Allow that much to be out of service, or a surge.',
    );
  // Of a single instance it must have been said in so many words.
  if (unavailable >= desired && !(desired === 1 && 'count' in choice.unavailable)) {
    return against(
      'group.allUnavailable',
      `--unavailable ${shareText(choice.unavailable)} would let all ${desired} instances be out of service at once`,
      desired === 1
        ? 'Say --unavailable 1 if that is meant, or allow a surge.'
        : `Use at most --unavailable ${desired - 1}.`,
    );
  }
  return [];
}

/** What a person should know of the limits before a rolling rollout starts. */
export function limitWarnings(plan: Plan, group: Group): readonly Reason[] {
  if (group.size.desired === 0) return [];
  const { surge, unavailable } = limitsOf(plan.rolling ?? ONE_ABOVE, group, membersOf(group));
  return [...surgeReservations(group, surge), ...unavailableWarnings(group, surge, unavailable)];
}

/** Where a group may launch into its reservations alone, they have to hold the surge too. */
function surgeReservations(group: Group, surge: number): readonly Reason[] {
  const { name, reservationsOnly } = group;
  if (reservationsOnly !== true || surge === 0) return [];
  const room = wholeSize(group).desired + surge;
  const text = `it launches into capacity reservations alone, and this needs room for ${room} there`;
  return [
    { code: 'group.reservations', group: name, text, remedy: 'With --surge 0 --unavailable 1 it needs no more.' },
  ];
}

function unavailableWarnings(group: Group, surge: number, unavailable: number): readonly Reason[] {
  if (unavailable === 0) return [];
  const { desired } = wholeSize(group);
  const fewest = Math.max(0, desired - unavailable);
  const first = surge === 0 ? ', and the first old one leaves before anything new is proven' : '';
  return [
    {
      code: 'group.fewer',
      group: group.name,
      text: `as few as ${fewest} of ${desired} may serve meanwhile${first}`,
      remedy: 'With --surge 1 --unavailable 0 it never serves with less.',
    },
  ];
}

/** A share as the user says it: `2`, `25%`. */
function shareText(share: Share): string {
  return 'count' in share ? String(share.count) : `${share.percent}%`;
}
