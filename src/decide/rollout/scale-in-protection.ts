import type { Observed } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { standing } from '../instances/classify.js';
import type { ReasonedAction } from './step.js';

/** The most ids that one call takes. Source: SetInstanceProtection, InstanceIds. */
const MAX_PROTECTED_PER_CALL = 50;

/** How often lifting the shield is tried where AWS refuses it: an instance may just be leaving. */
const MAX_LIFT_TRIES = 5;

/**
 * Whether the old half can be shielded from scale-in so that the shield can be taken off again exactly: none of
 * them is protected already, and all are in service, without which AWS protects none. Somebody who sees a doubled
 * group and lowers its desired capacity would otherwise take the old ones away: by its usual policy Auto Scaling
 * lets those of the oldest template go first.
 */
export function canShield(old: readonly Instance[]): boolean {
  // rule: no-shield
  return (
    old.length > 0 && old.every((instance) => !instance.protectedFromScaleIn && standing(instance.lifecycle) === 'live')
  );
}

/** Shields those of the old half that are not; nothing where it could not be done. */
export function raiseShield(
  observed: Observed,
  group: Group,
  record: RolloutRecord,
  old: readonly Instance[],
): readonly ReasonedAction[] {
  if (!isShielded(record) || (observed.seen.unshielded[group.name] ?? 0) > 0) return [];
  return inBatches(
    group,
    old.filter((instance) => !instance.protectedFromScaleIn),
    true,
    'whoever lowers the desired capacity meanwhile must not take the old ones away',
  );
}

/** Takes the shield off the old half, which stays; nothing where it is off. */
export function liftShield(
  observed: Observed,
  group: Group,
  record: RolloutRecord,
  old: readonly Instance[],
): readonly ReasonedAction[] {
  if (!isShielded(record) || (observed.seen.unshielded[group.name] ?? 0) >= MAX_LIFT_TRIES) return [];
  return inBatches(
    group,
    old.filter((instance) => instance.protectedFromScaleIn),
    false,
    'they were not protected before',
  );
}

function isShielded(record: RolloutRecord): boolean {
  return record.strategy === 'swap' && record.shield === true;
}

function inBatches(
  { name }: Group,
  instances: readonly Instance[],
  on: boolean,
  why: string,
): readonly ReasonedAction[] {
  const ids = instances.filter((instance) => standing(instance.lifecycle) === 'live').map(({ id }) => id);
  return Array.from({ length: Math.ceil(ids.length / MAX_PROTECTED_PER_CALL) }, (_, index): ReasonedAction => ({
    action: {
      type: 'shield',
      group: name,
      instances: ids.slice(index * MAX_PROTECTED_PER_CALL, (index + 1) * MAX_PROTECTED_PER_CALL),
      on,
    },
    why,
  }));
}
