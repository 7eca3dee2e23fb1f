import type { Wait } from '../../model/rollout/decision.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import { batches, sparable } from '../instances/capacity.js';
import { inService, notInService, serving, standing, units } from '../instances/classify.js';
import { act, type GroupStep } from '../step.js';
import type { JudgedGroup, RolloutView } from '../view.js';
import { replaceDead, waitFor } from './finish.js';

/** Terminates as much of a half as service can spare; waits when it cannot spare any. */
export function terminateHalf(view: RolloutView, of: JudgedGroup, half: 'old' | 'new'): GroupStep {
  const { group, record, verdict, halves } = of;
  const [going, staying] = half === 'old' ? [halves.old, halves.new] : [halves.new, halves.old];
  // Never below the desired capacity because of us; what is missing already is not made worse either.
  const floor = Math.min(record.size.desired, units(serving(group)));
  // New ones count once they are proven, also for a run that takes over: one that flaps is nothing to rely on.
  // rule: unproven-relied-on
  const reliable = half === 'old' ? of.proven : staying;
  const free = sparable(group, going, reliable, half === 'old' ? record.size.desired : floor);
  // AWS refuses to decrement below min; more than that is there only when somebody put instances aside.
  // rule: below-min
  const allowed = within(free, group.size.desired - group.size.min);
  if (free.length > 0 && allowed.length === 0) return fitFirst(view, of, half, free);
  const fits =
    half === 'old' ? withoutSurplus(group, halves.new, allowed) : withoutShortage(group, halves.old, allowed);
  // Without Launch nothing comes in the place of those that are too many for the desired capacity.
  // rule: shortage-scales-in
  const decrement = half === 'old' || fits.length > 0 || !group.suspended.includes('Launch');
  const chosen = decrement ? fits : allowed;
  if (chosen.length > 0) {
    const acts = batches(chosen).map((instances) => ({
      action: { type: 'terminate', group: group.name, half, instances, decrement } as const,
      why: half === 'old' ? `${units(serving(group, staying))} new instances are in service` : verdict.why,
    }));
    return { kind: 'act', phase: 'halve', acts };
  }
  const have = units(serving(group, reliable));
  if (half === 'old') {
    const replace = replaceDead(of, staying);
    if (replace !== undefined) return replace;
  }
  if (allowed.length > 0)
    return waitFor(view, of, verdict.at, {
      why:
        'more new instances are there than shall stay, not all of them serve, and Auto Scaling, which chooses who ' +
        'goes, would take one that does',
      instances: idleRows(group, halves.new),
    });
  const left = `${have} ${half === 'old' ? 'proven ' : ''}in service, less than ${record.size.desired}`;
  return waitFor(view, of, verdict.at, {
    why: `terminating the ${half} half would leave ${left}`,
    instances: staying
      .filter((instance) => !reliable.includes(instance) || !inService(group, instance))
      .map((instance) => ({ id: instance.id, why: notInService(group, instance) || 'in service, warming up' })),
  });
}

/**
 * As many of these as leave no new instance too many while one of them does not serve: to go back to the desired
 * capacity, Auto Scaling would take out one that does. There is one too many where it launches a replacement before it
 * takes out whom it replaces (instance maintenance policies, the account setting `launchBeforeTerminate`).
 */
function withoutSurplus(group: Group, fresh: readonly Instance[], allowed: readonly Instance[]): readonly Instance[] {
  if (fresh.every((instance) => inService(group, instance))) return allowed;
  // rule: surplus-before-service
  return within(allowed, Math.max(0, group.size.desired - units(fresh)));
}

/**
 * As many of these as leave room for all old ones: Auto Scaling would take out what is too many, and among the old
 * ones, which only a swap shields. A replacement that was launched beside an old one is one new instance more than
 * the desired capacity was raised by.
 */
function withoutShortage(group: Group, old: readonly Instance[], allowed: readonly Instance[]): readonly Instance[] {
  return within(allowed, Math.max(0, group.size.desired - units(old)));
}

function idleRows(group: Group, fresh: readonly Instance[]): Wait['instances'] {
  return fresh
    .filter((instance) => !inService(group, instance))
    .map((instance) => ({ id: instance.id, why: notInService(group, instance) }));
}

/** Nothing of `free` fits above min: the desired capacity is raised where weights are why, else somebody has to act. */
function fitFirst(view: RolloutView, of: JudgedGroup, half: 'old' | 'new', free: readonly Instance[]): GroupStep {
  const { group, verdict } = of;
  const { desired, min } = group.size;
  const size = fitting(group, free);
  if (size !== undefined) {
    const heavy = `the lightest of the ${half} half weighs more than the desired capacity ${desired} may fall by`;
    return act(
      'halve',
      { type: 'resize', group: group.name, size, purpose: 'fit' },
      `${heavy}; as much as is there launches nobody`,
    );
  }
  const bound = `its desired capacity ${desired} may not fall below min ${min}`;
  return waitFor(view, of, verdict.at, {
    why: `${bound}, because instances were put aside or replaced by somebody else`,
    instances: [],
  });
}

/** The size from which the lightest of these can be taken without falling below min, where as much is there. */
function fitting({ weighted, size, instances }: Group, free: readonly Instance[]): Size | undefined {
  if (!weighted) return undefined;
  const there = units(instances.filter((instance) => standing(instance.lifecycle) === 'live'));
  const desired = size.min + Math.min(...free.map(({ weight }) => weight));
  // rule: fit-launches
  return desired <= there ? { min: size.min, desired, max: Math.max(size.max, desired) } : undefined;
}

/** As many of these, in their order, as fit into so many units. */
function within(instances: readonly Instance[], most: number): readonly Instance[] {
  let sum = 0;
  return instances.filter(({ weight }) => {
    if (sum + weight > most) return false;
    sum += weight;
    return true;
  });
}
