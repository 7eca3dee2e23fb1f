import type { Group, Instance } from '../../../model/rollout/group.js';
import type { RecordImage, RolloutRecord } from '../../../model/rollout/record.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { act, type GroupStep, type ReasonedAction } from '../../step.js';
import type { RolloutGroup } from '../../view.js';
import { templateOf } from './image-reasons.js';

/*
 * A rollout may itself give its group another image: a new version of the launch template, which the group then names.
 * What the group named before stands in the record before anything else changes, and a roll-back gives it back.
 */

/** What the record has to say of the image that the plan gives this group; undefined where it gives none. */
export function imageOf({ image }: Plan, group: Group): RecordImage | undefined {
  if (image?.from[group.name] === undefined) return undefined;
  const named = templateOf(group.names);
  const [, source] = /:(\d+)$/.exec(group.configurations[0] ?? '') ?? [];
  if (named === undefined || source === undefined) return undefined;
  return { id: image.id, template: named.template, former: named.version, source };
}

/**
 * What makes the group launch the image, one step a look: a group that follows `$Latest` names its number first, so
 * that making the version changes nothing of what it launches; then the version is made; then the group names that.
 */
export function pointAtImage({ name, group, record }: RolloutGroup): GroupStep | undefined {
  const { image } = record;
  if (image === undefined) return undefined;
  const { id, template, former, source, made } = image;
  const names = (version: string): boolean => group.names === `lt/${template}:${version}`;
  // rule: latest-not-pinned
  if (made === undefined && former === '$Latest' && names(former))
    return act(
      'suspend',
      { type: 'point', group: name, template, version: source },
      `that is what $Latest means now; a version that is only made must not be launched yet`,
    );
  if (made === undefined)
    return act(
      'suspend',
      { type: 'version', group: name, run: record.run, image },
      `version ${source} with image ${id}`,
    );
  return names(made)
    ? undefined
    : act('suspend', { type: 'point', group: name, template, version: made }, `that is the version with image ${id}`);
}

/** The group names again what it named before; undefined where it does, and where somebody else chose for it. */
export function pointBack({ name, group, record }: RolloutGroup): ReasonedAction | undefined {
  const { image } = record;
  if (image === undefined || isPointedBack(group, record)) return undefined;
  const { template, made, former } = image;
  const own = `lt/${template}:`;
  const isOurs = made === undefined ? group.names !== own + former : group.names === own + made;
  // rule: image-left
  if (!isOurs) return undefined;
  const version = backTo(image);
  const why =
    version === former
      ? 'that is what the group named before'
      : `$Latest, which the group named before, is the image that is given up; version ${version} is what it meant`;
  return { action: { type: 'point', group: name, template, version }, why };
}

/** Whether the group names what it names after a roll-back. */
export function isPointedBack({ names }: Group, { image }: RolloutRecord): boolean {
  if (image === undefined) return false;
  const own = `lt/${image.template}:`;
  // Nothing was made yet: it still names what it did, and that still means the same.
  // rule: image-untouched
  if (image.made === undefined && names === own + image.former) return true;
  return names === own + backTo(image);
}

/** What was made stays the latest version, so `$Latest` can mean no more what it meant. */
function backTo({ former, source }: RecordImage): string {
  return former === '$Latest' ? source : former;
}

/** `image ami-2 in place of ami-1`; '' where the plan gives the group none. */
export function sayImage({ image }: Plan, group: Group): string {
  const from = image?.from[group.name];
  return image === undefined || from === undefined ? '' : `image ${image.id} in place of ${from}`;
}

/**
 * Those of the new instances that prove anything: what was launched by hand before the group named the image shows
 * nothing of it. Once an old half is kept, whatever scaling launches counts.
 */
export function ofImage(instances: readonly Instance[], record: RolloutRecord | undefined): readonly Instance[] {
  const { image, gates } = record ?? {};
  // rule: stray-proven
  if (image?.made === undefined || gates?.keptUntil !== undefined) return instances;
  return instances.filter(({ configuration }) => configuration === `lt/${image.template}:${image.made ?? ''}`);
}
