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

export function atMost(what: string, value: number, limit: number): Figure {
  return { what, value, target: `≤ ${limit}`, ok: value <= limit };
}

export function atLeast(what: string, value: number, limit: number): Figure {
  return { what, value, target: `≥ ${limit}`, ok: value >= limit };
}
