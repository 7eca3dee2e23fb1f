import type { Instant, Milliseconds } from '../clock.js';
import type { NextCommand } from '../text/commands/next-command.js';
import type { Action } from './rollout/action.js';
import type { ChangePlan } from './stack/change-plan.js';
import type { Frozen, Serving } from './rollout/serving.js';
import type { Balancer, Size } from './rollout/group.js';
import type { FrozenNote, OutNote, RolloutRecord, Verdict } from './rollout/record.js';
import type { InstanceRow } from './rollout/instance-row.js';
import type { HookKind } from './rollout/hook.js';
import type { GroupResult, Progress, Reason, Wait } from './rollout/decision.js';
import type { GateAnswer, GateStage } from './rollout/gate-answer.js';
import type { StackEvent } from './stack/stack.js';

/** Who we are to AWS. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
  readonly region: string;
}

/** How a run ended: the state of the world, not the cause. */
export type Outcome =
  | 'updated'
  | 'created'
  | 'swapped'
  | 'restarted'
  | 'nothing'
  /** Stopped at a part of the group, as asked; the record is kept until somebody resumes it. */
  | 'paused'
  /** The new instances serve, and the old ones are kept for a while, as asked. */
  | 'kept'
  /** A rollout that somebody left was rolled back, as asked for. */
  | 'undone'
  | 'sizeKept'
  | 'unfrozen'
  /** Somebody's update was cancelled and is undone. */
  | 'cancelled'
  /** Only looked at, or made and not executed. */
  | 'planned'
  /** Only looked at, and there is something to change; said when asked to tell by the exit code. */
  | 'changes'
  | 'stackFailed'
  | 'swapRolledBack'
  /** A restart ended early; everything is registered again. */
  | 'restartFailed'
  | 'stopped'
  | 'refused'
  | 'held'
  | 'usage'
  | 'bug';

/** How many of the planned resource changes are through. */
export interface ChangesDone {
  readonly changes: number;
  readonly of: number;
}

/** Everything to know about a failure, in the order in which it is told. */
export interface FailureFacts {
  /** Stable dotted code, such as `swap.notProven`. */
  readonly code: string;
  /** Root cause: what happened, to which resource. */
  readonly what: string;
  /** The same without what it says of single instances; absent where it says nothing of any. */
  readonly brief?: string;
  /** All single reasons, when there are several. */
  readonly reasons: readonly Reason[];
  /** What serves now. */
  readonly serves: string;
  /** What is left behind. */
  readonly left: string;
  /** Who serves, group by group, as far as a look stands behind what is said. */
  readonly serving?: readonly Serving[];
  /** What a roll-back has left suspended. */
  readonly frozen?: readonly Frozen[];
  /** The exact next commands. */
  readonly next: readonly string[];
  /** The same as data, for programs. */
  readonly commands?: readonly NextCommand[];
}

/**
 * Everything that a run tells. `type` and the data are contract and only ever grow; English is made
 * by `render/describe` alone. NoEcho values and credentials never enter an event.
 */
