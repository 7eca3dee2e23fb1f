import { command } from '../../text/shell-quote.js';
import { refused } from '../../errors.js';
import type { StackResource } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { retrying } from '../retrying-gateway.js';

/** Deeper and more than any deployment has; CloudFormation itself takes 2,500 nested resources. */
const deepest = 20;
const most = 500;

/**
 * Physical names of all Auto Scaling groups of the stack and of its nested stacks, in the order of
 * their stacks. Resources that were deleted, or not created yet, are left out.
 * @throws Failure (refused) when there is no such stack
 */
export async function stackGroups(deps: Deps, stack: string): Promise<readonly string[]> {
  const root = await retrying(deps).describeStack(stack);
  if (root === undefined || root.status === 'DELETE_COMPLETE')
    throw refused(
      'stack.missing',
      `There is no stack ${stack}.`,
      [],
      [command`ha-updater update-stack ${stack} --template FILE   # creates it`],
    );
  const groups = new Set<string>();
  const visited = new Set<string>();
  const visit = async (id: string, depth: number): Promise<void> => {
    if (visited.has(id)) return;
    visited.add(id);
    if (depth > deepest || visited.size > most) {
      throw refused('stack.tooNested', `Stack ${stack} nests more than ${deepest} levels or ${most} stacks.`, []);
    }
    const resources = await retrying(deps).listResources(id);
    for (const resource of resources.filter(exists)) {
      if (resource.type === 'AWS::AutoScaling::AutoScalingGroup') groups.add(resource.physicalId);
      if (resource.type === 'AWS::CloudFormation::Stack') await visit(resource.physicalId, depth + 1);
    }
  };
  await visit(root.id, 0);
  return [...groups];
}

function exists({ physicalId, status }: StackResource): boolean {
  return physicalId !== '' && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED';
}
