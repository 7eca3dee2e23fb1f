import { autoScalingState, type GroupState } from '../world/autoscaling/state.js';
import type { World } from '../world/world.js';
import { meddled, OUR_TAGS, resizedByOthers, ROLLOUT_TAG } from './expectation.js';
import { lookAt, type Seen } from './look.js';
import { oldestLook } from './service.js';
import type { Violation } from './violation.js';

/** Health passes by without events: groups are looked at again at least this often while things happen. */
const LOOK_AGAIN_MS = 5_000;

/** A group of a rollout that takes one instance at a time over all of its groups. */
interface Followed {
  readonly since: number;
  /** Who works on it, as its tags said last. */
  cluster: string;
  /** How often somebody else had removed its tags when they were seen last. */
  removals: number;
  readonly desired: number;
  /** How many it lacked: an earlier roll-back left its launches suspended, and others asked for more. */
  readonly short: number;
  readonly old: ReadonlySet<string>;
  /** Instances that were in service at some look. */
  readonly served: Set<string>;
  /** Instances that the world took away, and as many that came in their place. */
  readonly lost: Set<string>;
  readonly replacing: Set<string>;
}

/**
 * Watches rollouts over several groups as if they were one cluster: at most one instance of all of them is on its
 * way out by a caller's doing, and at most one group is anything but whole. Which groups belong together says the
 * lease on them: whoever works on several of them works on them as one.
 */
export function watchSerial(world: World, report: (violation: Violation) => void): void {
  const followed = new Map<string, Followed>();
  const told = new Set<string>();
  let last = { outside: -1, at: 0 };
  world.onChange(() => {
    const groups = [...autoScalingState(world).groups.values()];
    for (const name of [...followed.keys()]) if (!groups.some((group) => group.name === name)) followed.delete(name);
    // A group may be under way before the record of the next one is written.
    for (const group of groups) follow(world, group, followed);
    const serial = groups.filter(({ name }) => followed.has(name));
    if (serial.length < 2) return;
    const outside = serial.reduce((sum, group) => sum + group.outside.count, 0);
    if (outside === last.outside && world.clock.now() < last.at + LOOK_AGAIN_MS) return;
    last = { outside, at: world.clock.now() };
    const rows = serial.map((group) => ({
      cluster: followed.get(group.name)?.cluster ?? '',
      group: group.name,
      ...openIn(world, group, followed),
    }));
    for (const cluster of new Set(rows.map((row) => row.cluster))) {
      const of = rows.filter((row) => row.cluster === cluster);
      for (const text of [tooManyLeave(of), tooManyOpen(of)]) {
        if (text === undefined || told.has(text)) continue;
        told.add(text);
        report({ at: world.clock.now(), group: of[0]?.group ?? '', rule: 'serial', text });
      }
    }
  });
}

interface Row {
  readonly cluster: string;
  readonly group: string;
  /** On their way out because a caller ended them. */
  readonly leaving: readonly string[];
  /** Why the group is not whole by the rollout's doing; '' when it is. */
  readonly open: string;
}

function tooManyLeave(rows: readonly Row[]): string | undefined {
  const leaving = rows.flatMap((row) => row.leaving.map((id) => `${id} of ${row.group}`));
  return leaving.length > 1 ? `${leaving.join(' and ')} leave at once; one at a time was asked for.` : undefined;
}

function tooManyOpen(rows: readonly Row[]): string | undefined {
  const open = rows.filter((row) => row.open !== '');
  return open.length > 1
    ? `${open.map((row) => `${row.group} (${row.open})`).join(' and ')} are under way at once; one at ` +
        'a time was asked for.'
    : undefined;
}

