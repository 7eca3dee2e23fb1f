import type { Size } from '../model/rollout/size.js';

/** Something that happened to a group, counted from the beginning of its rollout in seconds. */
export type Trouble =
  | { readonly kind: 'killInstance'; readonly at: number; readonly which: 'oldest' | 'newest' }
  | { readonly kind: 'resize'; readonly at: number; readonly size: Partial<Size> };

/** A balancer of a group, as far as a simulated one can be like it. */
export interface ReplayBalancer {
  readonly kind: 'classic' | 'target-group';
  /** Seconds between two health checks. */
  readonly interval: number;
  /** Seconds for which a leaving instance drains. */
  readonly drain: number;
}

/** How instances of the image that a group was given behave. */
export interface ReplayImage {
  readonly behaviour: 'healthy' | 'unhealthy' | 'flaps' | 'dies' | 'missing';
  /** Seconds from running to answering: [least, most]. */
  readonly boot?: readonly [number, number];
  readonly diesAfter?: number;
}

/** One group, without any name of its owner's. */
export interface ReplayGroup {
  /** The name in the events: it goes into no file. */
  readonly was: string;
  /** Logical id in the template: `Group1`. */
  readonly id: string;
  /** As found when the rollout began. */
  readonly size: Size;
  readonly balancers: readonly ReplayBalancer[];
  readonly image: ReplayImage;
  readonly troubles: readonly Trouble[];
}

/** What a run is played again from. */
export interface Replay {
  readonly groups: readonly ReplayGroup[];
  /** Flags of the command, as words. */
  readonly flags: readonly string[];
  /** What of the run is in no scenario, as sentences. */
  readonly lost: readonly string[];
}
