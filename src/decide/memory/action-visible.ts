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

/** Whether the record is the very one that was written over another. */
function showsRecord(shown: RolloutRecord | undefined, written: RolloutRecord): boolean {
  if (!isOfRollout(shown, written)) return false;
  const sameWindow = (['keptUntil', 'backAt', 'endedAt'] as const).every(
    (moment) => shown.gates?.[moment] === written.gates?.[moment],
  );
  return sameWindow && sameTheirs(shown.theirs, written.theirs);
}

/** Tags hold whole seconds. */
function seconds(at: number): number {
  return Math.floor(at / 1000);
}

/** Whether a look shows the effect of an action. A group that is gone shows everything. */
export function isVisible(action: Action, groupNamed: (name: string) => Group | undefined): boolean {
  return groupsOf(action).every((name) => {
    const group = groupNamed(name);
    return group === undefined || shows(group, action);
  });
}

/** Whether a group is as an action should have made it. */
function shows(group: Group, action: Action): boolean {
  const { notes, size, suspended } = group;
  switch (action.type) {
    case 'rewrite':
      return showsRecord(notes.record, action.record) && notes.lease?.run === action.lease.run;
    case 'record':
      return isOfRollout(notes.record, action.record) && notes.lease?.run === action.lease.run;
    case 'pause':
      return notes.record?.gates?.paused === action.record.gates?.paused && notes.lease === undefined;
    case 'suspend':
      return action.processes.every((process) => suspended.includes(process));
    case 'resume':
      return action.processes.every((process) => !suspended.includes(process));
    case 'resize':
      return sameSize(size, action.size);
    case 'judge':
      return notes.verdict?.outcome === action.verdict.outcome;
    case 'freeze':
      return notes.frozen?.run === action.note.run;
    case 'clear':
      return action.notes.every((name) => notes[name] === undefined);
    case 'note':
      return (notes.out?.number ?? 0) >= action.out.number;
    case 'version':
      return notes.record?.image?.made !== undefined;
    case 'point':
      return group.names === `lt/${action.template}:${action.version}`;
    case 'renew':
      // A look that shows nobody's lease, or the dead one's that ours replaced, lags; another live run is noticed
      // elsewhere.
      return notes.lease?.run === action.lease.run && notes.lease.beat >= action.lease.beat;
    case 'run':
    case 'cancel':
      // Commands are known to this process at once.
      return true;
    case 'terminate':
    case 'shield':
    case 'standby':
    case 'deregister':
    case 'register':
      return showsInstances(group, action);
  }
}

/** Whether the instances that an action is about are as it should have made them, as far as they are there still. */
function showsInstances(
  { instances }: Group,
  action: Extract<Action, { readonly type: 'terminate' | 'shield' | 'standby' | 'deregister' | 'register' }>,
): boolean {
  const ids = 'targets' in action ? action.targets.map(({ instance }) => instance) : action.instances;
  return instances
    .filter(({ id }) => ids.includes(id))
    .every((instance) => {
      switch (action.type) {
        case 'terminate':
          return isAway(instance);
        case 'shield':
          return instance.protectedFromScaleIn === action.on || standing(instance.lifecycle) !== 'live';
        case 'standby':
          return standing(instance.lifecycle) !== (action.on ? 'live' : 'parked');
        case 'deregister':
          return !isRegistered(instance, action.balancer);
        case 'register':
          return isRegistered(instance, action.balancer);
      }
    });
}

function sameTheirs(a: TheirSizes = {}, b: TheirSizes = {}): boolean {
  return a.min === b.min && a.max === b.max && a.desired === b.desired;
}

/** The groups that an action touches. */
export function groupsOf(action: Action): readonly string[] {
  return 'groups' in action ? action.groups : [action.group];
}
