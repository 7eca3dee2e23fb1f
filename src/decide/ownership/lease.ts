import type { Instant } from '../../clock.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Lease } from '../../model/rollout/record.js';

/**
 * Who may work on a group.
 * - `free`: nobody; `ours`: this run
 * - `dead`: another run that is surely gone, or was seen unchanged for a full lease on our own clock
 * - `silent`: another run that may be dead; `until` tells when we know
 * - `live`: another run that showed a sign of life since we look, less than a lease ago, or whose process is at work on
 *   this very machine
 */
export type Holder =
  | { readonly state: 'free' | 'ours' | 'dead' }
  | { readonly state: 'silent'; readonly lease: Lease; readonly until: Instant }
  | { readonly state: 'live'; readonly lease: Lease };

/** Judges the lease on a group. A record without a lease belongs to nobody alive. */
export function holder(observed: Observed, plan: Plan, group: Group): Holder {
  const lease = group.notes.lease;
  if (lease === undefined) return { state: group.notes.record === undefined ? 'free' : 'dead' };
  if (lease.run === plan.run) return { state: 'ours' };
  if (observed.abandoned.includes(group.name)) return { state: 'dead' };
  const watched = observed.seen.leases[group.name];
  const until = (watched?.since ?? observed.at) + lease.ttlMs;
  // rule: lease-taken-early
  if (observed.at >= until) return { state: 'dead' };
  // rule: lease-ignored
  return watched?.moved === true || observed.working?.includes(group.name) === true
    ? { state: 'live', lease }
    : { state: 'silent', lease, until };
}

/**
 * What makes a lease this one and no other: it changes with every sign of life, and none is ever shown twice. Numbers
 * alone would be: a run that puts back what it took over and then begins anew counts from one again.
 */
export function leaseFingerprint(lease: Lease): string {
  // rule: lease-counted-anew
  return `${lease.run} ${lease.host} ${lease.pid} ${lease.at} ${lease.beat}`;
}

/** Our lease, one beat after whatever is on the group. */
export function ourLease(observed: Observed, plan: Plan, groups: readonly Group[]): Lease {
  const beat = Math.max(0, ...groups.map((group) => group.notes.lease?.beat ?? 0)) + 1;
  return leaseOf(plan, beat, observed.at);
}

/** The lease that this run shows, at its n-th sign of life. */
export function leaseOf({ run, host, pid, timing, build, lock }: Plan, beat: number, at: Instant): Lease {
  return {
    run,
    host,
    pid,
    beat,
    ttlMs: timing.leaseMs,
    at,
    ...(build !== undefined && { build }),
    ...(lock !== undefined && { lock }),
  };
}
