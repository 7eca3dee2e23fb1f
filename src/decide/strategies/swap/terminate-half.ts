import type { Observed } from '../../../model/rollout/decision.js';
import type { Group, Instance, Size } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../../model/rollout/record.js';
import { batches, sparable } from '../../instances/capacity.js';
import { inService, notInService, serving, standing, units } from '../../instances/classify.js';
import { act, replaceDead, waitFor } from '../../rollout/finish.js';
import { proven } from '../../memory/remember.js';
import type { GroupStep } from '../../rollout/step.js';

/** Terminates as much of a half as service can spare; waits when it cannot spare any. */
export function terminateHalf(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  verdict: Verdict,
  half: 'old' | 'new',
  going: readonly Instance[],
  staying: readonly Instance[],
): GroupStep {
  // Never below the desired capacity because of us; what is missing already is not made worse either.
  const floor = Math.min(record.size.desired, units(serving(group)));
  // New ones count once they are proven, also for whoever takes over: one that flaps is nothing to rely on.
  // rule: unproven-relied-on
  const reliable = half === 'old' ? proven(group, staying, observed.seen, plan, observed.at) : staying;
  const free = sparable(group, going, reliable, half === 'old' ? record.size.desired : floor);
  // AWS refuses to decrement below min; more than that is there only when somebody put instances aside.
  // rule: below-min
  const chosen = within(free, group.size.desired - group.size.min);
  if (free.length > 0 && chosen.length === 0) {
    const size = fitting(group, free);
    if (size !== undefined)
      return act(
        'halve',
        { type: 'resize', group: group.name, size, purpose: 'fit' },
        `the lightest of the ${half} half weighs more than the desired capacity ${group.size.desired} may fall by; as much as is there launches nobody`,
      );
    return waitFor(
      observed,
      plan,
      group,
      verdict.at,
      `its desired capacity ${group.size.desired} may not fall below min ${group.size.min}, because instances were put aside or replaced by somebody else`,
      [],
    );
  }
  if (chosen.length > 0) {
    const acts = batches(chosen).map((instances) => ({
      action: { type: 'terminate', group: group.name, half, instances, decrement: true } as const,
      why: half === 'old' ? `${units(serving(group, staying))} new instances are in service` : verdict.why,
    }));
    return { kind: 'act', phase: 'halve', acts };
  }
  const have = units(serving(group, reliable));
  if (half === 'old') {
    const replace = replaceDead(group, record, staying);
    if (replace !== undefined) return replace;
  }
  return waitFor(
    observed,
    plan,
    group,
    verdict.at,
    `terminating the ${half} half would leave ${have} ${half === 'old' ? 'proven ' : ''}in service, less than ${record.size.desired}`,
    staying
      .filter((instance) => !reliable.includes(instance) || !inService(group, instance))
      .map((instance) => ({ id: instance.id, why: notInService(group, instance) || 'in service, warming up' })),
  );
}

/** The desired capacity from which the lightest of these can be taken without falling below min, where that much is there. */
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
