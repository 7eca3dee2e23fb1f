import type { Balancer, Size } from './group.js';
import type { GroupResult } from './group-result.js';
import type { FrozenNote, Lease, OutNote, RecordImage, RolloutRecord, SizeName, Verdict } from './record.js';

/** Everything that we ever do to a group. Plain data; one exhaustive switch executes it. */
export type Action =
  | { readonly type: 'record'; readonly group: string; readonly record: RolloutRecord; readonly lease: Lease }
  | { readonly type: 'suspend'; readonly group: string; readonly processes: readonly string[] }
  | { readonly type: 'resume'; readonly group: string; readonly processes: readonly string[] }
  | {
      readonly type: 'resize';
      readonly group: string;
      readonly size: Size;
      /** The sizes that are sent, so that nobody's are overwritten that we do not change; absent: all. */
      readonly sets?: readonly SizeName[];
      /**
       * `surge` after the verdict of a swap: new ones for what somebody asked for, before the old ones go. `room`: max
       * alone, so that what is kept in standby can come back.
       */
      readonly purpose: 'canary' | 'double' | 'surge' | 'fit' | 'restore' | 'room';
    }
  | { readonly type: 'judge'; readonly groups: readonly string[]; readonly verdict: Verdict; readonly lease: Lease }
  | {
      readonly type: 'terminate';
      readonly group: string;
      readonly half: 'old' | 'new';
      /** At most 100. */
      readonly instances: readonly string[];
      /** Whether the desired capacity falls with them; else Auto Scaling launches replacements. */
      readonly decrement: boolean;
      /** They are in standby: the desired capacity does not count them, and nothing replaces them. */
      readonly aside?: true;
    }
  /**
   * Puts old instances into standby, where they are kept, or back into service. At most 20. `decrement`: whether the
   * desired capacity falls with those that go; it always rises with those that come.
   */
  | {
      readonly type: 'standby';
      readonly group: string;
      readonly instances: readonly string[];
      readonly on: boolean;
      readonly decrement: boolean;
    }
  /** Protects old instances from scale-in while two sets run, or no longer. At most 50. */
  | { readonly type: 'shield'; readonly group: string; readonly instances: readonly string[]; readonly on: boolean }
  | { readonly type: 'freeze'; readonly group: string; readonly note: FrozenNote }
  /** `result`: how the rollout ended, where the verdict does not tell. */
  | {
      readonly type: 'clear';
      readonly group: string;
      readonly notes: readonly NoteName[];
      readonly result?: GroupResult;
    }
  /** The record notes at which part it stops; with it the lease goes, so that anybody may go on at once. */
  | { readonly type: 'pause'; readonly group: string; readonly record: RolloutRecord }
  /** Our notes again, after somebody removed them. */
  | {
      readonly type: 'rewrite';
      readonly group: string;
      readonly record: RolloutRecord;
      readonly verdict?: Verdict;
      readonly frozen?: FrozenNote;
      readonly out?: OutNote;
      readonly lease: Lease;
    }
  /** Writes down what is taken out of the balancers from now on, and what no longer is. */
  | { readonly type: 'note'; readonly group: string; readonly out: OutNote }
  | {
      readonly type: 'deregister';
      readonly group: string;
      readonly balancer: Balancer;
      readonly targets: readonly Target[];
    }
  | {
      readonly type: 'register';
      readonly group: string;
      readonly balancer: Balancer;
      readonly targets: readonly Target[];
    }
  /** Starts the user's command on, or for, one instance. */
  | { readonly type: 'run'; readonly group: string; readonly instance: string }
  /** Ends a command of ours that is under way. */
  | { readonly type: 'cancel'; readonly group: string; readonly instance: string }
  /** Makes the version of the launch template that the record of this run asks for, and notes its number there. */
  | { readonly type: 'version'; readonly group: string; readonly run: string; readonly image: RecordImage }
  /** Makes the group launch this version of its launch template: a number, `$Latest` or `$Default`. */
  | { readonly type: 'point'; readonly group: string; readonly template: string; readonly version: string }
  | { readonly type: 'renew'; readonly groups: readonly string[]; readonly lease: Lease };

/** An instance at a balancer; without ports on the target group's own. */
export interface Target {
  readonly instance: string;
  readonly ports?: readonly number[];
}

/** Our notes on a group; each is one tag, `out` as many as it needs. */
export type NoteName = 'record' | 'verdict' | 'lease' | 'frozen' | 'wish' | 'out';

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
  | 'keep'
  | 'back'
  | 'replace'
  | 'restore'
  | 'restart'
  | 'resume'
  | 'clear'
  | 'done';
