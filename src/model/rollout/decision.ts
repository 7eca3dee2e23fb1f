import type { Instant, Milliseconds } from '../../clock.js';
import type { Remedy } from '../../text/commands/remedy.js';
import type { Action, Phase } from './action.js';
import type { Alarm } from './alarm.js';
import type { GroupResult } from './group-result.js';
import type { HookDue, HookResult } from './hook.js';
import type { RolloutRecord, Verdict } from './record.js';
import type { Serving } from './serving.js';
import type { GateDue, GateResult, StageWait } from './gate-answer.js';
import type { FailedActivity, Group, GroupNotes, HealthVerdict, Precautions, ScheduledAction, Size } from './group.js';

export type { GroupResult, Why } from './group-result.js';

/** Why one group does not go on yet. */
export interface Wait {
  readonly group: string;
  readonly phase: Phase;
  /** One sentence: what is waited for. */
  readonly why: string;
  /** The instances waited for, with the reason of the balancer or of Auto Scaling. */
  readonly instances: readonly AwaitedInstance[];
  /** When we give up on this wait. */
  readonly until?: Instant;
  /** What happens at `until`. */
  readonly then?: AtLimit;
  /** Stages at which the gate command, or a metric, is asked now. */
  readonly gate?: readonly GateDue[];
  /** The stage at which "not yet" was said, and since when. */
  readonly stage?: StageWait;
}

/** One instance that is waited for. `why` is for people; the rest says the same for programs, if known. */
export interface AwaitedInstance {
  readonly id: string;
  readonly why: string;
  /** What has to come next, where that is known. */
  readonly awaits?: Awaited;
  /** Since when it is in service without a break. */
  readonly since?: Instant;
  readonly state?: AwaitedState;
  /** Name of the balancer that does not call it healthy. */
  readonly balancer?: string;
  /** What that balancer calls it, where that is why it is waited for. */
  readonly verdict?: HealthVerdict;
  /** That balancer was deleted while it was attached. */
  readonly deleted?: true;
  /** That balancer's own words. */
  readonly reason?: string;
  readonly launchedAt?: Instant;
  /** When it is proven, if it stays in service until then. */
  readonly provenAt?: Instant;
}

/**
 * What is waited for at an instance. `warmUp`: it is in service, and has to stay so; `check`: the user's check command
 * runs for the first time, `checkAgain`: it said no and is tried again; `command`: the user's command on it, or for it,
 * runs; `draining`: it leaves a balancer; `launchHook`, `terminationHook`: a lifecycle hook holds it.
 */
export type Awaited = 'warmUp' | 'check' | 'checkAgain' | 'command' | 'draining' | 'launchHook' | 'terminationHook';

/**
 * How far an instance is that is waited for. `booting`: a balancer does not call it healthy yet, and it is too young
 * for that to mean anything; `unhealthy`: it is old enough. `checked`: in service, and the user's check command has not
 * said yes. `idle`: Auto Scaling or a person put it aside.
 */
export type AwaitedState =
  'launching' | 'booting' | 'unhealthy' | 'hopeless' | 'warming' | 'checked' | 'leaving' | 'idle';

/**
 * What happens when a wait comes to its limit. `refuse`: nothing is begun. `rollBack`: the new instances go. `stop`:
 * the run ends with its record kept. `fail`: the run ends, and nothing is left to undo. `goOn`: the next step begins.
 */
export type AtLimit = 'refuse' | 'rollBack' | 'stop' | 'fail' | 'goOn';

/** How far a group is, for people and events. Counts are instances unless the group is weighted. */
export interface Progress {
  readonly group: string;
  readonly phase: Phase;
  readonly old: number;
  readonly new: number;
  readonly leaving: number;
  /** New ones that are in service everywhere now. */
  readonly inService: number;
  /** New ones that have been in service for the whole warm-up. */
  readonly proven: number;
  readonly needed: number;
  readonly size: Size;
  /** Who serves now, old and new. */
  readonly serving?: Serving;
  /** How the record says that the rollout goes; absent while there is no record. */
  readonly strategy?: RolloutRecord['strategy'];
  /** When the rollout began, by its record. */
  readonly began?: Instant;
  /** The point of no return is behind us: which half goes. */
  readonly verdict?: Verdict['outcome'];
  /** An estimate of the whole rollout of the group from `began`: launch and boot, health checks, warm-up, draining. */
  readonly expectedMs?: Milliseconds;
  /** Before anything new is there: what the old instances were launched from, and what the new ones will be. */
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  /** Of a restart: how many instances are through, and how many are out of the balancers now. */
  readonly restart?: { readonly restarted: number; readonly out: number; readonly of: number };
}

