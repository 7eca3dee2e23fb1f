import type { Group, Instance } from '../../model/rollout/group.js';
import { standing } from '../instances/classify.js';
import type { ReasonedAction } from '../step.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { chunks } from '../../text/chunks.js';

/** The most ids that one call takes. Source: SetInstanceProtection, InstanceIds. */
const MAX_PROTECTED_PER_CALL = 50;

/** How often lifting the protection is tried where AWS refuses it: an instance may just be leaving. */
const MAX_LIFT_TRIES = 5;

/** Protects those of the old half from scale-in that are not; nothing where it could not be done. */
export function raiseShield({ observed }: RolloutView, of: RolloutGroup): readonly ReasonedAction[] {
  const { group, record, facts, halves } = of;
  if (!facts.shields(record) || (observed.seen.unshielded[group.name] ?? 0) > 0) return [];
  return inBatches(
    group,
    halves.old.filter((instance) => !instance.protectedFromScaleIn),
    true,
    'if the desired capacity is lowered during the rollout, Auto Scaling must not terminate the old ones',
  );
}

/** Takes the protection off the old half, which stays; nothing where it is off. */
export function liftShield({ observed }: RolloutView, of: RolloutGroup): readonly ReasonedAction[] {
  const { group, record, facts, halves } = of;
  if (!facts.shields(record) || (observed.seen.unshielded[group.name] ?? 0) >= MAX_LIFT_TRIES) return [];
  return inBatches(
    group,
    halves.old.filter((instance) => instance.protectedFromScaleIn),
    false,
    'they were not protected before',
  );
}

function inBatches(
  { name }: Group,
  instances: readonly Instance[],
  on: boolean,
  why: string,
): readonly ReasonedAction[] {
  const ids = instances.filter((instance) => standing(instance.lifecycle) === 'live').map(({ id }) => id);
  return chunks(ids, MAX_PROTECTED_PER_CALL).map((part): ReasonedAction => ({
    action: { type: 'shield', group: name, instances: part, on },
    why,
  }));
}
