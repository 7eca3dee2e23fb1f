import type { Instant, Milliseconds } from '../../clock.js';
import type { FrozenNote, Lease, OutNote, RolloutRecord, Verdict, CancellationNote } from './record.js';
import type { Size } from './size.js';

export type { Size } from './size.js';

/** A classic load balancer (`id` is its name) or a target group (`id` is its ARN) of a group. */
export interface Balancer {
  readonly kind: 'classic' | 'target-group';
  readonly id: string;
  /** The port of a target group on which targets are registered when nobody says otherwise. */
  readonly port?: number;
  /** Short name for people. */
  readonly name: string;
  /** False when its health cannot mean anything, for instance a target group without a listener. */
  readonly judged: boolean;
  /** Why it is not judged, or ''. */
  readonly note: string;
  /** It was deleted while it was attached: it is still listed on the group, and nothing is healthy there. */
  readonly deleted?: true;
  /** How long a leaving instance may drain. */
  readonly drainMs: Milliseconds;
  /** Time in which a target group ramps up the load of a healthy target. */
  readonly slowStartMs: Milliseconds;
  /** Names of the zones in which it takes instances; absent where that could not be read. */
  readonly zones?: readonly string[];
  /** The least time that health checks of a fresh instance take: threshold × interval. */
  readonly healthFloorMs: Milliseconds;
}

/**
 * What one balancer says of one instance, in our words.
 * `hopeless` cannot heal by waiting (zone not enabled); `absent` is not registered (yet).
 */
export type HealthVerdict = 'healthy' | 'starting' | 'unhealthy' | 'draining' | 'absent' | 'unknown' | 'hopeless';

export interface BalancerHealth {
  /** `Balancer.id` */
  readonly balancer: string;
  readonly verdict: HealthVerdict;
  /** AWS's own words, for people. */
  readonly reason: string;
  /** Its errors stand out among those of the other targets, as the balancer says where it is asked for that. */
  readonly anomalous?: true;
  /** It would serve, were its zone not shifted away. */
  readonly shifted?: true;
  /** The ports on which it is registered with a target group, without those that drain. */
  readonly ports?: readonly number[];
}

/** The application status of an instance, in our words. Source: EC2 API reference, `ApplicationStatus`. */
export interface ApplicationStatus {
  readonly verdict: 'healthy' | 'starting' | 'unhealthy';
  /** AWS's own words, for people. */
  readonly reason: string;
}

export interface Instance {
  readonly id: string;
  readonly zone: string;
  /** Lifecycle state as AWS says it, such as `Pending:Wait`. */
  readonly lifecycle: string;
  /** Auto Scaling's own opinion (`HealthStatus`). */
  readonly healthy: boolean;
  /** Capacity units; 1 unless the group is weighted. */
  readonly weight: number;
  readonly protectedFromScaleIn: boolean;
  /** What it was launched from: `lc/NAME`, `lt/ID:VERSION`, or '' when AWS does not say. */
  readonly configuration: string;
  /** Its instance type, where Auto Scaling says it. */
  readonly type?: string;
  /** The image that it runs, as far as that was asked for. */
  readonly image?: string;
  /** EC2 launch time; absent while EC2 does not list the instance. */
  readonly launchedAt?: Instant;
  /** What EC2's application status checks say of it, where some apply to it and it was asked for. */
  readonly checks?: ApplicationStatus;
  /** One row per balancer that mentions the instance. A missing row means `absent`. */
  readonly health: readonly BalancerHealth[];
}

/** A scaling activity that failed, with AWS's words. */
export interface FailedActivity {
  readonly id: string;
  readonly group: string;
  readonly startedAt: Instant;
  readonly message: string;
  readonly cause: string;
  /** The zone that was tried, where AWS says. */
  readonly zone?: string;
}

/** A lifecycle hook of a group. */
export interface LifecycleHook {
  readonly name: string;
  /** The states that it holds instances in: `Pending:Wait` or `Terminating:Wait`. */
  readonly holds: 'Pending:Wait' | 'Terminating:Wait';
  readonly heartbeatMs: Milliseconds;
  /** It tells a queue or a topic of each instance. Rules of EventBridge and the instance itself may answer without. */
  readonly notifies: boolean;
  /** What becomes of the instance when nobody completes it. */
  readonly otherwise: 'CONTINUE' | 'ABANDON';
}

/** What a group's owner has planned for its sizes. */
export interface ScheduledAction {
  readonly name: string;
  /** What it sets; the rest stays. */
  readonly sets: Readonly<Partial<Size>>;
  /** When it came due last, since the time that was asked for. */
  readonly last?: Instant;
  /** When it comes due next. */
  readonly next?: Instant;
}