/** A command of the user's on, or for, one instance, as far as it is. */
export type CommandState =
  /** `limited`: whoever runs it ends it when its time is over. */
  | { readonly state: 'running'; readonly since: Instant; readonly limited?: true }
  | {
      readonly state: 'ended';
      readonly ok: boolean;
      /** One sentence, such as `exit 1`. */
      readonly how: string;
      /** The end of what it printed, cut to a few lines. */
      readonly output: string;
      readonly elapsedMs: Milliseconds;
      /** The service refused it in clear words: nothing ran on the instance. */
      readonly refused?: true;
    };

/** What to do next with all groups of the run. */
export type Decision =
  | {
      readonly kind: 'act';
      readonly actions: readonly { readonly action: Action; readonly why: string }[];
      readonly progress: readonly Progress[];
      readonly hooks?: readonly HookDue[];
    }
  | {
      readonly kind: 'wait';
      readonly forMs: Milliseconds;
      readonly waits: readonly Wait[];
      readonly progress: readonly Progress[];
      readonly hooks?: readonly HookDue[];
      readonly gates?: readonly GateDue[];
    }
  | { readonly kind: 'refuse'; readonly reasons: readonly AdvisedReason[] }
  /** Another run has the group; `lost` when we had begun to change it. */
  | {
      readonly kind: 'held';
      readonly group: string;
      readonly by: string;
      readonly since: Instant;
      readonly lost: boolean;
    }
  | { readonly kind: 'finish'; readonly results: readonly GroupResult[] };

/** A reason not to start (or a warning), at its group, with a stable code. */
export interface Reason {
  readonly code: string;
  readonly group?: string;
  readonly text: string;
  /** The same without what it says of single instances; absent where it says nothing of any. */
  readonly brief?: string;
  /** The `what` of its failure says it whole. */
  readonly headline?: true;
  readonly remedy: string;
  /** Logical id of the stack's resource that it is about. */
  readonly resource?: string;
  /** Where a template declares the resource, as `FILE:LINE:COLUMN`, when it is known; the text begins with it. */
  readonly place?: string;
  /** What shows it, line by line: AWS's own words, or what an instance printed. */
  readonly evidence?: readonly string[];
  /** What instances printed on their consoles; the last lines of the evidence say the same. */
  readonly printed?: readonly PrintedLine[];
  /** The instance that it is about, as it was waited for last. */
  readonly instance?: AwaitedInstance;
}

/** A line that an instance has printed on its console. */
export interface PrintedLine {
  readonly instance: string;
  readonly line: string;
}

/** A reason before it is told: the commands in its remedy are data. `asTold` makes the sentence. */
export interface AdvisedReason extends Omit<Reason, 'remedy'> {
  readonly remedy: Remedy;
}

/** What one look shows of everything that the run works on. */
export interface Observed {
  /** Service time of the look. */
  readonly at: Instant;
  readonly groups: readonly Group[];
  /** Groups of the plan that no longer exist. */
  readonly missing: readonly string[];
  /** Status of the plan's stack; absent without a stack. */
  readonly stackStatus?: string;
  /** What this look did not read, but took from an earlier one: enough to wait, and not to do anything. */
  readonly leftOut?: 'stack' | 'health';
  /** Read once, before a rollout starts. */
  readonly precautions: readonly Precautions[];
  /** group → its scheduled actions, as far as they were asked for and could be read. */
  readonly schedules?: Readonly<Record<string, Schedule>>;
  /** Failed launches since the record, as far as they were asked for. */
  readonly failures: readonly FailedActivity[];
  /** group → AWS's words on who changed its desired capacity since its rollout began, as far as that was asked for. */
  readonly changes?: Readonly<Record<string, readonly string[]>>;
  /** group → what was taken off its desired capacity together with instances, as far as that was asked for. */
  readonly takenOff?: Readonly<Record<string, readonly TakenOff[]>>;
  /** The alarms of the plan, as far as they exist; absent when none were asked for or they no longer matter. */
  readonly alarms?: readonly Alarm[];
  /** Groups whose lease names a process of this very machine that no longer runs. */
  readonly abandoned: readonly string[];
  /** Groups whose lease names a process of this very machine that is at work now; absent when there is none. */
  readonly working?: readonly string[];
  /** Instances of a restart that EC2 does not run any more, although their group may not know it yet. */
  readonly gone?: readonly string[];
  /**
   * Instances that Auto Scaling calls unhealthy while new ones are to be proven, and that EC2 does not run any more: id
   * → EC2's reason, such as `Server.SpotInstanceTermination`, or ''.
   */
  readonly ended?: Readonly<Record<string, string>>;
  /** Commands that this process started, by instance. */
  readonly commands?: Readonly<Record<string, CommandState>>;
  /** What earlier looks of this process add; a fresh process starts with an empty one. */
  readonly seen: Seen;
  /** Why this run shall be cancelled: a signal came, or a note on the groups asks for it. */
  readonly cancellation?: { readonly outcome: 'rollBack'; readonly why: string };
  /** A person at the run that waits said that the old half shall stay kept, and the run end, as with `Plan.detach`. */
  readonly leavesKept?: true;
}