function openIn(world: World, group: GroupState, followed: Map<string, Followed>): Pick<Row, 'leaving' | 'open'> {
  const instances = lookAt(world, group.name)?.instances ?? [];
  const known = followed.get(group.name) ?? begin(world, group, '');
  for (const one of instances) if (one.inService) known.served.add(one.id);
  // Who never served, as the new ones of a bad image, may leave together.
  const leaving = instances
    .filter(
      (one) =>
        one.leaving &&
        !one.retained &&
        known.served.has(one.id) &&
        (one.endedBy === 'caller' || one.endedBy === 'scale-in' || one.endedBy === 'rebalance'),
    )
    .map(({ id }) => id);
  for (const one of instances) if (isTaken(one)) known.lost.add(one.id);
  const fresh = instances.filter(
    (one) => !known.old.has(one.id) && one.alive && !one.leaving && !one.aside && !known.served.has(one.id),
  );
  // What Auto Scaling launches beside one that it wants to replace is nobody's turn either.
  // Who is detached may be out of sight before anybody looks.
  const missing = known.lost.size + known.short + meddled(world, known, group, 'detach');
  for (const one of fresh) if (one.beside || known.replacing.size < missing) known.replacing.add(one.id);
  const coming = fresh.filter((one) => !known.replacing.has(one.id));
  // What the world took away, or somebody else changed or deletes, opens a group too, and nobody answers for that.
  // So does what takes its share of the desired capacity with it, or brings it along.
  const moved = group.others.some(
    (one) => one.at >= known.since - oldestLook(world) && ((one.tookOff ?? 0) > 0 || (one.brought ?? 0) > 0),
  );
  const others = group.status !== undefined || resizedByOthers(world, known, group) || instances.some(isTaken) || moved;
  if (others) return { leaving: [], open: '' };
  const why = [
    ...(leaving.length > 0 ? [`${leaving.join(', ')} leaving`] : []),
    ...(coming.length > 0 ? [`${coming.map(({ id }) => id).join(', ')} not in service yet`] : []),
    ...(group.desired === known.desired ? [] : [`desired ${group.desired} instead of ${known.desired}`]),
  ];
  return { leaving, open: why.join(', ') };
}

/**
 * Begins to follow a group that carries the record of such a rollout, and ends when the record goes. What others remove
 * says nothing: the rollout goes on, and to forget it would be to take its surge for the size that the group has.
 */
function follow(world: World, group: GroupState, followed: Map<string, Followed>): void {
  const cluster = clusterOf(group);
  const known = followed.get(group.name);
  if (cluster === undefined) {
    const removed = !group.tags.has(ROLLOUT_TAG) && known !== undefined;
    if (!removed || meddled(world, known, group, 'removeTags') <= known.removals) followed.delete(group.name);
    return;
  }
  const begun = known ?? begin(world, group, cluster);
  begun.cluster = cluster;
  begun.removals = meddled(world, begun, group, 'removeTags');
  followed.set(group.name, begun);
}

function begin(world: World, group: GroupState, cluster: string): Followed {
  const here = (lookAt(world, group.name)?.instances ?? []).filter((one) => !one.leaving).map(({ id }) => id);
  return {
    cluster,
    removals: 0,
    since: world.clock.now(),
    desired: group.desired,
    short: Math.max(0, group.desired - here.length),
    old: new Set(here),
    served: new Set(here),
    lost: new Set(),
    replacing: new Set(),
  };
}

function isTaken({ endedBy, aside, alive, leaving }: Seen): boolean {
  return (
    aside ||
    (endedBy === undefined
      ? !alive && !leaving
      : endedBy !== 'caller' && endedBy !== 'scale-in' && endedBy !== 'rebalance')
  );
}

/**
 * Who works on the group: the run of its lease, else of its record. Undefined when no rollout there goes one at a
 * time.
 */
function clusterOf(group: GroupState | undefined): string | undefined {
  const note = group?.tags.get(ROLLOUT_TAG)?.value;
  if (note === undefined || !/(?:^|\s)limits=\d+\/\d+\/serial(?:\s|$)/.test(note)) return undefined;
  const runIn = (text: string | undefined): string | undefined => /(?:^|\s)run=(\S+)/.exec(text ?? '')?.[1];
  return runIn(group?.tags.get(`${OUR_TAGS}lease`)?.value) ?? runIn(note);
}
