import type { Instant } from '../../clock.js';
import type { Wait } from '../../model/rollout/decision.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import { batches, sparable } from '../instances/capacity.js';
import { outOfService, WARMING_UP } from '../gates/hooks.js';
import { inService, notInService, serving, standing, units } from '../instances/classify.js';
import { leastOf } from '../instances/stand-ins.js';
import { missingKept } from '../ownership/ignored-old.js';
import { act, type GroupStep } from '../step.js';
import type { JudgedGroup, RolloutView } from '../view.js';
import { limitFrom } from '../memory/unseen-time.js';
import { goalOf, wantedSize } from '../sizes/wanted-size.js';
import { replaceDead, waitFor } from './finish.js';
import { MAX_RESIZES } from './prepare.js';
import { raisedTo } from './target-size.js';
import { timeLimits } from './time-limits.js';

/** Terminates as much of a half as service can spare; waits when it cannot spare any. */
export function terminateHalf(view: RolloutView, of: JudgedGroup, half: 'old' | 'new'): GroupStep {
  const { group, verdict, halves } = of;
  const [going, staying] = half === 'old' ? [halves.old, halves.new] : [halves.new, halves.old];
  const floor = floorOf(view, of, half);
  // New ones count once they are proven, also for a run that takes over: one that flaps is nothing to rely on.
  // rule: unproven-relied-on
  const reliable = half === 'old' ? of.proven : staying;
  const free = sparable(group, going, reliable, floor);
  // Below what somebody asked for the desired capacity does not fall, and AWS refuses to decrement it below min.
  const lowest = lowestOf(of, half);
  // rule: below-min
  const allowed = within(free, group.size.desired - lowest);
  if (free.length > 0 && allowed.length === 0 && group.weighted) return fitFirst(view, of, half, free);
  const fits =
    half === 'old'
      ? withoutSurplus(group, halves.new, allowed)
      : withoutShortage(group, [...halves.old, ...halves.new.filter((one) => !free.includes(one))], allowed);
  // Without Launch nothing comes in the place of those that are too many for the desired capacity.
  // rule: shortage-scales-in
  const decrement = half === 'old' || fits.length > 0 || !group.suspended.includes('Launch');
  const chosen = decrement ? fits : allowed;
  const why = half === 'old' ? `${units(serving(group, staying))} new instances are in service` : verdict.why;
  if (chosen.length > 0) return terminateAll(group, half, chosen, { decrement, why });
  if (allowed.length === 0) {
    const asked = beyondWhatWasAsked(view, of, half, { free, lowest, why });
    if (asked !== undefined) return asked;
  }
  const have = units(serving(group, reliable));
  if (half === 'old') {
    const replace = replaceDead(of, staying);
    if (replace !== undefined) return replace;
  }
  if (allowed.length > 0)
    return waitFor(view, of, sinceWhen(of), {
      why:
        'more new instances are there than should stay, not all of them serve, and Auto Scaling, which chooses ' +
        'which one to terminate, could choose one that does',
      instances: idleRows(group, halves.new),
    });
  const left = `${have} ${half === 'old' ? 'proven ' : ''}in service, less than ${floor}`;
  return waitFor(view, of, sinceWhen(of), {
    why: `terminating the ${half} half would leave ${left}`,
    instances: staying
      .filter((instance) => !reliable.includes(instance) || !inService(group, instance))
      .map((instance) => ({ id: instance.id, ...(outOfService(group, instance) ?? WARMING_UP) })),
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
 * As many of these as leave room for all that stay: the old ones, and new ones that serve in the places of missing old
 * ones. Auto Scaling would take out what is too many, and among those: only a swap shields its old ones. Whatever was
 * launched beside another one is one instance more than the desired capacity was raised by.
 */
function withoutShortage(group: Group, stay: readonly Instance[], allowed: readonly Instance[]): readonly Instance[] {
  // rule: stand-ins-scaled-in
  return within(allowed, Math.max(0, group.size.desired + missingKept(group) - units(stay)));
}

function idleRows(group: Group, fresh: readonly Instance[]): Wait['instances'] {
  return fresh
    .filter((instance) => !inService(group, instance))
    .map((instance) => ({ id: instance.id, why: notInService(group, instance) }));
}

function terminateAll(
  { name }: Group,
  half: 'old' | 'new',
  instances: readonly Instance[],
  { decrement, why }: { readonly decrement: boolean; readonly why: string },
): GroupStep {
  const acts = batches(instances).map((batch) => ({
    action: { type: 'terminate', group: name, half, instances: batch, decrement } as const,
    why,
  }));
  return { kind: 'act', phase: 'halve', acts };
}

/**
 * The units that have to stay in service. Never below the original desired capacity because of us; what is missing
 * already is not made worse. Where somebody asked for more, that much stays as long as it can be had.
 */
function floorOf(view: RolloutView, of: JudgedGroup, half: 'old' | 'new'): number {
  const { group, record } = of;
  if (half === 'new') {
    return Math.min(leastOf(group, record), units(serving(group)));
  }
  // After a window that is what scaling had come to by then.
  // rule: window-floor
  if (record.gates?.endedAt !== undefined) return wantedSize(record).desired;
  return isPatient(view, of) ? goalOf(record) + missingKept(group) : record.size.desired;
}

/**
 * How far the desired capacity may fall with those that leave. As the old half goes, never below what is to stay:
 * whoever lowered it meanwhile, be it to what it was before, would have Auto Scaling take new ones. What a roll-back
 * misses of the original is restored then.
 */
function lowestOf({ group, record }: JudgedGroup, half: 'old' | 'new'): number {
  // rule: lowered-meanwhile
  const stays = half === 'old' || record.theirs !== undefined ? wantedSize(record).desired : 0;
  return Math.max(group.size.min, stays);
}

/** What goes although the desired capacity may not fall with it: new ones are asked for first, as long as they come. */
function beyondWhatWasAsked(
  view: RolloutView,
  of: JudgedGroup,
  half: 'old' | 'new',
  { free, lowest, why }: { readonly free: readonly Instance[]; readonly lowest: number; readonly why: string },
): GroupStep | undefined {
  const makeUp = half === 'old' && isPatient(view, of) ? makeUpFirst(view, of, lowest) : undefined;
  if (makeUp !== undefined || free.length === 0) return makeUp;
  const stays = half === 'old' ? 'it is replaced by new ones' : 'nothing launches while Launch is suspended';
  const reason = `${why}; ${lowest} was asked for, and ${stays}`;
  return terminateAll(of.group, half, free, { decrement: false, why: reason });
}

/** Since when this half is on its way out. */
function sinceWhen({ record, verdict }: JudgedGroup): Instant {
  return record.gates?.endedAt ?? verdict.at;
}

/** Whether new ones for what somebody asked for may still come. After that long they are waited for no longer. */
function isPatient({ observed, plan }: RolloutView, of: JudgedGroup): boolean {
  const { name, group } = of;
  const since = Math.max(sinceWhen(of), observed.seen.adoptedAt[name] ?? 0);
  return observed.at < limitFrom(observed.seen, since, timeLimits(plan, group).progressMs);
}

/** New ones for what somebody asked for after the verdict, before the old ones that serve for it go. */
function makeUpFirst({ observed }: RolloutView, of: JudgedGroup, lowest: number): GroupStep | undefined {
  const { name, group, record, halves } = of;
  const goal = record.gates?.endedAt === undefined ? goalOf(record) : 0;
  const desired = Math.max(lowest, goal) + units(halves.old);
  if (group.size.desired >= desired || (observed.seen.doubled[name] ?? 0) > MAX_RESIZES) return undefined;
  return act(
    'halve',
    {
      type: 'resize',
      group: name,
      size: raisedTo({ desired }, group.size),
      sets: ['max', 'desired'],
      purpose: 'surge',
    },
    `somebody asked for ${desired - units(halves.old)}; as many new ones serve before the last old ones go`,
  );
}

/** Nothing of `free` fits: the desired capacity is raised where as much is there, else somebody has to act. */
function fitFirst(view: RolloutView, of: JudgedGroup, half: 'old' | 'new', free: readonly Instance[]): GroupStep {
  const { group } = of;
  const { desired } = group.size;
  const lowest = lowestOf(of, half);
  const size = fitting(group, free, lowest);
  if (size !== undefined) {
    const heavy = `the lightest of the ${half} half weighs more than the desired capacity ${desired} may fall by`;
    return act(
      'halve',
      { type: 'resize', group: group.name, size, sets: ['max', 'desired'], purpose: 'fit' },
      `${heavy}; as much as is there launches nobody`,
    );
  }
  return waitFor(view, of, sinceWhen(of), {
    why: `its desired capacity ${desired} may not fall below ${lowest} by the weight of any of the ${half} half`,
    instances: free.map(({ id, weight }) => ({ id, why: `weighs ${weight}` })),
  });
}

/** The size from which the lightest of these can be taken without falling below so many, where as much is there. */
function fitting({ size, instances }: Group, free: readonly Instance[], lowest: number): Size | undefined {
  const there = units(instances.filter((instance) => standing(instance.lifecycle) === 'live'));
  const desired = lowest + Math.min(...free.map(({ weight }) => weight));
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
