import type { Action } from '../../src/model/rollout/action.js';
import type { GroupNotes } from '../../src/model/rollout/group.js';
import { expectedOf } from './expected.js';
import { deregistered, registered } from './restarting.js';
import { LEAVING, withMember, type GroupState, type State } from './world.js';

/** A group after an action, or AWS's refusal of it. */
type Effect = GroupState | { readonly refused: string };

/** What an action does to the world. `refused`: AWS would not take the call as things are, which is a fault of the tool. */
export function applied(state: State, action: Action): { readonly state: State } | { readonly refused: string } {
  const names = 'groups' in action ? action.groups : [action.group];
  const groups: GroupState[] = [];
  for (const group of state.groups) {
    const effect = names.includes(group.name) ? effectOn(group, action, state) : group;
    if ('refused' in effect) return effect;
    groups.push(effect);
  }
  return { state: { ...state, groups, before: state.groups } };
}

function effectOn(group: GroupState, action: Action, state: State): Effect {
  switch (action.type) {
    case 'suspend':
      return { ...group, suspended: [...new Set([...group.suspended, ...action.processes])].sort() };
    case 'resume':
      return { ...group, suspended: group.suspended.filter((name) => !action.processes.includes(name)) };
    case 'resize':
      return resized(group, action);
    case 'terminate':
      return terminated(group, action);
    case 'shield':
      return shielded(group, action);
    case 'standby':
      return action.on ? putAside(group, action) : broughtBack(group, action);
    case 'version':
    case 'point':
      return { refused: `${action.type} belongs to an image` };
    case 'note':
      return { ...group, notes: { ...group.notes, out: action.out } };
    case 'deregister':
      return deregistered(group, action.targets);
    case 'register':
      return registered(group, action.targets);
    case 'run':
    case 'cancel':
      // The run itself knows of its commands.
      return group;
    default:
      return noted(group, action, state);
  }
}

/** Actions that write and remove tags. */
type Noting = Extract<
  Action,
  { readonly type: 'record' | 'judge' | 'freeze' | 'clear' | 'pause' | 'rewrite' | 'renew' }
>;

function noted(group: GroupState, action: Noting, state: State): GroupState {
  const write = (notes: GroupNotes): GroupState => ({ ...group, notes: { ...group.notes, ...notes } });
  switch (action.type) {
    case 'record':
      return {
        ...write({ record: action.record, lease: action.lease }),
        members: group.members.map(({ restarted: _before, ...member }) => member),
        expected: expectedOf(group, action.record, state),
      };
    case 'judge':
      return {
        ...write({ verdict: action.verdict, lease: action.lease }),
        ...(group.expected !== undefined && { expected: { ...group.expected, verdict: action.verdict.outcome } }),
      };
    case 'freeze':
      return write({ frozen: action.note });
    case 'renew':
      return write({ lease: action.lease });
    case 'pause':
      return { ...group, notes: without({ ...group.notes, record: action.record }, ['lease']) };
    case 'clear': {
      const rest = without(group.notes, action.notes.includes('record') ? [...action.notes, 'wish'] : action.notes);
      const { expected: _over, ...open } = group;
      return rest.record === undefined ? { ...open, notes: rest } : { ...group, notes: rest };
    }
    case 'rewrite': {
      const { record, lease, verdict, frozen, out } = action;
      return write({
        record,
        lease,
        ...(verdict !== undefined && { verdict }),
        ...(frozen !== undefined && { frozen }),
        ...(out !== undefined && { out }),
      });
    }
  }
}

function without(notes: GroupNotes, names: readonly (keyof GroupNotes)[]): GroupNotes {
  return Object.fromEntries(Object.entries(notes).filter(([name]) => !names.includes(name as keyof GroupNotes)));
}

type Of<T extends Action['type']> = Extract<Action, { readonly type: T }>;

function resized(group: GroupState, { size, sets }: Of<'resize'>): Effect {
  const next = { ...group.size };
  for (const name of sets ?? (['min', 'max', 'desired'] as const)) next[name] = size[name];
  if (next.desired < next.min || next.desired > next.max)
    return { refused: `desired ${next.desired} is not between min ${next.min} and max ${next.max}` };
  const sizedBy = next.desired === group.size.desired ? group.sizedBy : 'tool';
  return { ...group, size: next, sizedBy };
}

function terminated(group: GroupState, { instances, decrement }: Of<'terminate'>): Effect {
  let next = group;
  for (const id of instances) {
    const member = next.members.find((one) => one.id === id);
    if (member === undefined || member.stage === 'retained') return { refused: `${id} is not in the group` };
    if (member.stage === 'leaving') continue;
    const counts = member.stage === 'pending' || member.stage === 'live';
    if (decrement) {
      const desired = next.size.desired - 1;
      if (desired < next.size.min) return { refused: `desired ${desired} would be less than min ${next.size.min}` };
      // What is in standby has left the desired capacity, and what its termination takes off is open.
      if (!counts) return { refused: `${id} is in standby, and its termination would take off the desired capacity` };
      next = { ...next, size: { ...next.size, desired }, sizedBy: 'tool' };
    }
    next = withMember(next, id, LEAVING);
  }
  return next;
}

function shielded(group: GroupState, { instances, on }: Of<'shield'>): Effect {
  const live = instances.every((id) => group.members.some((one) => one.id === id && one.stage === 'live'));
  if (!live) return { refused: 'only what is InService is protected from scale-in' };
  return instances.reduce((sum, id) => withMember(sum, id, { shielded: on }), group);
}

function putAside(group: GroupState, { instances, decrement }: Of<'standby'>): Effect {
  const live = instances.every((id) => group.members.some((one) => one.id === id && one.stage === 'live'));
  if (!live) return { refused: 'only what is InService goes into standby' };
  const desired = group.size.desired - (decrement ? instances.length : 0);
  if (desired < group.size.min) return { refused: `desired ${desired} would be less than min ${group.size.min}` };
  const aside = instances.reduce((sum, id) => withMember(sum, id, { stage: 'entering', health: 'absent' }), group);
  return { ...aside, size: { ...group.size, desired }, sizedBy: decrement ? 'tool' : group.sizedBy };
}

function broughtBack(group: GroupState, { instances }: Of<'standby'>): Effect {
  const aside = instances.every((id) => group.members.some((one) => one.id === id && one.stage === 'standby'));
  if (!aside) return { refused: 'only what is in Standby leaves it' };
  if (group.suspended.includes('Launch')) return { refused: 'nothing leaves standby while Launch is suspended' };
  const desired = group.size.desired + instances.length;
  if (desired > group.size.max) return { refused: `desired ${desired} would be more than max ${group.size.max}` };
  const back = instances.reduce((sum, id) => withMember(sum, id, { stage: 'pending', health: 'absent' }), group);
  return { ...back, size: { ...group.size, desired }, sizedBy: 'tool' };
}
