import type { Instant } from '../../src/clock.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { lookAt, type Seen } from '../../src/sandbox/invariants/look.js';
import { autoScalingState } from '../../src/sandbox/world/autoscaling/state.js';

/** How closely the world is watched, in simulated milliseconds: health passes by without events. */
const STEP_MS = 200;

/** What the world alone took, in simulated seconds: no tool can be faster in it. */
export interface Limit {
  /** From asking for the new instances until all of them are truly in service everywhere: the slowest group. */
  readonly launchSeconds: number;
  /** The warm-up, which starts when the last of them came into service. */
  readonly proveSeconds: number;
  /** From the terminate call that names an instance until the group has lost it: the slowest instance. */
  readonly drainSeconds: number;
  readonly moments: Moments;
}

/** When what mattered was so in the world, in simulated milliseconds, over all groups. */
interface Moments {
  /** New instances were asked for in every group. */
  readonly asked: Instant;
  /** The first new instance of any group came into service. */
  readonly firstServes: Instant;
  /** All new instances of all groups are in service. */
  readonly ready: Instant;
  /** The last of the old ones was terminated. */
  readonly terminated: Instant;
  /** The last of the old ones is gone. */
  readonly gone: Instant;
}

/**
 * Watches the world itself, not what a tool knows of it, while groups are swapped. Call it before
 * the run and the answer after it.
 */
export function watchLimit(sandbox: Sandbox, groups: readonly string[], warmupMs: number): () => Limit {
  const { clock } = sandbox;
  const members = (group: string): readonly string[] => [
    ...(autoScalingState(sandbox.world).groups.get(group)?.members.keys() ?? []),
  ];
  const old = new Map(groups.map((group) => [group, new Set(members(group))]));
  const asked = new Map<string, number>();
  const ready = new Map<string, number>();
  const terminated = new Map<string, number>();
  const gone = new Map<string, number>();
  let firstServes: Instant | undefined;
  let ended = false;

  sandbox.onCall(({ at, operation, input, outcome }) => {
    if (outcome !== 'ok') return;
    const { AutoScalingGroupName: group = '', InstanceIds: ids = [] } = input as {
      AutoScalingGroupName?: string;
      InstanceIds?: readonly string[];
    };
    if (operation === 'UpdateAutoScalingGroup' && !asked.has(group)) asked.set(group, at);
    if (operation === 'TerminateInstanceInAutoScalingGroup') for (const id of ids) terminated.set(id, at);
  });

  const look = (): void => {
    for (const [group, before] of old) {
      if (firstServes === undefined && newOnes(sandbox, group, before).some((one) => one.inService))
        firstServes = clock.now();
      if (!ready.has(group) && allNewServe(sandbox, group, before)) ready.set(group, clock.now());
      if (!ready.has(group)) continue;
      const here = new Set(members(group));
      for (const id of before) if (!here.has(id) && !gone.has(id)) gone.set(id, clock.now());
    }
  };
  const watch = (): void => {
    if (ended) return;
    look();
    clock.after(STEP_MS, watch);
  };
  watch();

  return () => {
    look();
    ended = true;
    const total = [...old.values()].reduce((sum, ids) => sum + ids.size, 0);
    if (ready.size < groups.length || gone.size < total || terminated.size < total)
      throw new Error(`the swap is not over: ${ready.size} groups ready, ${gone.size} of ${total} instances gone`);
    return {
      launchSeconds: longest(ready, asked) / 1000,
      proveSeconds: warmupMs / 1000,
      drainSeconds: longest(gone, terminated) / 1000,
      moments: {
        asked: Math.max(...asked.values()),
        firstServes: firstServes ?? clock.now(),
        ready: Math.max(...ready.values()),
        terminated: Math.max(...terminated.values()),
        gone: Math.max(...gone.values()),
      },
    };
  };
}

function allNewServe(sandbox: Sandbox, group: string, old: ReadonlySet<string>): boolean {
  const fresh = newOnes(sandbox, group, old);
  return fresh.length >= old.size && fresh.every((one) => one.inService);
}

function newOnes(sandbox: Sandbox, group: string, old: ReadonlySet<string>): readonly Seen[] {
  return lookAt(sandbox.world, group)?.instances.filter((one) => !old.has(one.id)) ?? [];
}

/** The longest time between the two moments of one thing. */
function longest(ends: ReadonlyMap<string, number>, begins: ReadonlyMap<string, number>): number {
  return Math.max(...[...ends].map(([key, end]) => end - (begins.get(key) ?? end)));
}
