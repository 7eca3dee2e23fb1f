import type { Fault } from '../../scenario.js';
import type { World } from '../world.js';
import { deploymentOf, cloudFormationState, type StackRow, type Step } from './deploy/state.js';

type StackFails = Extract<Fault, { kind: 'stackFails' }>;
type ChangeSetFails = Extract<Fault, { kind: 'changeSetFails' }>;

/**
 * The `stackFails` fault that hits this step; undefined when none does. `times` counts stack
 * operations, so that a second resource try of the same operation is no second time.
 */
export function stackFault(world: World, stack: StackRow, step: Step): StackFails | undefined {
  const deployment = deploymentOf(stack);
  const during = step.action === 'delete' ? 'delete' : deployment.phase === 'rollback' ? 'rollback' : 'operation';
  return hitting(
    world,
    stack,
    deployment.operationId,
    (fault): fault is StackFails =>
      fault.kind === 'stackFails' && fault.logicalId === step.logicalId && (fault.during ?? 'operation') === during,
  );
}

/** The `changeSetFails` fault that hits this change set of the stack. */
export function changeSetFault(
  world: World,
  stack: StackRow,
  changeSetId: string,
  logicalIds: readonly string[],
): ChangeSetFails | undefined {
  return hitting(
    world,
    stack,
    changeSetId,
    (fault): fault is ChangeSetFails => fault.kind === 'changeSetFails' && logicalIds.includes(fault.logicalId),
  );
}

/** The first fault that is meant, due and not used up; it is counted for what it hits. */
function hitting<F extends StackFails | ChangeSetFails>(
  world: World,
  stack: StackRow,
  what: string,
  meant: (fault: Fault) => fault is F,
): F | undefined {
  const second = (world.clock.now() - world.startedAt) / 1000;
  for (const [index, fault] of world.scenario.faults.entries()) {
    if (!meant(fault)) continue;
    if (fault.stack !== undefined && fault.stack !== stack.name) continue;
    if (second < (fault.from ?? 0) || second > (fault.until ?? Number.POSITIVE_INFINITY)) continue;
    const { faultsUsed } = cloudFormationState(world);
    const used = faultsUsed.get(index) ?? [];
    const { after: spared = 0 } = fault as { readonly after?: number };
    if (used.length >= spared + (fault.times ?? Number.POSITIVE_INFINITY)) continue;
    const turn = used.includes(what) && used.indexOf(what) < spared ? used.indexOf(what) : used.length;
    if (turn === used.length) faultsUsed.set(index, [...used, what]);
    if (turn < spared) continue;
    return fault;
  }
  return undefined;
}
