import { invalid } from '../template/template.js';
import type { OperationTable } from '../../world.js';
import { cloudFormationState, findStack } from '../deploy/state.js';
import { stackOf } from './request.js';

/**
 * A second name for a stack, at most one (API_SetAlias, API_RemoveAlias). The words of its refusals are nowhere
 * documented.
 */
export const aliasOperations: OperationTable = {
  SetAlias: (world, input: { StackName: string; AliasName: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(input.AliasName))
      throw invalid(`Value '${input.AliasName}' at 'aliasName' failed to satisfy constraint`);
    if (stack.alias !== undefined) throw invalid(`Stack [${stack.name}] already has an alias`);
    if (findStack(world, input.AliasName) !== undefined)
      throw invalid(`Alias [${input.AliasName}] is in use by another stack`);
    stack.alias = input.AliasName;
    return {};
  },

  RemoveAlias: (world, input: { AliasName: string }) => {
    const owner = [...cloudFormationState(world).stacks.values()].find(
      ({ alias, status }) => alias === input.AliasName && status !== 'DELETE_COMPLETE',
    );
    if (owner === undefined) throw invalid(`Alias [${input.AliasName}] does not exist`);
    owner.alias = undefined;
    return {};
  },
};
