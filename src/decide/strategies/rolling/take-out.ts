import type { Group, Instance } from '../../../model/rollout/group.js';
import type { RollingRecord } from '../../../model/rollout/record.js';
import { MAX_TERMINATED_PER_CALL } from '../../instances/capacity.js';
import { serving, units } from '../../instances/classify.js';
import { isUneven, nextOut } from '../../instances/next-out.js';
import { idleKept } from '../../ownership/ignored-old.js';
import { act, type GroupStep } from '../../step.js';
import type { JudgedGroup } from '../../view.js';
import type { RollingMembers } from './rolling-members.js';

/** A rolling rollout past its verdict. */
type Rolling = JudgedGroup<RollingRecord>;

/** An old instance that goes, and whether the desired capacity falls with it. */
interface Leaver {
  readonly instance: Instance;
  readonly decrement: boolean;
}

/**
 * The batch that may go now: one call per look, so that each is checked against what is really there. Undefined when
 * none may. @param room units that may be replaced before the rollout stops to look
 */
export function takeOut(of: Rolling, members: RollingMembers, room: number): GroupStep | undefined {
  const { group, record } = of;
  const [first, ...rest] = leaversOf(of, members, room);
  if (first === undefined) return undefined;
  if (
    first.decrement &&
    record.surge > 0 &&
    evensZones(of) &&
    isUneven(group, [...members.fresh, ...(group.kept?.instances ?? [])])
  ) {
    // One more is launched where it is missing, and one too many goes in the end, when all serve.
    if (members.coming > units(members.fresh)) return undefined;
    const why = 'its zone is short of new instances, which Auto Scaling would even out without proving anything';
    return terminate(group.name, [first.instance], false, why);
  }
  const other = rest.findIndex(({ decrement }) => decrement !== first.decrement);
  const going = [first, ...rest.slice(0, other < 0 ? rest.length : other)].map(({ instance }) => instance);
  const { min, max, desired } = group.size;
  const lowest = Math.max(record.size.desired, min);
  if (first.decrement && desired - units(going) < lowest) {
    // Weights do not always add up to the surge: one more is launched instead of falling below the original.
    const size = { min, desired: lowest + units(going), max: Math.max(max, lowest + units(going)) };
    return act(
      'surge',
      { type: 'resize', group: group.name, size, sets: ['max', 'desired'], purpose: 'surge' },
      'the desired capacity must not fall below the original when the last old ones go',
    );
  }
  const have = `${units(serving(group, members.ready))} proven new and ${units(serving(group, members.old))} old`;
  return terminate(group.name, going, first.decrement, `${have} are in service, ${floorOf(group, record)} must be`);
}

/** Units that have to stay in service. Whoever is left as they are and does not serve is unavailable already. */
function floorOf(group: Group, { size, unavailable }: RollingRecord): number {
  // rule: idle-kept
  return size.desired - Math.max(0, unavailable - idleKept(group));
}

function terminate(group: string, going: readonly Instance[], decrement: boolean, why: string): GroupStep {
  const instances = going.map(({ id }) => id);
  return act('replace', { type: 'terminate', group, half: 'old', instances, decrement }, why);
}

/** The old instances that may go now, in their order. */
function leaversOf({ group, record, halves }: Rolling, members: RollingMembers, room: number): readonly Leaver[] {
  const open = units(members.fresh) - units(members.ready) + units(halves.unknown);
  // One at a time means that the one before has left.
  const most = !record.serial ? MAX_TERMINATED_PER_CALL : halves.leaving.length + open > 0 ? 0 : 1;
  const batch = within(nextOut(group, members.old, members.ready, floorOf(group, record)).slice(0, most), room);
  let replaced = members.coming;
  let there = units(members.old) + units(members.fresh) + units(halves.unknown);
  return batch.map((instance) => {
    there -= instance.weight;
    const enough = replaced + instance.weight > record.size.desired;
    if (!enough) replaced += instance.weight;
    // Where more is there than desired, nothing is launched in its place anyway.
    // rule: rolling-decrement
    return { instance, decrement: enough && there < group.size.desired };
  });
}

/** Whether Auto Scaling will even out the zones once it may again, and would take one too many out by itself. */
function evensZones({ group, record }: Rolling): boolean {
  return (
    record.suspended.includes('AZRebalance') &&
    !group.weighted &&
    !group.instances.some((instance) => instance.protectedFromScaleIn)
  );
}

/** The first of them, up to so many units. The first may be heavier than what is left of them. */
function within(batch: readonly Instance[], room: number): readonly Instance[] {
  let left = room;
  const end = batch.findIndex(({ weight }) => {
    const full = left <= 0;
    left -= weight;
    return full;
  });
  return end < 0 ? batch : batch.slice(0, end);
}
