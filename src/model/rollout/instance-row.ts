import type { Instant } from '../../clock.js';
import type { HealthVerdict } from './group.js';

/**
 * How far one instance is. `serving`: in service everywhere; `proven`: for the whole warm-up, of new ones. `booting` is
 * too young for a bad word of a balancer to mean anything; `unhealthy` is old enough. `idle`: put aside.
 */
export type InstanceState =
  'launching' | 'booting' | 'unhealthy' | 'hopeless' | 'serving' | 'proven' | 'leaving' | 'idle';

/** One instance as one look shows it, for whoever reads the run afterwards. */
export interface InstanceRow {
  readonly id: string;
  /** Launched before the rollout began, or since; absent where no rollout is known. */
  readonly half?: 'old' | 'new';
  readonly state: InstanceState;
  /** Auto Scaling's own word. */
  readonly lifecycle: string;
  readonly zone: string;
  readonly type?: string;
  readonly launchedAt?: Instant;
  /** Capacity units; absent where it counts one. */
  readonly weight?: number;
  /** Protected from scale-in. */
  readonly protected?: true;
  /** Auto Scaling calls it unhealthy and means to replace it. */
  readonly healthy?: false;
  /** What it was launched from, where AWS says it. */
  readonly configuration?: string;
  /** The balancers that do not call it healthy, and what they say in their own words. */
  readonly says: readonly { readonly balancer: string; readonly verdict: HealthVerdict; readonly reason: string }[];
}
