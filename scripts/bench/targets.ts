import { quantile, type Delays } from './delays.js';
import { shapeOf, type Rollout } from './rollout.js';

/** The rollouts of one shape in one world, one per seed, in a process of their own. */
export interface Measured {
  readonly rollouts: readonly Rollout[];
  readonly peakRssMb: number;
}

/** A figure, what it must be, and whether it is. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly target: string;
  readonly ok: boolean;
}

/** What the rollouts of one shape must keep to. */
export function figuresOf({ rollouts, peakRssMb }: Measured): Figure[] {
  const [first] = rollouts;
  if (first === undefined) throw new Error('there is no rollout');
  const of = `${first.shape} ${first.world}`;
  const overhead = rollouts.reduce((sum, rollout) => sum + rollout.overhead, 0) / rollouts.length;
  return [
    atMost(`${of}: overhead`, overhead, 0.05),
    atMost(
      `${of}: reads of one kind in a look, per group`,
      Math.max(...rollouts.map((rollout) => rollout.readsOfOneKind)),
      1,
    ),
    atMost(
      `${of}: changes per group`,
      Math.max(...rollouts.map((rollout) => rollout.changesPerGroup)),
      10 + shapeOf(first.shape).instances / 100,
    ),
    atMost(`${of}: peakRssMb`, peakRssMb, 200),
  ];
}

/** How much the rollouts of one shape asked of AWS, signs of life apart. */
export function ratesOf({ rollouts }: Measured): Figure[] {
  const of = `${rollouts[0]?.shape} ${rollouts[0]?.world}: calls per second per group`;
  const mean = (pick: (rollout: Rollout) => number): number =>
    rollouts.reduce((sum, rollout) => sum + pick(rollout), 0) / rollouts.length;
  return [
    atMost(
      of,
      mean(({ rates }) => rates.overall),
      0.35,
    ),
    atMost(
      `${of} while all boot`,
      mean(({ rates }) => rates.booting),
      0.1,
    ),
    atMost(
      `${of} while all drain`,
      mean(({ rates }) => rates.draining),
      0.1,
    ),
  ];
}

/** How late a run may notice: in half of the worlds, and in 95 of 100, in simulated seconds. */
function lateness(what: string): readonly [number, number] {
  if (what === 'all proven') return [2, 5];
  if (what.startsWith('cancelled')) return [10, 20];
  return what.endsWith('proving') ? [5, 10] : [15, 30];
}

/** How late the runs noticed what happened. */
export function figuresOfDelays(delays: Delays): Figure[] {
  return [...delays].flatMap(([what, values]) => {
    const [half, most] = lateness(what);
    return [
      atMost(`seconds until noticed, ${what}: p50`, quantile(values, 0.5), half),
      atMost(`seconds until noticed, ${what}: p95`, quantile(values, 0.95), most),
    ];
  });
}

export function atMost(what: string, value: number, limit: number): Figure {
  return { what, value, target: `≤ ${limit}`, ok: value <= limit };
}

export function atLeast(what: string, value: number, limit: number): Figure {
  return { what, value, target: `≥ ${limit}`, ok: value >= limit };
}
