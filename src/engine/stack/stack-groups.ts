import { refused } from '../../errors.js';
import type { StackResource } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { retrying } from '../retrying-gateway.js';
import { noStack } from './no-stack.js';

/** Deeper and more than any deployment has; CloudFormation itself takes 2,500 nested resources. */
const deepest = 20;
const most = 500;

/**
 * Physical names of all Auto Scaling groups of the stack and of its nested stacks, in the order of
 * their stacks. Resources that were deleted, or not created yet, are left out.
 * @throws Failure (refused) when there is no such stack
 */
export async function stackGroups(deps: Deps, stack: string): Promise<readonly string[]> {
  return (await stackGroupRows(deps, stack)).map(({ name }) => name);
}

/** A group of a stack with what its template calls it. */
export interface StackGroup {
  readonly name: string;
  readonly logicalId: string;
}

/** The same as `stackGroups`, with the logical ids. @throws Failure (refused) when there is no such stack */
export async function stackGroupRows(deps: Deps, stack: string): Promise<readonly StackGroup[]> {
  const root = await retrying(deps).describeStack(stack);
  if (root === undefined || root.status === 'DELETE_COMPLETE') throw noStack(stack);
  const groups = new Map<string, StackGroup>();
  const visited = new Set<string>();
  const visit = async (id: string, depth: number): Promise<void> => {
    if (visited.has(id)) return;
    visited.add(id);
    if (depth > deepest || visited.size > most) {
      throw refused('stack.tooNested', `Stack ${stack} nests more than ${deepest} levels or ${most} stacks.`, []);
    }
    const resources = await retrying(deps).listResources(id);
    for (const resource of resources.filter(exists)) {
      const { logicalId, physicalId: name } = resource;
      if (resource.type === 'AWS::AutoScaling::AutoScalingGroup' && !groups.has(name))
        groups.set(name, { name, logicalId });
      if (resource.type === 'AWS::CloudFormation::Stack') await visit(resource.physicalId, depth + 1);
    }
  };
  await visit(root.id, 0);
  return [...groups.values()];
}

function exists({ physicalId, status }: StackResource): boolean {
  return physicalId !== '' && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED';
}
