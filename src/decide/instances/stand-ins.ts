import type { Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { inService, isAway, serving, standing, units, type Split } from './classify.js';
import { missingKept } from '../ownership/ignored-old.js';
import { wantedSize } from '../sizes/wanted-size.js';

/** What a look says of a group in the middle of its rollout. */
interface Halved {
  readonly group: Group;
  readonly record: RolloutRecord;
  readonly halves: Pick<Split, 'old' | 'new'>;
}

/**
 * Rolling back would take away new instances that serve in the place of missing old ones, or terminate the new half
 * where no old instance serves at all.
 */
export function rollBackHurts({ group, record, halves }: Halved): boolean {
  const old = units(serving(group, halves.old));
  if (halves.new.length > 0 && old === 0) return true;
  return old < record.size.desired + missingKept(group) && serving(group, halves.new).length > 0;
}

/** No old instance serves and new ones do: then there is nothing that one could go back to, whoever asks for it. */
export function nothingToGoBackTo({ group, halves }: Halved): boolean {
  return serving(group, halves.old).length === 0 && serving(group, halves.new).length > 0;
}

/**
 * Whether all that is left of the new half stands in for old instances that are missing: it serves, and without any one
 * of it less than the original desired capacity would serve.
 * @param counted the old instances that serve, or may yet
 */
export function standIn({ group, record, halves }: Halved, counted: readonly Instance[]): boolean {
  // After a kept half came back, what was asked for meanwhile is the least.
  const least = leastOf(group, record);
  const there = units(counted) + units(halves.new);
  return halves.new.every((instance) => inService(group, instance) && there - instance.weight < least);
}

/**
 * The least that serves once a roll-back is over: what there was, or less where somebody asked for less, with those
 * that it left as they were and that are gone; after a kept half came back, what was asked for in the time for which it
 * was kept, be it more or less: as many were there by then.
 */
export function leastOf(group: Group, record: RolloutRecord): number {
  const asked = wantedSize(record).desired;
  // rule: less-asked-in-window
  const least = record.gates?.backAt === undefined ? Math.min(record.size.desired, asked) : asked;
  // rule: kept-missed
  return least + missingKept(group);
}

/** Old instances that serve, or that Auto Scaling still calls healthy: these may serve again by themselves. */
export function mayServe({ group, halves }: Halved): readonly Instance[] {
  return halves.old.filter((instance) => inService(group, instance) || instance.healthy);
}

/** The instances that count toward the desired capacity. */
function membersOf({ instances }: Group): readonly Instance[] {
  return instances.filter((instance) => !isAway(instance) && standing(instance.lifecycle) !== 'parked');
}

/** More are there than shall stay, also once those have left that Auto Scaling has given up. */
export function isCrowded(of: Halved): boolean {
  // rule: idle-old-scale-in
  return units(membersOf(of.group)) - units(givenUp(of)) > wantedSize(of.record).desired + missingKept(of.group);
}

/**
 * Old instances that Auto Scaling has given up, as far as they are too many beside those that stand in for them: giving
 * the size back would let Auto Scaling choose who leaves, and it could choose one that serves. Those that EC2 has
 * forgotten already are among them, also where no others are left: of those it is known that they are dead.
 */
export function givenUp({ group, record, halves }: Halved): readonly Instance[] {
  const members = membersOf(group);
  let surplus = units(members) - wantedSize(record).desired - missingKept(group);
  return members
    .filter((instance) => !instance.healthy && !halves.new.includes(instance))
    .filter(({ launchedAt }) => halves.new.length > 0 || launchedAt === undefined)
    .filter(({ weight }) => {
      if (weight > surplus) return false;
      surplus -= weight;
      return true;
    });
}