export type RunEvent =
  | {
      readonly type: 'run.started';
      readonly run: string;
      readonly command: string;
      readonly version: string;
      readonly identity: Identity;
      readonly stack?: string;
      readonly groups: readonly string[];
      readonly parameters: Readonly<Record<string, string>>;
      /** Where it runs: the machine, and the build of the pipeline that started it. */
      readonly host?: string;
      readonly build?: string;
      /**
       * No process lives from its first look to its last. A look that nobody heard the end of is taken again, and its
       * events have the same numbers once more.
       */
      readonly byLooks?: true;
    }
  /** The stack was named by its alias; from here on it goes by its own name. */
  | { readonly type: 'stack.alias'; readonly alias: string; readonly stack: string }
  /**
   * Settings that nobody typed: names of flags and where each was said; `overridden` are not in force. Never values.
   */
  | {
      readonly type: 'settings.read';
      readonly said: readonly { readonly name: string; readonly at: string }[];
      readonly overridden: readonly { readonly name: string; readonly at: string; readonly by: string }[];
    }
  /**
   * Files of parameters were read; `overridden` had their value replaced by a later file or the command line. Never
   * values.
   */
  | { readonly type: 'parameters.read'; readonly files: readonly string[]; readonly overridden: readonly string[] }
  /** A template too long for a call was put where CloudFormation reads it. */
  | { readonly type: 'template.stored'; readonly source: string; readonly bytes: number; readonly url: string }
  /** Assets of a CDK app: what was published now, and what was there already. */
  | {
      readonly type: 'assets.published';
      readonly stack: string;
      readonly published: readonly string[];
      readonly there: readonly string[];
    }
  | {
      readonly type: 'template.checked';
      readonly source: string;
      /** It is the one that the stack has, and `source` says so. */
      readonly previous?: true;
      readonly bytes: number;
      readonly resources: number;
    }
  | {
      readonly type: 'stack.started';
      readonly stack: string;
      readonly action: 'create' | 'update';
      readonly token: string;
      /** What was sent, without NoEcho parameters: their values appear nowhere. */
      readonly parameters?: Readonly<Record<string, string>>;
      /** Parameters that keep the value they had. */
      readonly kept?: readonly string[];
      /** Parameters that take the template's default. */
      readonly defaulted?: readonly string[];
      readonly capabilities?: readonly string[];
      /** The service's reason for asking for them; absent when the user named them. */
      readonly capabilitiesReason?: string;
    }
  | {
      readonly type: 'change.planned';
      readonly plan: ChangePlan;
      /** It is done now: nothing stands against it, and nobody is asked. */
      readonly begins?: true;
    }
  | { readonly type: 'stack.unchanged'; readonly stack: string }
  | {
      readonly type: 'stack.event';
      readonly stack: string;
      readonly event: StackEvent;
      /** Time since the resource's own first event of this operation. */
      readonly elapsedMs?: Milliseconds;
      readonly done?: ChangesDone;
    }
  | {
      readonly type: 'stack.waiting';
      readonly stack: string;
      readonly status: string;
      readonly inProgress: readonly string[];
      readonly until: Instant;
      readonly done?: ChangesDone;
      /** Token of somebody else's change that is waited for. */
      readonly by?: string;
    }
  /** The stack is deleted, or rolled back, as the user allowed or asked. */
  | {
      readonly type: 'stack.mending';
      readonly stack: string;
      readonly action: 'delete' | 'rollback' | 'continueRollback' | 'cancel' | 'revert';
      readonly token: string;
    }
  | { readonly type: 'stack.cancelled'; readonly stack: string; readonly why: string }
  | {
      readonly type: 'stack.settled';
      readonly stack: string;
      readonly status: string;
      readonly ok: boolean;
      /** `place`: where a template declares the resource, as `FILE:LINE:COLUMN`. */
      readonly rootCauses: readonly {
        readonly logicalId: string;
        readonly type: string;
        readonly reason: string;
        readonly place?: string;
      }[];
      readonly elapsedMs: Milliseconds;
    }
  /** A rollout was asked to roll back, by a note on its groups that the run which works on it obeys. */
  | { readonly type: 'rollout.called'; readonly run: string; readonly groups: readonly string[]; readonly by: string }
  /** Somebody who only watches saw the rollout of a group: whose it is, and since when. */
  | {
      readonly type: 'rollout.watched';
      readonly group: string;
      /** The run that began it. */
      readonly run: string;
      readonly since: Instant;
      readonly strategy: RolloutRecord['strategy'];
      /** The process that works on it, and its machine; absent while none does. */
      readonly holder?: string;
      /** The build of the pipeline that works on it. */
      readonly build?: string;
    }
  /** The strict lock was taken under these names. */
  | { readonly type: 'lock.taken'; readonly lock: string; readonly names: readonly string[] }
  /** Somebody else has the strict lock, or had it and may be dead. */
  | {
      readonly type: 'lock.waiting';
      readonly lock: string;
      readonly name: string;
      readonly why: string;
      readonly until: Instant;
    }
  /** `leftOut`: groups beside them that --only or --except leaves alone; absent without any. */
  | {
      readonly type: 'groups.found';
      readonly stack?: string;
      readonly groups: readonly string[];
      readonly leftOut?: readonly string[];
    }
  | { readonly type: 'group.skipped'; readonly group: string; readonly why: string }
  /**
   * `next`: what is done with what the dead run left. A restart is put back, and starts over only when this run
   * restarts too.
   */
  | {
      readonly type: 'group.adopted';
      readonly group: string;
      readonly run: string;
      readonly holder: string;
      readonly since: Instant;
      readonly next?: 'finish' | 'putBack' | 'startOver' | 'giveBack';
      /** What the dead run had written down of its rollout. */
      readonly record?: RolloutRecord;
    }
  /**
   * What a look showed of single instances: those that differ from what was told of them last, and those that no longer
   * belong to the group.
   */
  | {
      readonly type: 'group.instances';
      readonly group: string;
      readonly instances: readonly InstanceRow[];
      readonly gone: readonly string[];
      /** These are all that there are: whoever was told of before is gone. */
      readonly all?: true;
      /** Told with `all`: what judges the instances, and how long an instance has to be in service to be proven. */
      readonly balancers?: readonly Omit<Balancer, 'port' | 'note' | 'deleted'>[];
      readonly warmupMs?: Milliseconds;
    }
  /**
   * What a look showed of a group beside its instances: at the first look, and again when it differs from what was told
   * last. Sizes and the record are those that AWS has.
   */
  | {
      readonly type: 'group.state';
      readonly group: string;
      readonly size: Size;
      /** Sizes count units; rows of instances say how many one counts. */
      readonly weighted?: true;
      /** Names of the suspended processes. */
      readonly suspended: readonly string[];
      /** What an instance that is launched now would be launched from, as far as that was asked for. */
      readonly configurations: readonly string[];
      /** Types or images of what is launched do not follow from that alone. */
      readonly mixed?: true;
      /** Status of the stack. */
      readonly stackStatus?: string;
      /** The run whose lease is on the group. */
      readonly holder?: string;
      /** The other notes that are on the group. */
      readonly record?: RolloutRecord;
      readonly verdict?: Omit<Verdict, 'why' | 'brief'>;
      readonly frozen?: Omit<FrozenNote, 'why'>;
      readonly out?: OutNote;
      /** Instances that EC2 does not run any more, though the group may not know it yet; where that was asked for. */
      readonly ended?: readonly string[];
    }
  | { readonly type: 'group.progress'; readonly progress: Progress }
  | { readonly type: 'group.waiting'; readonly wait: Wait }
  | { readonly type: 'group.finished'; readonly result: GroupResult }
  | { readonly type: 'action.started'; readonly action: Action; readonly why: string }
  | { readonly type: 'action.done'; readonly action: Action }
  | {
      readonly type: 'action.failed';
      readonly action: Action;
      readonly code: string;
      readonly message: string;
      readonly again: boolean;
    }
  /** A command of the user's runs for an instance. A check that is repeated is told once. */
  | { readonly type: 'hook.started'; readonly group: string; readonly instance: string; readonly hook: HookKind }
  /** How it ended; a check that goes on failing is told when it fails in another way. `output` is its end, limited. */
  | {
      readonly type: 'hook.ended';
      readonly group: string;
      readonly instance: string;
      readonly hook: HookKind;
      readonly ok: boolean;
      readonly words: string;
      readonly tries: number;
      readonly output: string;
    }
  /** The gate command, `metric` or `calendar` is asked at a stage of a group; asked again, that is told once. */
  | {
      readonly type: 'gate.started';
      readonly group: string;
      readonly stage: GateStage;
      readonly metric?: string;
      readonly calendar?: readonly string[];
    }
  /** What it said; "not yet" in the same way again is told once. `output` is its end, limited. */
  | {
      readonly type: 'gate.ended';
      readonly group: string;
      readonly stage: GateStage;
      /** The condition that was asked. */
      readonly metric?: string;
      /** The change calendars that were asked; absent together with `metric`: the gate command. */
      readonly calendar?: readonly string[];
      readonly said: GateAnswer;
      readonly words: string;
      readonly tries: number;
      readonly output: string;
    }
  /** The user's command on, or for, an instance came to its end. */
  | {
      readonly type: 'command.ended';
      readonly group: string;
      readonly instance: string;
      readonly ok: boolean;
      /** One sentence, such as `exit 1`. */
      readonly how: string;
      /** The end of what it printed, cut to a few lines. */
      readonly output: string;
      readonly elapsedMs: Milliseconds;
    }
  | {
      readonly type: 'call.retried';
      readonly operation: string;
      readonly code: string;
      readonly attempt: number;
      readonly waitMs: Milliseconds;
    }
  | { readonly type: 'interrupt'; readonly signal: string; readonly effect: string }
  /** A person at the terminal is asked what a Ctrl-C means; until the answer comes all goes on. */
  | { readonly type: 'question.asked'; readonly signal: string; readonly question: string }
  | { readonly type: 'question.answered'; readonly answer: 'back' | 'leave' | 'wait'; readonly why: string }
  | { readonly type: 'heartbeat'; readonly text: string; readonly until?: Instant }
  | { readonly type: 'warning'; readonly reason: Reason }
  | {
      readonly type: 'run.finished';
      readonly outcome: Outcome;
      readonly exitCode: number;
      readonly results: readonly GroupResult[];
      readonly failure?: FailureFacts;
      /** The commands that go on from here, when it ended well and there are any. */
      readonly next?: readonly string[];
      readonly elapsedMs: Milliseconds;
    };

/** An event as it leaves the run: numbered without gaps and stamped. */
export interface Stamped {
  readonly v: 1;
  readonly seq: number;
  /** Service time of the run's clock. */
  readonly at: Instant;
  readonly run: string;
  readonly event: RunEvent;
}

/** Where events go. Must not throw and must not wait. */
export type Emit = (event: RunEvent) => void;