/**
 * An instance that somebody ended, detached, put into standby or took out of it, and from where to where the desired
 * capacity went with it.
 */
export interface TakenOff {
  readonly instance: string;
  readonly from: number;
  readonly to: number;
  readonly at: Instant;
  /** It went into standby or out of it. */
  readonly standby?: true;
}

/** The scheduled actions of a group, and since when those count that came due. */
export interface Schedule {
  readonly since: Instant;
  readonly actions: readonly ScheduledAction[];
  /** The call that was refused, where they could not be read. */
  readonly unread?: string;
}

/** What was seen of a group's sizes. */
export interface SeenSizes {
  /** The desired capacity that the last look showed. */
  readonly desired?: number;
  /** It came to be although this run had changed nothing for a while. */
  readonly unexplained?: boolean;
  /** When this run changed it last. */
  readonly changedAt?: Instant;
  /** When a change of this run was sent last that AWS confirmed, or whose effect was seen. */
  readonly confirmedAt?: Instant;
  /** What this run's own changes lead to, instances counting one each. */
  readonly aim?: number;
  /** Since when looks have shown sizes that somebody else set and that are not noted. */
  readonly theirsSince?: Instant;
  /** How often such were noted. */
  readonly noted?: number;
  /**
   * Of the desired capacity, the units that old instances brought with them when they left standby, since somebody set
   * it last; absent until all that is kept was seen in standby.
   */
  readonly brought?: number;
  /** The units of old instances outside of standby then. */
  readonly old?: number;
  /** This run has resumed scaling, once the sizes had been given back. */
  readonly resumed?: true;
  /** The instances that a person had in standby at the last look, outside of the time of a kept half. */
  readonly aside?: readonly string[];
  /**
   * By how many units the desired capacity is above what was set, since a person took instances out of standby; below
   * it where one put some in. Nobody set that: Auto Scaling does it by itself.
   */
  readonly moved?: number;
  /** The max that this run set last. */
  readonly ourMax?: number;
  /** The desired capacity that it set last. */
  readonly ourDesired?: number;
  /** The units that people took off it together with instances before the verdict, since this run set it last. */
  readonly takenOff?: number;
  /** The instances with which this run has lowered it. */
  readonly ended?: readonly string[];
}

/**
 * What a process remembers between looks. Losing it is safe: it only ever makes a wait longer.
 */
