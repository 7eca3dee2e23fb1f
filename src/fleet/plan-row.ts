import type { Milliseconds } from '../clock.js';
import type { ChangePlan } from '../model/stack/change-plan.js';
import type { Reason } from '../model/rollout/decision.js';
import type { Wave } from './waves.js';

/** What a run over one target would do, in a few words and numbers. */
export interface PlanRow {
  /** Something would change: the stack, or instances that are replaced. */
  readonly changes: boolean;
  /** One clause: `2 resources of the stack; 4 of 4 instances`. */
  readonly says: string;
  readonly instances: number;
  /** Instances that would be replaced. */
  readonly replaced: number;
  readonly against: readonly Reason[];
  /** An estimate of the time, without the change of the stack; 0 when nothing is replaced. */
  readonly expectedMs: Milliseconds;
  /** Instances beyond those of today, times the estimate. */
  readonly extraInstanceHours: number;
}

/** The row of a target, out of its plan. */
export function planRow(plan: ChangePlan): PlanRow {
  const { action, resources, groups, newGroups } = plan;
  const swapped = groups.filter((group) => group.action !== 'skip');
  const instances = sum(groups.map((group) => group.instances));
  const replaced = sum(
    swapped.map(({ becomes, outdated, instances: all }) => (becomes === undefined ? outdated.length : all)),
  );
  const changes = action !== 'none' || swapped.length > 0;
  const parts = [
    ...(action === 'create' ? [`creates the stack, ${resources.length} resources`] : []),
    ...(action === 'update' ? [`${many(resources.length, 'resource')} of the stack`] : []),
    ...(newGroups.length > 0 ? [many(newGroups.length, 'new group')] : []),
    ...(swapped.length > 0 ? [`replaces ${replaced} of ${many(instances, 'instance')}`] : []),
  ];
  return {
    changes,
    says: parts.length === 0 ? 'nothing: it is current' : parts.join('; '),
    instances,
    replaced,
    against: [...plan.against, ...groups.flatMap(({ against }) => against)],
    // Groups of one target are replaced at the same time.
    expectedMs: Math.max(0, ...groups.map((group) => group.expectedMs)),
    extraInstanceHours: sum(groups.map((group) => group.extraInstanceHours)),
  };
}

/**
 * How long the waves take with these times of their targets, when each next target begins as soon as a place is free;
 * with the bake times between waves that have something to do, and without the time of a person who approves.
 */
export function fleetTime(waves: readonly Wave[], expected: ReadonlyMap<string, Milliseconds>): Milliseconds {
  const times = waves.map(({ targets, concurrency, bakeMs }) => {
    const places = new Array<number>(concurrency).fill(0);
    for (const { name } of targets) {
      const first = places.indexOf(Math.min(...places));
      places[first] = (places[first] ?? 0) + (expected.get(name) ?? 0);
    }
    return { ms: Math.max(...places), bakeMs };
  });
  const busy = times.filter(({ ms }) => ms > 0);
  return sum(busy.map(({ ms, bakeMs }, index) => ms + (index < busy.length - 1 ? bakeMs : 0)));
}

function many(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
