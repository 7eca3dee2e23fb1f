import type { CreateOrUpdateTagsType, DeleteTagsType, DescribeTagsType, Tag } from '@aws-sdk/client-auto-scaling';
import { page } from '../../page.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { scheduleFaultsOfRollout } from '../faults.js';
import { autoScalingState, invalid, type GroupState } from '../state.js';

/** The tag with which this tool begins a rollout. */
const ROLLOUT = 'ha-updater:rollout';
/** What it begins where only the size is kept, while the stack changes. */
const KEEPS_SIZE = /(?:^|\s)strategy=keep-size(?:\s|$)/;

/** Overwrites what is there, without an error: no lock can be made of tags. At most 50 tags on one group. */
export function createOrUpdateTags(world: World, input: CreateOrUpdateTagsType): object {
  const changes = (input.Tags ?? []).map((tag) => ({ group: taggedGroup(world, tag), tag }));
  for (const { group, tag } of changes) {
    const key = tag.Key ?? '';
    if (key.length < 1 || key.length > 128) throw invalid('Tag keys must have between 1 and 128 characters.');
    if ((tag.Value ?? '').length > 256)
      throw invalid(
        `1 validation error detected: Value at 'tags.1.member.value' failed to satisfy constraint: ` +
          'Member must have length less than or equal to 256',
      );
    const own = [...group.tags.keys()].filter((one) => !one.startsWith('aws:')).length;
    if (!group.tags.has(key) && own >= 50) throw invalid(`Tag limit exceeded for AutoScalingGroup ${group.name}`);
  }
  for (const { group, tag } of changes) {
    if (tag.Key === ROLLOUT && !KEEPS_SIZE.test(tag.Value ?? '')) scheduleFaultsOfRollout(world, group);
    group.tags.set(tag.Key ?? '', { value: tag.Value ?? '', propagate: tag.PropagateAtLaunch ?? false });
    touch(world, group.name);
  }
  return {};
}

/** Deleting a tag that is not there changes nothing. */
export function deleteTags(world: World, input: DeleteTagsType): object {
  const changes = (input.Tags ?? []).map((tag) => ({ group: taggedGroup(world, tag), key: tag.Key ?? '' }));
  for (const { group, key } of changes) {
    group.tags.delete(key);
    touch(world, group.name);
  }
  return {};
}

function taggedGroup(world: World, tag: Tag): GroupState {
  const group = autoScalingState(world).groups.get(tag.ResourceId ?? '');
  if (group === undefined)
    throw invalid(`AutoScalingGroup not found - AutoScaling Group ${tag.ResourceId ?? ''} not found`);
  return group;
}

export function describeTags(world: World, input: DescribeTagsType): object {
  const rows = [...autoScalingState(world).groups.values()].flatMap((group) =>
    [...group.tags].map(([Key, tag]) => ({
      ResourceId: group.name,
      ResourceType: 'auto-scaling-group',
      Key,
      Value: tag.value,
      PropagateAtLaunch: tag.propagate,
    })),
  );
  const found = rows.filter((row) =>
    (input.Filters ?? []).every((filter) => {
      const fields: Record<string, string> = {
        'auto-scaling-group': row.ResourceId,
        key: row.Key,
        value: row.Value,
        'propagate-at-launch': String(row.PropagateAtLaunch),
      };
      const actual = fields[filter.Name ?? ''];
      if (actual === undefined)
        throw invalid(
          `Filter type ${filter.Name} is not correct. Allowed Filter types are: auto-scaling-group ` +
            'key value propagate-at-launch',
        );
      return filter.Values?.includes(actual) ?? false;
    }),
  );
  const { items, next } = page(found, Math.min(100, input.MaxRecords ?? 50), input.NextToken);
  return { Tags: items, NextToken: next };
}