/** One of the ways in which a group launches: an override of a mixed policy, or all there is. */
export interface LaunchWay {
  /** `lc/NAME`, or `lt/ID:VERSION` with the version as it is resolved now. */
  readonly configuration: string;
  /** The instance type that an override asks for; absent where the configuration or instance requirements say it. */
  readonly type?: string;
  /** The image that would be launched now, where the configuration alone does not fix it. */
  readonly image?: string;
  /** The parameter of the parameter store that the image comes from. */
  readonly parameter?: string;
}

/** One Auto Scaling group as one look shows it. */
export interface Group {
  readonly name: string;
  readonly size: Size;
  /** True when sizes count units (weights), not instances. */
  readonly weighted: boolean;
  /** Names of the suspended processes. */
  readonly suspended: readonly string[];
  /** Resolved configurations that an instance launched now would carry (several with overrides). */
  readonly configurations: readonly string[];
  /**
   * The one launch template and version that it names, unresolved, such as `lt/ID:$Default`; absent for several, and
   * for launch configurations.
   */
  readonly names?: string;
  /** Says more of them where types or images do not follow from the configuration alone. */
  readonly ways?: readonly LaunchWay[];
  /** Why images could not be compared, as a sentence. */
  readonly imageUnknown?: string;
  /** AWS's words that the launch template, or the version of it, that the group launches from does not exist. */
  readonly launchGone?: string;
  readonly instances: readonly Instance[];
  readonly balancers: readonly Balancer[];
  /** AWS's words that it does not tell whether targets are anomalous, by the balancer's name. */
  readonly anomalyUnread?: string;
  /** Application status checks judge its instances, beside balancers or alone. */
  readonly checked?: true;
  /** AWS's words that the application status checks of its instances could not be read. */
  readonly checksRefused?: string;
  /** Its lifecycle hooks. Absent: they do not matter, or could not be read. */
  readonly hooks?: readonly LifecycleHook[];
  /** AWS's words that the hooks could not be read. */
  readonly hooksRefused?: string;
  /** Ids of the balancers whose health this look did not ask for, because nothing was to be decided by it. */
  readonly unread?: readonly string[];
  /** Our notes on the group, parsed from its tags. */
  readonly notes: GroupNotes;
  /**
   * Old instances that a rollout leaves as they are, because their owner protected them and it was told to. They are
   * not among `instances`, and `size` is without their units.
   */
  readonly kept?: { readonly units: number; readonly instances: readonly Instance[] };
  /** Whatever it launches is protected from scale-in (`NewInstancesProtectedFromScaleIn`). */
  readonly protectsNew?: true;
  /** All its other tags. Absent: they are not known. */
  readonly tags?: Readonly<Record<string, string>>;
  /** AWS's `Status`, set only while the group is being deleted. */
  readonly status?: string;
  /** The service that alone may change this group, if one is set. */
  readonly operator?: string;
  /** ARN of the stack that made it, which may be a nested one; absent for a group without a stack. */
  readonly stackId?: string;
  readonly hasWarmPool: boolean;
  readonly healthCheckType: string;
  readonly healthCheckGraceMs: Milliseconds;
  /** Ids of the subnets that it launches into; absent where its zones alone say where. */
  readonly subnets?: readonly string[];
  /** `AvailabilityZones` of the group. */
  readonly zones: readonly string[];
  /**
   * The instance types of a mixed group, which launches of its choice; `open` where it chooses by attributes. Absent:
   * its launch template or configuration names the one.
   */
  readonly types?: readonly string[] | 'open';
  /** It launches into capacity reservations alone, never beside them. */
  readonly reservationsOnly?: true;
  /** No Auto Scaling group, but what is registered with one balancer: it has no sizes and no processes. */
  readonly balancerOnly?: true;
}

/** What the tags of a group say about rollouts: at most one of each. */
export interface GroupNotes {
  readonly record?: RolloutRecord;
  readonly verdict?: Verdict;
  readonly lease?: Lease;
  readonly frozen?: FrozenNote;
  readonly wish?: CancellationNote;
  /** What a restart took out of the balancers. */
  readonly out?: OutNote;
  /** A tag of ours that this version cannot read: its key, value and why. Never guessed at. */
  readonly unreadable?: string;
}

/** Facts that only preflight needs, read once per group. Absent means that they could not be read. */
export interface Precautions {
  readonly group: string;
  /** Id and status of an instance refresh that is running. */
  readonly activeRefresh?: string;
  /** Balancers that are being attached or detached, as `NAME (Adding)`. */
  readonly changingBalancers: readonly string[];
  /** Traffic sources that we cannot judge, such as VPC Lattice. */
  readonly unjudgedSources: readonly string[];
  /** Addresses that are free in the subnets of the group. */
  readonly freeAddresses?: number;
  /** Precautions that were refused or unknown to the service, as sentences. */
  readonly warnings: readonly string[];
}
