import type { Instant, Milliseconds } from '../../clock.js';
import type { StageWait } from './gate-answer.js';
import type { Size } from './size.js';

/** The format of notes. A note of another version is refused with advice, never guessed at. */
export const RECORD_VERSION = 1;

/**
 * The format of records of other strategies than the swap. A version of the tool that knows the swap alone
 * must refuse such a record and not take it for a swap.
 */
export const STRATEGY_RECORD_VERSION = 2;

/** Which half survives. */
export interface Verdict {
  readonly run: string;
  readonly outcome: 'promote' | 'rollBack';
  readonly at: Instant;
  /** One sentence; cut to what a tag can hold. */
  readonly why: string;
  /** The same without what it says of single instances, as its own run knows it; no tag holds it. */
  readonly brief?: string;
}

/**
 * What a rollout needs to be finished or undone by anybody: written on the group before anything else
 * changes. There is no list of instances: old is whatever was launched in an earlier second than
 * `startedAt`.
 */
export type RolloutRecord = SwapRecord | RollingRecord | RestartRecord | KeepSizeRecord;

/** All old ones stay until as many new ones are proven. */
export interface SwapRecord extends RecordBase {
  readonly version: typeof RECORD_VERSION;
  readonly strategy: 'swap';
  /** The old ones are protected from scale-in until they leave or all is rolled back; none of them was before. */
  readonly shield?: true;
}

/** A few new ones, then as many old ones less, until none is old. Limits are resolved when it starts. */
export interface RollingRecord extends RecordBase {
  readonly version: typeof STRATEGY_RECORD_VERSION;
  readonly strategy: 'rolling';
  /** Capacity units above the desired capacity. 0: an old one is terminated before its replacement is launched. */
  readonly surge: number;
  /** Capacity units that may be out of service. */
  readonly unavailable: number;
  /** One instance at a time over all groups of the run, as if they were one cluster. */
  readonly serial: boolean;
}

/** In place: instances leave their balancers, are restarted and come back; nobody is launched or terminated. */
export interface RestartRecord extends RecordBase {
  readonly version: typeof STRATEGY_RECORD_VERSION;
  readonly strategy: 'restart';
  /** What must stay in service: below 1 a part of what is registered, else so many instances. */
  readonly quorum: number;
}

/**
 * No rollout: while the group's stack changes its instances are kept, whatever size CloudFormation writes, and the
 * size is given back afterwards.
 */
export interface KeepSizeRecord extends RecordBase {
  readonly version: typeof STRATEGY_RECORD_VERSION;
  readonly strategy: 'keep-size';
  /** The sizes that the template itself changes; the others are given back as they were. */
  readonly changed: readonly SizeName[];
}

/** The sizes that somebody else set while a rollout was under way. */
export type TheirSizes = Readonly<Partial<Size>>;

/** One of the three sizes of a group. */
export type SizeName = keyof Size;

/** What a rollout has to pass besides health, for whoever goes on with it. */
export interface RecordGates {
  /** Capacity units that are proven before the rest is launched. */
  readonly canary?: number;
  /** How long what is proven has to stay in service before the next step. */
  readonly bakeMs?: Milliseconds;
  /** Parts of the group, in percent and rising, at which it stops until somebody resumes it. */
  readonly pauseAt?: readonly number[];
  /** The last of them at which it did. */
  readonly paused?: number;
  /** When it did, for people only; absent where a tag has no room. */
  readonly pausedAt?: Instant;
  /** The last of them that somebody resumed. Less than `paused`: it waits for that. */
  readonly passed?: number;
  /** What becomes of a pause that no person ended in time; absent: it waits for ever. */
  readonly pauseEnds?: PauseEnds;
  /** Until when the pause waits for a person, where it ends by itself. */
  readonly pauseUntil?: Instant;
  /** Who decided to go on at `passed`: a run of `resume`, or the time that was over. */
  readonly passedBy?: string;
  /** How long the old half is kept in standby after the verdict to promote, instead of being terminated at once. */
  readonly keepMs?: Milliseconds;
  /** Until when it is kept; absent until it has left the balancers and the group is as it was before. */
  readonly keptUntil?: Instant;
  /** When it was decided that the kept half serves again, and the new one goes. */
  readonly backAt?: Instant;
  /**
   * Since when those go that somebody took out of standby: the time of the kept half is over, and new ones serve in
   * their places first. Absent where nobody did.
   */
  readonly endedAt?: Instant;
  /** Why it was begun without keeping to its change calendar, for people. */
  readonly despite?: string;
  /** Commands and names are too long to be noted: only that there were some. */
  readonly needs?: readonly GateName[];
}

