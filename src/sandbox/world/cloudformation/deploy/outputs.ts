import type { World } from '../../world.js';
import { resolveDynamic } from '../template/dynamic-references.js';
import { condition, evaluate } from '../template/intrinsics.js';
import { liveScope } from '../template/scope.js';
import { cloudFormationState, type Blueprint, type OutputRow, type StackRow } from './state.js';
import { invalid, text } from '../template/template.js';

/** The outputs of a stack whose resources are there. Throws when a name is exported twice. */
export function outputsOf(world: World, stack: StackRow, blueprint: Blueprint): OutputRow[] {
  const scope = liveScope(world, stack, blueprint);
  const rows: OutputRow[] = [];
  for (const [key, output] of Object.entries(blueprint.template.outputs)) {
    if (output.condition !== undefined && !condition(output.condition, scope)) continue;
    const exportName = output.exportName === undefined ? undefined : text(evaluate(output.exportName, scope));
    if (exportName !== undefined) checkExport(world, stack, exportName);
    rows.push({
      key,
      value: text(resolveDynamic(world, evaluate(output.value, scope))),
      description: output.description,
      exportName,
    });
  }
  return rows;
}

function checkExport(world: World, stack: StackRow, name: string): void {
  for (const other of cloudFormationState(world).stacks.values()) {
    if (other.id === stack.id || other.status === 'DELETE_COMPLETE') continue;
    if (other.outputs.some((output) => output.exportName === name))
      throw invalid(`Export with name ${name} is already exported by stack ${other.name}`);
  }
}
