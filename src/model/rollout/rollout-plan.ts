import type { NextCommand } from '../../text/commands/next-command.js';
import type { Milliseconds } from '../../clock.js';
import type { HookPlan } from './hook.js';
import type { GatePlan } from './gate-answer.js';
import type { CalendarPlan } from './calendar.js';
import type { MetricPlan } from './metric.js';
import type { PauseEnds, SizeName } from './record.js';

/** Which groups a swap touches: those with outdated instances, all, or none. */
export type SwapChoice = 'outdated' | 'always' | 'never';

/** A number of capacity units, or a part of a group's desired capacity. */
export type Share = { readonly count: number } | { readonly percent: number };

/** How a rolling rollout goes; each group resolves the shares against its own desired capacity. */
export interface RollingChoice {
  /** Rounded up. */
  readonly surge: Share;
  /** Rounded down. */
  readonly unavailable: Share;
  readonly serial: boolean;
}

/** What a rollout has to pass besides health. What is absent was not asked for. */
export interface Gates {
  /** The flags that made them, spelt out for a shell: whoever goes on needs them again. */
  readonly words: readonly string[];
  readonly hooks?: HookPlan;
  /** Decides at every stage whether the rollout goes on. */
  readonly gate?: GatePlan;
  /** Change calendars that it keeps to before old instances go. */
  readonly calendar?: CalendarPlan;
  /** Conditions on CloudWatch metrics that are asked at the same stages. */
  readonly metrics?: MetricPlan;
  /** Capacity units that are proven before the rest is launched. */
  readonly canary?: number;
  /** How long what is proven has to stay in service before the next step. */
  readonly bakeMs?: Milliseconds;
  /** How long the old half of a swap is kept in standby after the verdict; absent: it is terminated at once. */
  readonly keepMs?: Milliseconds;
  /** In percent, rising. */
  readonly pauseAt?: readonly number[];
  /** What becomes of a pause that no person ended in time; absent: it waits for ever. */
  readonly pauseEnds?: PauseEnds;
  /** Names of CloudWatch alarms. */
  readonly alarms?: readonly string[];
  /** Start although one of them is in ALARM; it counts once it was not. */
  readonly ignoreRinging?: boolean;
  /** What becomes of a rollout with a new target that its balancer calls anomalous. */
  readonly anomaly?: 'refuse' | 'warn';
  /** Prove by the health of Auto Scaling alone. */
  readonly skipBalancers?: boolean;
  /** Go on with a rollout although this run lacks a gate that it was begun with. */
  readonly without?: boolean;
}

/** Every limit and pace of a rollout. All in milliseconds. */
export interface Timing {
  /** Pause between two looks. */
  readonly pollMs: Milliseconds;
  /** How long an instance must be in service without a break before it is proven. */
  readonly warmupMs: Milliseconds;
  /** Longest time without one more proven instance. */
  readonly progressMs: Milliseconds;
  /** Longest time from the record to the verdict. */
  readonly totalMs: Milliseconds;
  /** Longest time for the leaving half to be gone. */
  readonly drainMs: Milliseconds;
  /** Longest time for an action's effect to become visible. */
  readonly settleMs: Milliseconds;
  readonly leaseMs: Milliseconds;
  readonly renewMs: Milliseconds;
  /** How long to wait for another run that has a group; 0: not at all. */
  readonly waitForLockMs: Milliseconds;
}

/** What the user asked of the groups, resolved. Frozen for the whole run. */
export interface Plan {
  /** How new rollouts go. One that is under way goes on as its record says. */
  readonly strategy: 'swap' | 'rolling' | 'restart' | 'prove' | 'unfreeze' | 'keep-size';
  /** Given with the strategy `rolling`. */
  readonly rolling?: RollingChoice;
  /** This run's id; also in the record. */
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  /** The pipeline's build that started this run, for people; absent outside of one. */
  readonly build?: string;
  /** Address of the strict lock that this run holds on its groups; absent without one. */
  readonly lock?: string;
  /** The stack whose groups these are; absent with --asg. */
  readonly stack?: string;
  /** Some groups of the stack were left out on purpose: commands that go on name the groups, not the stack. */
  readonly part?: true;
  readonly groups: readonly string[];
  readonly region: string;
  /** The command line that starts the same again, for people. */
  readonly again: NextCommand;
  readonly swap: SwapChoice;
  readonly together: boolean;
  readonly timing: Timing;
  /** Start although instances of the old set are not in service. */
  readonly force: boolean;
  /**
   * What becomes of old instances that their owner protected from scale-in; `refresh`: replaced, `ignore`: they stay as
   * they are. Absent: refuse.
   */
  readonly protected?: 'refresh' | 'ignore' | 'wait' | 'refuse';
  /**
   * What becomes of instances in standby; `terminate`: they go with the old half, `ignore`: they stay as they are.
   * Absent: refuse.
   */
  readonly standby?: 'terminate' | 'ignore' | 'wait' | 'refuse';
  readonly gates?: Gates;
  /** The stack was changed right before: reads may still show its groups as they were. */
  readonly changed?: boolean;
  /** Only finish what dead runs left; start nothing. */
  readonly adoptOnly: boolean;
  /** Roll back what dead runs left and is not judged yet, instead of finishing it. Only with `adoptOnly`. */
  readonly undo: boolean;
  /** Go on with what was paused on purpose, and end the time for which an old half is kept. */
  readonly goOn?: boolean;
  /** End the run as soon as the old half is kept; absent: it waits until that time is over. */
  readonly detach?: boolean;
  /** End the time for which an earlier rollout keeps its old half, then start. */
  readonly finishKept?: boolean;
  /** The image that groups get from new versions of their launch templates; absent: they launch what they name. */
  readonly image?: {
    readonly id: string;
    /** group → the image that it launches now; the others stay as they are. */
    readonly from: Readonly<Record<string, string>>;
  };
  /** Present when the strategy is to keep sizes through a change of the stack that is ours. */
  readonly keepSize?: KeepSizePlan;
  /** Present when the strategy is a restart of ours, not only one to finish. */
  readonly restart?: RestartPlan;
}

/** Which part of keeping sizes a run is at, and what is known of the change. */
export interface KeepSizePlan {
  /** `begin`: before the change is sent. `during`: while the stack changes. `end`: once it has settled. */
  readonly phase: 'begin' | 'during' | 'end';
  /** Group → the sizes that the template itself changes, with the values that it gives them where they are known. */
  readonly changed: Readonly<Record<string, Readonly<Partial<Record<SizeName, number | 'unknown'>>>>>;
}

/**
 * What happens to an instance whose command fails or that does not serve again: the run stops with it out, or with it
 * back, or goes on with it out.
 */
export type OnError = 'stop' | 'reregister' | 'continue';

/** What a restart was asked to do. */
export interface RestartPlan {
  /** What must stay in service: below 1 a part of what is registered, else so many instances. */
  readonly quorum: number;
  /** Looks in a row that may find too few in service before the run gives up. */
  readonly attempts: number;
  readonly onError: OnError;
  /** Longest time for the command on one instance. */
  readonly commandMs: Milliseconds;
}