export interface Seen {
  /** When this process looked first. */
  readonly firstLookAt: Instant;
  /** When it looked last. */
  readonly lastLookAt: Instant;
  /** When it wanted to look again after the last pause that it made. */
  readonly lookAgainAt?: Instant;
  /** When AWS throttled a call of this process last. */
  readonly throttledAt?: Instant;
  /** instance id → since when it has been in service without a break. */
  readonly inServiceSince: Readonly<Record<string, Instant>>;
  /**
   * group → when the number of proven instances last rose, or when the proving began; and how often all that were
   * proven fell since.
   */
  readonly progressAt: Readonly<
    Record<string, { readonly proven: number; readonly at: Instant; readonly falls?: number }>
  >;
  /** group → looks in a row that showed the half that has to go as gone, and since when. */
  readonly clean: Readonly<Record<string, { readonly looks: number; readonly since: Instant }>>;
  /** group → looks in a row that showed it settled. */
  readonly settled: Readonly<Record<string, number>>;
  /** group → lease of another run as first seen unchanged, and since when on our own clock. */
  readonly leases: Readonly<
    Record<string, { readonly beat: string; readonly since: Instant; readonly moved: boolean }>
  >;
  /** group → the dead run's lease that ours replaced; a look that still shows it lags behind. */
  readonly superseded: Readonly<Record<string, string>>;
  /** group → the notes that we wrote or took over, for looks that lag behind. */
  readonly known: Readonly<Record<string, GroupNotes>>;
  /** group → runs whose notes we removed, or that were gone when we wrote ours; a look that shows them lags behind. */
  readonly cleared: Readonly<Record<string, readonly string[]>>;
  /** group → runs whose records looks have shown. */
  readonly recorded: Readonly<Record<string, readonly string[]>>;
  /** group → when we took over what a dead run had left there. */
  readonly adoptedAt: Readonly<Record<string, Instant>>;
  /** group → when the rollout began whose record it carried last; tells old from new once the record is gone. */
  readonly began: Readonly<Record<string, Instant>>;
  /** group → how often its doubling was asked for. */
  readonly doubled: Readonly<Record<string, number>>;
  /** group → how often this process has suspended something there since its record. */
  readonly suspensions: Readonly<Record<string, number>>;
  /** group → what this process has done there since its record, and AWS has confirmed. */
  readonly confirmed: Readonly<Record<string, readonly ('suspended' | 'size' | 'processes')[]>>;
  /** Actions that were sent and are not visible yet; `sure` when the service confirmed them. */
  readonly pending: readonly { readonly action: Action; readonly since: Instant; readonly sure: boolean }[];
  /** group → the last verdict whose reply was lost: it may be there, or come, without any look having shown it. */
  readonly unsureVerdicts?: Readonly<Record<string, { readonly outcome: Verdict['outcome']; readonly at: Instant }>>;
  /** group → its end, once it has one in this run. */
  readonly results: Readonly<Record<string, GroupResult>>;
  /**
   * `KIND INSTANCE` → how the last try of that command ended. A check is forgotten when its instance falls out of
   * service.
   */
  readonly hooks: Readonly<Record<string, HookResult>>;
  /** What the gate command, or a metric, said last, by the key of the stage. */
  readonly gates: Readonly<Record<string, GateResult>>;
  /** group → instances that this rollout terminates or has terminated, until the command after that is through. */
  readonly leaving: Readonly<Record<string, readonly string[]>>;
  /**
   * group → which instances were seen to leave in its rollout, whoever let them go, when the last one began to, and
   * which new ones of them left before any verdict: the rollout itself lets none of those go.
   */
  readonly left: Readonly<
    Record<string, { readonly ids: readonly string[]; readonly at: Instant; readonly taken: readonly string[] }>
  >;
  /** group → since when all that is needed has been proven. */
  readonly bakingSince: Readonly<Record<string, Instant>>;
  /** When another run's lease was last seen on any group. */
  readonly heldAt?: Instant;
  /** group → since when looks have not shown the record that we know is there. */
  readonly unnoted: Readonly<Record<string, Instant>>;
  /** group → how often its old instances could not be shielded, or the shield not be lifted. */
  readonly unshielded: Readonly<Record<string, number>>;
  /** instance → since when a restart has had it noted as out. */
  readonly outSince: Readonly<Record<string, Instant>>;
  /** instance → since when it has been registered again. */
  readonly backSince: Readonly<Record<string, Instant>>;
  /** instance → why its restart failed. */
  readonly failed: Readonly<Record<string, string>>;
  /** group → looks in a row that found too few in service for another batch, and when the last of them was. */
  readonly short: Readonly<Record<string, { readonly looks: number; readonly at: Instant }>>;
  /** group → what was seen of its sizes while its rollout is under way. */
  readonly sizes: Readonly<Record<string, SeenSizes>>;
  /** When nobody looked although a look was planned: until when, and for how long. In the order of time. */
  readonly unseen: readonly { readonly until: Instant; readonly ms: Milliseconds }[];
  /** Since when the stack has been in progress. */
  readonly stackBusySince?: Instant;
}
