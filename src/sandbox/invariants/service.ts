import type { GroupState } from '../world/autoscaling/state.js';
import type { World } from '../world/world.js';
import type { Look } from './look.js';

/** Looks of others may lag this much behind the world before they act on them. */
const LOOK_LAG_MS = 15_000;

/** A rollout may begin on a look that is so old. Milliseconds. */
const OLDEST_LOOK_MS = 60_000;

/** Who serves in a group, and who ceased to, since when. */
export interface Service {
  /** Units by instance. */
  readonly serving: ReadonlyMap<string, number>;
  readonly ceased: ReadonlyMap<string, { readonly at: number; readonly units: number }>;
  /** When those that serve were first seen to, without a break; milliseconds. */
  readonly since: ReadonlyMap<string, number>;
}

/** How far behind the world a look may be. */
export function lagOf(world: World): number {
  return (
    LOOK_LAG_MS +
    Math.max(0, ...world.scenario.faults.map((fault) => (fault.kind === 'staleReads' ? fault.seconds * 1000 : 0)))
  );
}

/** What a look adds. */
export function nextService(world: World, look: Look, before: Service | undefined): Service {
  const serving = new Map(look.instances.filter(({ inService }) => inService).map(({ id, units }) => [id, units]));
  const ceased = new Map(
    [...(before?.ceased ?? [])].filter(([id, { at }]) => !serving.has(id) && at >= world.clock.now() - lagOf(world)),
  );
  for (const [id, units] of before?.serving ?? [])
    if (!serving.has(id)) ceased.set(id, { at: world.clock.now(), units });
  // Whoever serves at the first look of all has always served.
  const now = before === undefined ? 0 : world.clock.now();
  const since = new Map([...serving.keys()].map((id) => [id, before?.since.get(id) ?? now]));
  return { serving, ceased, since };
}

/** Units of those that ceased to serve so lately that a look may still show them in service. */
export function servedLately(world: World, service: Service | undefined): ReadonlyMap<string, number> {
  return new Map(
    [...(service?.ceased ?? [])]
      .filter(([, { at }]) => at >= world.clock.now() - lagOf(world))
      .map(([id, { units }]) => [id, units]),
  );
}

/** How long before its first change a rollout may have seen what it begins from. Milliseconds. */
export function oldestLook(world: World): number {
  return lagOf(world) + OLDEST_LOOK_MS;
}

/**
 * The units that others took off the desired capacity with instances so shortly before a rollout began that it may not
 * have seen it: it began from the size of before.
 */
export function takenOffUnseen(world: World, { others }: Pick<GroupState, 'others'>, since: number): number {
  return others
    .filter(({ at }) => at < since && at >= since - oldestLook(world))
    .reduce((all, { tookOff = 0 }) => all + tookOff, 0);
}
