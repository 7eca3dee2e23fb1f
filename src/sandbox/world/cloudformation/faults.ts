import type { World } from '../world.js';
import { cloudFormationState, type Deployment, type StackRow, type Step } from './state.js';

/**
 * The reason of a `stackFails` fault that hits this step; undefined when none does. `times` counts
 * stack operations, so that a second resource try of the same operation is no second time.
 */
export function stackFault(world: World, stack: StackRow, step: Step): string | undefined {
  const deployment = stack.deployment as Deployment;
  const during = deployment.phase === 'rollback' ? 'rollback' : 'operation';
  if (step.action === 'delete') return undefined;
  const second = (world.clock.now() - world.startedAt) / 1000;
  for (const [index, fault] of world.scenario.faults.entries()) {
    if (fault.kind !== 'stackFails' || fault.logicalId !== step.logicalId || (fault.during ?? 'operation') !== during) continue;
    if (fault.stack !== undefined && fault.stack !== stack.name) continue;
    if (second < (fault.from ?? 0) || second > (fault.until ?? Number.POSITIVE_INFINITY)) continue;
    const { faultsUsed } = cloudFormationState(world);
    const used = faultsUsed.get(index) ?? [];
    if (used.length >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
    faultsUsed.set(index, [...used, deployment.operationId]);
    return fault.reason;
  }
  return undefined;
}
