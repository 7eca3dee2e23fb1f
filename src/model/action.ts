import type { Size } from './group.js';
import type { FrozenNote, Lease, RolloutRecord, Verdict } from './record.js';

/** Everything that we ever do to a group. Plain data; one exhaustive switch executes it. */
export type Action =
  | { readonly type: 'record'; readonly group: string; readonly record: RolloutRecord; readonly lease: Lease }
  | { readonly type: 'suspend'; readonly group: string; readonly processes: readonly string[] }
  | { readonly type: 'resume'; readonly group: string; readonly processes: readonly string[] }
  | { readonly type: 'resize'; readonly group: string; readonly size: Size; readonly purpose: 'canary' | 'double' | 'surge' | 'restore' }
  | { readonly type: 'judge'; readonly groups: readonly string[]; readonly verdict: Verdict; readonly lease: Lease }
  | {
      readonly type: 'terminate';
      readonly group: string;
      readonly half: 'old' | 'new';
      /** At most 100. */
      readonly instances: readonly string[];
      /** Whether the desired capacity falls with them; else Auto Scaling launches replacements. */
      readonly decrement: boolean;
    }
  /** Protects old instances from scale-in while two sets run, or no longer. At most 50. */
  | { readonly type: 'shield'; readonly group: string; readonly instances: readonly string[]; readonly on: boolean }
  | { readonly type: 'freeze'; readonly group: string; readonly note: FrozenNote }
  | { readonly type: 'clear'; readonly group: string; readonly notes: readonly NoteName[] }
  /** The record notes at which part it stops; with it the lease goes, so that anybody may go on at once. */
  | { readonly type: 'pause'; readonly group: string; readonly record: RolloutRecord }
  /** Our notes again, after somebody removed them. */
  | { readonly type: 'rewrite'; readonly group: string; readonly record: RolloutRecord; readonly verdict?: Verdict; readonly frozen?: FrozenNote; readonly lease: Lease }
  | { readonly type: 'renew'; readonly groups: readonly string[]; readonly lease: Lease };

/** Our notes on a group, each one tag. */
export type NoteName = 'record' | 'verdict' | 'lease' | 'frozen' | 'wish';

export type Phase =
  | 'preflight'
  | 'record'
  | 'suspend'
  | 'canary'
  | 'double'
  | 'surge'
  | 'prove'
  | 'bake'
  | 'pause'
  | 'judge'
  | 'halve'
  | 'replace'
  | 'restore'
  | 'resume'
  | 'clear'
  | 'done';
