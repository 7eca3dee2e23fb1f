import type { Action } from '../../model/rollout/action.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord, TheirSizes } from '../../model/rollout/record.js';
import { sameSize } from '../instances/capacity.js';
import { isAway, standing } from '../instances/classify.js';
import { isRegistered } from '../instances/registered.js';

/**
 * Whether a record is of this rollout. One run may write several, as when it keeps a size and rolls the group then, and
 * a read that lags shows the one before.
 */
function isOfRollout(
  shown: RolloutRecord | undefined,
  { run, strategy, startedAt }: RolloutRecord,
): shown is RolloutRecord {
  // rule: record-of-before
  return shown?.run === run && shown.strategy === strategy && seconds(shown.startedAt) === seconds(startedAt);
}

/** Tags hold whole seconds. */
function seconds(at: number): number {
  return Math.floor(at / 1000);
}

/** Whether a look shows the effect of an action. A group that is gone shows everything. */
export function isVisible(action: Action, groupNamed: (name: string) => Group | undefined): boolean {
  const all = (names: readonly string[], shows: (group: Group) => boolean): boolean =>
    names.every((name) => {
      const group = groupNamed(name);
      return group === undefined || shows(group);
    });
  switch (action.type) {
    case 'rewrite':
      return all(
        [action.group],
        ({ notes }) =>
          isOfRollout(notes.record, action.record) &&
          notes.lease?.run === action.lease.run &&
          sameTheirs(notes.record.theirs, action.record.theirs),
      );
    case 'record':
      return all(
        [action.group],
        ({ notes }) => isOfRollout(notes.record, action.record) && notes.lease?.run === action.lease.run,
      );
    case 'pause':
      return all(
        [action.group],
        ({ notes }) => notes.record?.gates?.paused === action.record.gates?.paused && notes.lease === undefined,
      );
    case 'suspend':
      return all([action.group], ({ suspended }) => action.processes.every((process) => suspended.includes(process)));
    case 'resume':
      return all([action.group], ({ suspended }) => action.processes.every((process) => !suspended.includes(process)));
    case 'resize':
      return all([action.group], ({ size }) => sameSize(size, action.size));
    case 'judge':
      return all(action.groups, ({ notes }) => notes.verdict?.outcome === action.verdict.outcome);
    case 'terminate':
      return all([action.group], ({ instances }) =>
        instances.every((instance) => !action.instances.includes(instance.id) || isAway(instance)),
      );
    case 'shield':
      return all([action.group], ({ instances }) =>
        instances.every(
          (instance) =>
            !action.instances.includes(instance.id) ||
            instance.protectedFromScaleIn === action.on ||
            standing(instance.lifecycle) !== 'live',
        ),
      );
    case 'freeze':
      return all([action.group], ({ notes }) => notes.frozen?.run === action.note.run);
    case 'clear':
      return all([action.group], ({ notes }) => action.notes.every((name) => notes[name] === undefined));
    case 'note':
      return all([action.group], ({ notes }) => (notes.out?.number ?? 0) >= action.out.number);
    case 'deregister':
      return all([action.group], ({ instances }) =>
        instances.every(
          (instance) =>
            !action.targets.some((target) => target.instance === instance.id) ||
            !isRegistered(instance, action.balancer),
        ),
      );
    case 'register':
      return all([action.group], ({ instances }) =>
        instances.every(
          (instance) =>
            !action.targets.some((target) => target.instance === instance.id) ||
            isRegistered(instance, action.balancer),
        ),
      );
    case 'run':
    case 'cancel':
      // Commands are known to this process at once.
      return true;
    case 'renew':
      // A look that shows nobody's lease, or the dead one's that ours replaced, lags; another live run is noticed
      // elsewhere.
      return all(
        action.groups,
        ({ notes }) => notes.lease?.run === action.lease.run && notes.lease.beat >= action.lease.beat,
      );
  }
}

function sameTheirs(a: TheirSizes = {}, b: TheirSizes = {}): boolean {
  return a.min === b.min && a.max === b.max && a.desired === b.desired;
}

/** The groups that an action touches. */
export function groupsOf(action: Action): readonly string[] {
  return 'groups' in action ? action.groups : [action.group];
}
