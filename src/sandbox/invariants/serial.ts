import { autoScalingState, type GroupState } from '../world/autoscaling/state.js';
import type { World } from '../world/world.js';
import { OUR_TAGS, resizedByOthers } from './expectation.js';
import { lookAt, type Seen } from './look.js';
import type { Violation } from './violation.js';

/** Health passes by without events: groups are looked at again at least this often while things happen. */
const LOOK_AGAIN_MS = 5_000;

/** A group of a rollout that takes one instance at a time over all of its groups. */
interface Followed {
  readonly since: number;
  readonly desired: number;
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
    for (const name of [...followed.keys()])
      if (clusterOf(groups.find((group) => group.name === name)) === undefined) followed.delete(name);
    const serial = groups.filter((group) => clusterOf(group) !== undefined);
    // A group may be under way before the record of the next one is written.
    for (const group of serial) if (!followed.has(group.name)) followed.set(group.name, begin(world, group));
    if (serial.length < 2) return;
    const outside = serial.reduce((sum, group) => sum + group.outside.count, 0);
    if (outside === last.outside && world.clock.now() < last.at + LOOK_AGAIN_MS) return;
    last = { outside, at: world.clock.now() };
    const rows = serial.map((group) => ({
      cluster: clusterOf(group) ?? '',
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
  const known = followed.get(group.name) ?? begin(world, group);
  for (const one of instances) if (one.inService) known.served.add(one.id);
  // Who never served, as the new ones of a bad image, may leave together.
  const leaving = instances
    .filter(
      (one) =>
        one.leaving &&
        known.served.has(one.id) &&
        (one.endedBy === 'caller' || one.endedBy === 'scale-in' || one.endedBy === 'rebalance'),
    )
    .map(({ id }) => id);
  for (const one of instances) if (isTaken(one)) known.lost.add(one.id);
  const fresh = instances.filter(
    (one) => !known.old.has(one.id) && one.alive && !one.leaving && !one.aside && !known.served.has(one.id),
  );
  for (const one of fresh) if (known.replacing.size < known.lost.size) known.replacing.add(one.id);
  const coming = fresh.filter((one) => !known.replacing.has(one.id));
  // What the world took away, or somebody else changed or deletes, opens a group too, and nobody answers for that.
  const others = group.status !== undefined || resizedByOthers(world, known, group) || instances.some(isTaken);
  if (others) return { leaving: [], open: '' };
  const why = [
    ...(leaving.length > 0 ? [`${leaving.join(', ')} leaving`] : []),
    ...(coming.length > 0 ? [`${coming.map(({ id }) => id).join(', ')} not in service yet`] : []),
    ...(group.desired === known.desired ? [] : [`desired ${group.desired} instead of ${known.desired}`]),
  ];
  return { leaving, open: why.join(', ') };
}

function begin(world: World, group: GroupState): Followed {
  const here = (lookAt(world, group.name)?.instances ?? []).filter((one) => !one.leaving).map(({ id }) => id);
  return {
    since: world.clock.now(),
    desired: group.desired,
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
  const note = group?.tags.get(`${OUR_TAGS}rollout`)?.value;
  if (note === undefined || !/(?:^|\s)limits=\d+\/\d+\/serial(?:\s|$)/.test(note)) return undefined;
  const runIn = (text: string | undefined): string | undefined => /(?:^|\s)run=(\S+)/.exec(text ?? '')?.[1];
  return runIn(group?.tags.get(`${OUR_TAGS}lease`)?.value) ?? runIn(note);
}
