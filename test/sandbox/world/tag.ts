import type { World } from '../../../src/sandbox/world/world.js';
import { call } from '../../support/sandbox.js';

/** Tags the group `web`, as a person would. */
export function createTag(world: World, Key: string, Value: string): void {
  call(world, 'autoscaling', 'CreateOrUpdateTags', {
    Tags: [{ ResourceId: 'web', ResourceType: 'auto-scaling-group', Key, Value, PropagateAtLaunch: false }],
  });
}