/** How a pause ends by itself: the next command that may change the group does it. */
export interface PauseEnds {
  readonly afterMs: Milliseconds;
  readonly by: 'resume' | 'rollback';
}

export type GateName = 'check' | 'before' | 'after' | 'alarms' | 'anomaly' | 'gate' | 'metrics' | 'calendar';

interface RecordBase {
  readonly run: string;
  /** By the service's clock, in whole seconds. */
  readonly startedAt: Instant;
  /** The sizes when it started, to restore as far as nobody else set others meanwhile. */
  readonly size: Size;
  /** What somebody else set meanwhile, by size: it stays. Absent while nobody did. */
  readonly theirs?: TheirSizes;
  /** Capacity units of old instances that stay as they are: their owner protected them. Absent: none. */
  readonly kept?: number;
  /** How many old instances were in standby when it started: they go with the old half. Absent: they stay. */
  readonly parked?: number;
  /** Capacity units of the old set when it started. More of them later means that something is wrong. */
  readonly old: number;
  /** The processes that this rollout suspends and therefore has to resume. */
  readonly suspended: readonly string[];
  /** Whether the groups of the run are judged together. */
  readonly together: boolean;
  readonly gates?: RecordGates;
  /** The image that this rollout gives the group; absent: what the group launches was changed before it. */
  readonly image?: RecordImage;
}

/** A version of the group's launch template with another image, and what the group launched before. */
export interface RecordImage {
  readonly id: string;
  /** The launch template, by id where AWS says it. */
  readonly template: string;
  /** The version that the group named, exactly as it was found: a number, `$Latest` or `$Default`. */
  readonly former: string;
  /** The number that this meant: the new version is made from it. */
  readonly source: string;
  /** The number of the new version; absent until it is made. */
  readonly made?: string;
}

/** One instance that a restart took out of its balancers, or is about to. */
export interface OutInstance {
  readonly id: string;
  /**
   * Target group (the last part of its ARN) → ports, where it was not registered on the target group's own port alone.
   */
  readonly ports?: Readonly<Record<string, readonly number[]>>;
}

/**
 * What a restart took out, written before it is taken out: whoever finds it puts these back. It is never
 * removed before the record is, only written again: the higher number counts.
 */
export interface OutNote {
  readonly run: string;
  readonly number: number;
  readonly instances: readonly OutInstance[];
}

/** Who works on the group. Renewed while alive; `beat` rises with every renewal. */
export interface Lease {
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  readonly beat: number;
  /** A lease that was seen unchanged for this long on the watcher's own clock is dead. */
  readonly ttlMs: Milliseconds;
  /** Service time of the last renewal, for people only. */
  readonly at: Instant;
  /** The pipeline's build, for people only; absent outside of one. */
  readonly build?: string;
  /** Address of the strict lock that the holder works under; who goes on needs the same one. */
  readonly lock?: string;
  /** At which stage the holder waits for an answer, for people only; absent where it does not, or has no room. */
  readonly waits?: StageWait;
}

/**
 * Somebody asks for a rollout to be rolled back, and whoever works on it obeys as it would a signal. It names
 * the rollout, so that no later one ever obeys it, and goes together with its record.
 */
export interface CancellationNote {
  /** Run that began the rollout: that of its record. */
  readonly run: string;
  readonly at: Instant;
  /** Who asks, such as `ha-updater cancel on ci-7`. */
  readonly why: string;
}

/** Left on a group after a roll-back: exactly the processes that we left suspended, and why. */
export interface FrozenNote {
  readonly run: string;
  readonly at: Instant;
  readonly processes: readonly string[];
  readonly why: string;
  /** Since when they are suspended, where that is earlier: the rollout had suspended them before. */
  readonly since?: Instant;
  /** The flags of the rollout that its record held, as words, to start the same again; absent without room for them. */
  readonly flags?: readonly string[];
  /** What it had to pass besides, which no record holds. */
  readonly needs?: readonly GateName[];
}
