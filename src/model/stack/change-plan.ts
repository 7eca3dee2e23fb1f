import type { Milliseconds } from '../../clock.js';
import type { AdvisedReason, Reason } from '../rollout/decision.js';
import type { Size } from '../rollout/group.js';

/** What a change of a stack, and the swap after it, would do: what people look at before they say yes. */
export interface ChangePlan {
  /** '' when groups were asked for by name or tag: then no stack is looked at. */
  readonly stack: string;
  readonly action: 'create' | 'update' | 'none';
  /** Name of the change set that says so. */
  readonly changeSet?: string;
  /** Parameters that were given, without NoEcho ones. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly resources: readonly PlannedResource[];
  /** Logical ids of groups that come into being: they are proven, not swapped. */
  readonly newGroups: readonly string[];
  readonly groups: readonly GroupOutlook[];
  /** What is asked at which stages besides health, as sentences; absent when nothing is. */
  readonly gates?: readonly string[];
  /** Groups, or logical ids of new ones, that --only or --except leaves alone; absent without any. */
  readonly leftOut?: readonly string[];
  /** What would be lost: groups that the change replaces or removes, instances and all. */
  readonly against: readonly Reason[];
}

/** One resource that changes. */
export interface PlannedResource {
  /** Name of the stack that holds it. */
  readonly stack: string;
  /** 0 in the stack itself, 1 in a nested one. */
  readonly depth: number;
  readonly action: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  /** True, False, Conditional; '' when nothing is modified. */
  readonly replacement: string;
  readonly properties: readonly PlannedProperty[];
}

export interface PlannedProperty {
  /** Such as `LaunchTemplateData.ImageId`, or `Tags`. */
  readonly path: string;
  /** Absent where the service does not say, or where a secret may be in it. */
  readonly before?: string;
  readonly after?: string;
  /** The change of this one replaces the resource. */
  readonly replaces: boolean;
  /** What caused it: `parameter ImageId`, `Launch.LatestVersionNumber`, `the template`. */
  readonly causes: readonly string[];
}

/** What the swap would do with one group. */
export interface GroupOutlook {
  readonly group: string;
  /** `refuse`: something stands against it. */
  readonly action: 'swap' | 'skip' | 'refuse';
  readonly why: string;
  readonly size: Size;
  /** The size that the change of the stack gives it; absent when that stays. */
  readonly resized?: Size;
  /** The sizes that the template states; absent when the change does not touch the group, or shows none. */
  readonly template?: Partial<Size>;
  /** How many of its instances CloudFormation takes out by the size that it sets; absent when none leaves. */
  readonly leave?: number;
  readonly strategy: 'swap' | 'rolling';
  /** Its limits in capacity units; absent for a swap. */
  readonly rolling?: { readonly surge: number; readonly unavailable: number; readonly serial: boolean };
  /** The largest size while old and new instances serve side by side. */
  readonly doubled: Size;
  /** Instances that are there now. */
  readonly instances: number;
  /** Instances that are outdated already. */
  readonly outdated: readonly {
    readonly id: string;
    readonly configuration: string;
    /** In what it differs from what the group would launch. `unknown`: AWS knows no more what it was launched from. */
    readonly differs: 'configuration' | 'type' | 'image' | 'unknown';
    /** A clause such as `runs lt/lt-1:1`. */
    readonly why: string;
  }[];
  /** Why all instances will be outdated by the change of the stack; absent when they will not. */
  readonly becomes?: string;
  readonly balancers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly judged: boolean;
    readonly note: string;
    readonly healthFloorMs: Milliseconds;
    readonly drainMs: Milliseconds;
    /** The change of the stack puts another one in its place. */ readonly replaced?: true;
  }[];
  /** An estimate: launch and boot, health checks, warm-up and draining. 0 when nothing is swapped. */
  readonly expectedMs: Milliseconds;
  /** When the run gives up at the latest. */
  readonly limitMs: Milliseconds;
  /** Instances beyond those of today, times the estimate. */
  readonly extraInstanceHours: number;
  /** Every reason against it, as preflight would say it. */
  readonly against: readonly Reason[];
  readonly warnings: readonly Reason[];
}

/** An outlook before it is told: the commands in its remedies are data. */
export interface AdvisedOutlook extends Omit<GroupOutlook, 'against' | 'warnings'> {
  readonly against: readonly AdvisedReason[];
  readonly warnings: readonly AdvisedReason[];
}
