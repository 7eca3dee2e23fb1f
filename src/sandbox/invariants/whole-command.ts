import { autoScalingState, isLeaving, unitsOf, type GroupState, type Member } from '../world/autoscaling/state.js';
import { findStack } from '../world/cloudformation/deploy/state.js';
import { ec2State } from '../world/ec2/state.js';
import { revisionOf } from '../world/revisions.js';
import type { World } from '../world/world.js';
import type { Violation } from './violation.js';

/** What is known of a group since the first call of a command. */
interface Kept {
  revision: number;
  /** Units that others than the command asked for last: people, scaling, CloudFormation in somebody else's name. */
  wanted: number;
  desired: number;
  /** Units that others have taken off it together with instances: nobody asks for what is left. */
  tookOff: number;
  /** Others set that desired capacity, or CloudFormation as the command lets it: whom it scales in, they chose. */
  theirs: boolean;
  outside: number;
  /** Units of those that served at the last look, by instance. */
  serving: ReadonlyMap<string, number>;
}

/** Begins to watch, at the first call of a command; the same again is nothing new. */
export type CommandCalls = () => void;

/** Operations of CloudFormation that a command began: it gives each a token of its own. */
const OUR_TOKEN = 'ha-updater-';

/** Ways to end that are a command's doing, or CloudFormation's in its name. */
const OURS: ReadonlySet<string> = new Set(['caller', 'scale-in', 'rebalance']);

/**
 * Watches from the first call of a command, whatever is noted on the groups: outside of a rollout nobody leaves who
 * serves, neither by the command nor by a size that CloudFormation writes for it, unless as many stay as others want.
 * What counts as serving here is what Auto Scaling says: who is out of a balancer for a while has not left.
 *
 * @param replaces whether a rollout replaces instances of the group now: that one has rules of its own
 * @param lets whether the command lets CloudFormation set the template's sizes in the operation with this token
 */
export function watchCommands(
  world: World,
  { replaces, lets }: { readonly replaces: (group: string) => boolean; readonly lets: (token: string) => boolean },
  report: (violation: Violation) => void,
): CommandCalls {
  const known = new Map<string, Kept>();
  let begun = false;
  const look = (): void => {
    if (!begun) return;
    const { groups } = autoScalingState(world);
    for (const name of known.keys()) if (!groups.has(name)) known.delete(name);
    for (const group of groups.values()) {
      const before = known.get(group.name);
      const revision = revisionOf(world, group.name);
      if (before?.revision === revision) continue;
      const now = after(world, group, before, lets);
      known.set(group.name, { ...now, revision });
      const text = before === undefined || replaces(group.name) ? undefined : tooFewStay(group, before, now);
      if (text !== undefined) report({ at: world.clock.now(), group: group.name, rule: 'capacity', text });
    }
  };
  world.onChange(look);
  return () => {
    if (begun) return;
    begun = true;
    look();
  };
}

function after(
  world: World,
  group: GroupState,
  before: Kept | undefined,
  lets: (token: string) => boolean,
): Omit<Kept, 'revision'> {
  const { desired } = group;
  const outside = group.outside.count;
  const ours = !isSetByOthers(group) && (outside !== before?.outside || changedForUs(world, group, lets));
  const tookOff = group.others.reduce((sum, other) => sum + (other.tookOff ?? 0), 0);
  const isOnlyTakenOff = desired + tookOff === (before?.desired ?? 0) + (before?.tookOff ?? 0);
  const stays = before !== undefined && (ours || isOnlyTakenOff);
  return {
    desired,
    tookOff,
    theirs: before !== undefined && (desired === before.desired ? before.theirs : !ours),
    outside,
    // While two halves run, what is left of both says nothing; at all other times it is what is asked for.
    wanted: stays ? Math.min(before.wanted, tookOff === before.tookOff ? Infinity : desired) : desired,
    serving: new Map(
      [...group.members.values()]
        .filter((member) => serves(world, member))
        .map((member) => [member.id, unitsOf(member)] as const),
    ),
  };
}

/** Whether the desired capacity is what others set last; whoever terminates with a decrement lowers it from there. */
function isSetByOthers({ resizedByWorld, others, desired }: GroupState): boolean {
  return resizedByWorld === true && others.flatMap((other) => other.desired ?? []).at(-1) === desired;
}

/** Whether CloudFormation changes the group in an operation that a command began, and which it is not let to do. */
function changedForUs(world: World, group: GroupState, lets: (token: string) => boolean): boolean {
  const stackId = group.tags.get('aws:cloudformation:stack-id')?.value;
  const stack = stackId === undefined ? undefined : findStack(world, stackId);
  const token = stack?.deployment?.token ?? '';
  return stack?.status.endsWith('_IN_PROGRESS') === true && token.startsWith(OUR_TOKEN) && !lets(token);
}

function serves(world: World, member: Member): boolean {
  return member.lifecycle === 'InService' && ec2State(world).instances.get(member.id)?.state === 'running';
}

/** What is wrong when instances left between two looks; undefined when enough stay, or when others made them leave. */
function tooFewStay(group: GroupState, before: Kept, now: Omit<Kept, 'revision'>): string | undefined {
  const left = [...before.serving.keys()].filter((id) => {
    const member = group.members.get(id);
    if (member === undefined || !isLeaving(member) || (now.theirs && member.endedBy === 'scale-in')) return false;
    return OURS.has(member.endedBy ?? '');
  });
  if (left.length === 0) return undefined;
  const sum = (units: Iterable<number>): number => [...units].reduce((all, one) => all + one, 0);
  const stay = sum(now.serving.values());
  if (stay >= Math.min(now.wanted, sum(before.serving.values()))) return undefined;
  return `${left.join(', ')} left outside of a rollout: ${stay} in service, and others want ${now.wanted}.`;
}
