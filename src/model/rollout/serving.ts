import type { Size } from './size.js';

/** How many of some instances serve. */
export interface Share {
  readonly serve: number;
  readonly of: number;
}

/** Who serves in a group, as far as one look tells. Counts are instances, also where sizes count units. */
export interface Serving {
  readonly group: string;
  /**
   * Whose word it is: `balancers`, all that judge; `autoScaling` where none judges; `unknown` where nobody was asked,
   * and then no count of who serves means anything.
   */
  readonly by: 'balancers' | 'statusChecks' | 'autoScaling' | 'unknown';
  /** All that belong to the group; none that leaves or was put aside. */
  readonly all: Share;
  /** Launched before the rollout began and since; absent where no rollout is known. */
  readonly halves?: { readonly old: Share; readonly new: Share };
  readonly size: Size;
}

/** Processes that stay suspended on a group. */
export interface Frozen {
  readonly group: string;
  readonly processes: readonly string[];
}
