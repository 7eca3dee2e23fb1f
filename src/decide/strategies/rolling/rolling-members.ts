import type { Instance } from '../../../model/rollout/group.js';

/** What a rolling rollout works with after its verdict. */
export interface RollingMembers {
  /** Instances that have to go. */
  readonly old: readonly Instance[];
  /** Instances that stay. */
  readonly fresh: readonly Instance[];
  /** Of those that stay, the ones that are proven. */
  readonly ready: readonly Instance[];
  /** Units of the new ones that are there, or that Auto Scaling has still to launch. */
  readonly coming: number;
}
