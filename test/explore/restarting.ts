import type { Action, Target } from '../../src/model/rollout/action.js';
import type { CommandState } from '../../src/model/rollout/decision.js';
import type { Instant } from '../../src/clock.js';
import {
  counted,
  serving,
  withMember,
  type Expected,
  type GroupState,
  type Health,
  type Member,
  type Runner,
  type State,
} from './world.js';

/*
 * Restarts in place: what their calls do to the world, and what must never happen in them, by the words of
 * docs/SAFETY.md and with code that shares nothing with the tool.
 */

type Of<T extends Action['type']> = Extract<Action, { readonly type: T }>;

/** The group after its instances were taken out of the balancer: requests under way are still answered. */
export function deregistered(group: GroupState, targets: readonly Target[]): GroupState {
  return targets.reduce((sum, { instance }) => {
    const member = sum.members.find(({ id }) => id === instance);
    if (member?.stage !== 'live' || member.health === 'absent') return sum;
    return withMember(sum, instance, { health: 'draining' });
  }, group);
}

/** The group after its instances were registered with the balancer, which begins to check them. */
export function registered(group: GroupState, targets: readonly Target[]): GroupState {
  return targets.reduce((sum, { instance }) => {
    const member = sum.members.find(({ id }) => id === instance);
    if (member?.stage !== 'live' || isRegistered(member)) return sum;
    const health: Health = member.gone ? 'unhealthy' : 'starting';
    return withMember(sum, instance, { health });
  }, group);
}

function isRegistered({ health }: Member): boolean {
  return health !== 'absent' && health !== 'draining';
}

/** The commands of a run after an action of it. */
export function commandsAfter({ commands }: Runner, action: Action, now: Instant): Runner['commands'] {
  if (action.type === 'run') return { ...commands, [action.instance]: { state: 'running', since: now } };
  if (action.type !== 'cancel' || commands?.[action.instance]?.state !== 'running') return commands;
  return { ...commands, [action.instance]: ended(false) };
}

/** A command that has ended, as a run sees it. */
export function ended(ok: boolean): CommandState {
  return { state: 'ended', ok, how: ok ? 'exit 0' : 'exit 1', output: '', elapsedMs: 0 };
}

/** What an action around a command has broken; undefined where it has not. */
export function brokenByCommand({ groups }: State, { commands }: Runner, action: Action): string | undefined {
  if (action.type === 'register') {
    const busy = action.targets.find(({ instance }) => commands?.[instance]?.state === 'running');
    return busy === undefined ? undefined : `${busy.instance} gets requests while its command runs`;
  }
  if (action.type !== 'run') return undefined;
  const member = groups.flatMap(({ members }) => members).find(({ id }) => id === action.instance);
  return member?.stage === 'live' && member.health !== 'absent'
    ? `the command runs on ${member.id}, and the balancer still sends it requests`
    : undefined;
}

/** What an action of a restart has broken; undefined where it has not. `before` and `after`: the group around it. */
export function brokenInRestart(
  action: Action,
  expected: Expected,
  before: GroupState,
  after: GroupState,
): string | undefined {
  switch (action.type) {
    case 'deregister':
      return tooFew(expected, before, after) ?? replacedMeanwhile(action, expected, before);
    case 'register':
      return foreign(action, expected, before);
    case 'resume':
      return resumedTooEarly(action, before);
    case 'clear':
      return leftUndone(action, expected, before);
    case 'record':
    case 'rewrite':
    case 'renew':
    case 'note':
    case 'suspend':
      return undefined;
    default:
      return `${action.type} changes who is in the group, or how many`;
  }
}

/** Who serves is taken out only as long as the quorum holds, and never the last one. */
function tooFew({ quorum = 1 }: Expected, before: GroupState, after: GroupState): string | undefined {
  const [had, has] = [serving(before), serving(after)];
  if (has === had) return undefined;
  const total = before.members.filter(
    (member) => member.stage === 'live' && (isRegistered(member) || isNoted(before, member.id)),
  ).length;
  const floor = Math.max(1, quorum < 1 ? Math.ceil(quorum * total) : quorum);
  return has < floor ? `${has} of ${total} serve, less than ${floor}` : undefined;
}

function isNoted({ notes }: GroupState, id: string): boolean {
  return notes.out?.instances.some((one) => one.id === id) === true;
}

/** Nothing is taken out before it is written down, or while Auto Scaling would replace it. */
function replacedMeanwhile(
  { targets }: Of<'deregister'>,
  { touched }: Expected,
  group: GroupState,
): string | undefined {
  const unnoted = targets.find(({ instance }) => !isNoted(group, instance));
  if (unnoted !== undefined) return `${unnoted.instance} is taken out, and nothing says so`;
  const active = ['HealthCheck', 'ReplaceUnhealthy'].every((name) => !group.suspended.includes(name));
  return active && !touched ? 'Auto Scaling may replace what is taken out' : undefined;
}

/** Only what the restart took out is registered again. */
function foreign({ targets }: Of<'register'>, { touched }: Expected, group: GroupState): string | undefined {
  const other = targets.find(({ instance }) => !isNoted(group, instance));
  // Somebody may have removed the note.
  return other === undefined || touched ? undefined : `${other.instance} is registered, and it was not taken out`;
}

/** What this restart took out and has not put back, and could. */
function out(group: GroupState): readonly Member[] {
  return group.members.filter(
    (member) =>
      member.stage === 'live' && member.ok && !member.gone && !isRegistered(member) && isNoted(group, member.id),
  );
}

function resumedTooEarly({ processes }: Of<'resume'>, group: GroupState): string | undefined {
  const [first] = out(group);
  return first !== undefined && processes.some((name) => name === 'HealthCheck' || name === 'ReplaceUnhealthy')
    ? `Auto Scaling may replace ${first.id}, which is out`
    : undefined;
}

/** What a restart leaves undone when its record goes. */
function leftUndone(action: Of<'clear'>, { size, suspended, touched, startedAt }: Expected, group: GroupState) {
  if (!action.notes.includes('record')) return undefined;
  const [first] = out(group);
  if (first !== undefined) return `${first.id} is still out`;
  if (!action.notes.includes('out') && group.notes.out !== undefined) return 'the note of what is out stays';
  const { min, max, desired } = group.size;
  if (!touched && (min !== size.min || max !== size.max || desired !== size.desired)) return 'the sizes are others';
  const left = group.suspended.filter((name) => !suspended.includes(name));
  if (!touched && left.length > 0) return `${left.join(', ')} are still suspended`;
  if (action.result?.outcome !== 'restarted') return undefined;
  const rest = counted(group).find(
    (one) => one.launchedAt < startedAt && one.ok && !one.gone && isRegistered(one) && one.restarted !== true,
  );
  return rest === undefined || touched ? undefined : `${rest.id} was not restarted`;
}
