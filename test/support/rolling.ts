import type { Group, Instance } from '../../src/model/rollout/group.js';
import type { Plan, RollingChoice } from '../../src/model/rollout/rollout-plan.js';
import type { RollingRecord } from '../../src/model/rollout/record.js';
import { fresh, group, instance, LEASE, PROCESSES, T0, verdict } from './groups.js';

/** A rolling rollout of a group of four, one above and none below. */
export const ROLLING: RollingRecord = {
  version: 2,
  strategy: 'rolling',
  run: 'run-1',
  startedAt: T0,
  size: { min: 1, max: 4, desired: 4 },
  old: 4,
  suspended: [...PROCESSES],
  together: true,
  surge: 1,
  unavailable: 0,
  serial: false,
};

export function rollingPlan(choice: Partial<RollingChoice> = {}): Pick<Plan, 'strategy' | 'rolling'> {
  return { strategy: 'rolling', rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false, ...choice } };
}

/** Old ones by name, the first the oldest, an hour apart, over two zones. */
export function old(...names: string[]): readonly Instance[] {
  return names.map((name) => {
    const age = ageOf(name);
    return instance(name, { launchedAt: T0 - 864_000_000 + age * 3_600_000, zone: zoneOf(age) });
  });
}

const ageOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 1);
const zoneOf = (age: number): string => (age % 2 === 0 ? 'eu-west-1b' : 'eu-west-1a');

export function young(...names: string[]): readonly Instance[] {
  return names.map((name) => fresh(name, { zone: zoneOf(ageOf(name)) }));
}

/** The group in the middle of its rollout, its verdict written unless `verdict` is false. */
export function rollingGroup(
  instances: readonly Instance[],
  differs: Partial<RollingRecord> & {
    readonly judged?: boolean;
    readonly desired?: number;
    readonly group?: Partial<Group>;
  } = {},
): Group {
  const { judged = true, desired, group: rest = {}, ...record } = differs;
  const noted = { ...ROLLING, ...record };
  const size = {
    min: noted.size.min,
    max: Math.max(noted.size.max, desired ?? 0),
    desired: desired ?? noted.size.desired,
  };
  return group({
    size,
    suspended: [...PROCESSES],
    instances,
    notes: { record: noted, lease: LEASE, ...(judged ? { verdict: verdict('promote') } : {}) },
    ...rest,
  });
}
