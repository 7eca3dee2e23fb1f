import type { Wanted } from '../../config/rollout-plan.js';
import type { LockAsked } from './lock.js';

/** The flag of every command that works under the strict lock. */
export interface LockFlags {
  /** Address of the store; it may hold a password. */
  readonly lock?: string | undefined;
}

/** What the command line asks of the lock; nothing when it does not name one. */
export function lockAsked({ lock }: LockFlags, { timing }: Pick<Wanted, 'timing'>): LockAsked | undefined {
  return lock === undefined || lock === '' ? undefined : { address: lock, waitMs: timing.waitForLockMs };
}
