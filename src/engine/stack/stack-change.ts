import type { Redact } from '../../text/secrets/redact.js';
import type { Stack, StackEvent } from '../../model/stack/stack.js';
import type { ResolvedParameters } from '../../decide/stack/stack-parameters.js';
import type { Locate } from './template-places.js';
import type { StackSettings, StackRequest } from '../gateway.js';
import type { GivenParameter, LoadedTemplate, RunValues, TemplateFinding } from '../../model/stack/template.js';
import type { ChangeSet, StackChanges } from '../../model/stack/change-set.js';
import { refused } from '../../errors.js';
import type { FollowTiming, StateWishes } from '../../decide/stack/stack-update.js';
import type { Milliseconds } from '../../clock.js';

/** What a person asked of a stack, resolved. */
export interface StackOrder {
  /** Name or ARN, as the user said it. */
  readonly stack: string;
  readonly template: LoadedTemplate;
  readonly given: readonly GivenParameter[];
  /** Keys that take the template's default although the stack has a value. */
  readonly useDefault?: readonly string[];
  /** Given keys that the template does not declare are left out, with a warning. */
  readonly ignoreUnknown?: boolean;
  /** Absent: what the service says that the template needs. */
  readonly capabilities?: readonly string[];
  /** Request token of the run, `ha-updater-RUN`: every event of our change carries it. */
  readonly token: string;
  readonly timing: StackTiming;
  readonly onInterrupt: 'cancel' | 'leave';
  /** What else the stack shall have. Tags here are merged over those that it has. */
  readonly settings?: StackSettings;
  /** The tags of `settings` are all that the stack shall have. */
  readonly exactTags?: boolean;
  readonly wishes?: StateWishes;
  /** Name of the change set to make; absent: the token. */
  readonly changeSetName?: string;
  /**
   * Name or ARN of a change set that is there already: it is executed, and template and parameters count for
   * nothing.
   */
  readonly existing?: string;
  /** What else is wrong with the template, and with those nested in it, with the values of this run. */
  readonly examine?: (values: RunValues) => Promise<readonly TemplateFinding[]>;
  /** Where templates declare what fails; absent: nobody can say. */
  readonly locate?: Locate;
}

export interface StackTiming extends FollowTiming {
  /** Shortest pause between two looks; it grows while nothing happens. */
  readonly pollMs: Milliseconds;
  /**
   * Events without a token count when they are at most this much older than our change began, by the service's
   * clock.
   */
  readonly lookBackMs: Milliseconds;
  /** Longest wait for somebody else's change, where waiting is wished. */
  readonly waitMs: Milliseconds;
}

/**
 * The seed's defaults: `--first-event-timeout` (there `--warmup-seconds`), `--action-timeout`, `--lenient-look-back`;
 * and that of `--wait-timeout`.
 */
export const STACK_TIMING: StackTiming = {
  warmupMs: 25_000,
  silenceMs: 300_000,
  pollMs: 2_000,
  lookBackMs: 5_000,
  waitMs: 3_600_000,
};

export interface StackChange {
  /** `kept`: the change set waits for somebody to execute it; `dropped`: it was only looked at. */
  readonly action: 'created' | 'updated' | 'unchanged' | 'kept' | 'dropped';
  /** ARN. */
  readonly stackId: string;
  readonly changeSet?: Pick<ChangeSet, 'id' | 'name'>;
}

/** A change of a stack that could begin now. `review` is absent when there is nothing to change. */
export interface OpenChange {
  readonly prepared: Prepared;
  readonly review?: Review;
}

/** What becomes of a change once it is known. A Failure that is thrown instead drops it and says why. */
export type Resolve = (open: OpenChange) => Promise<'execute' | 'keep' | 'drop'>;

/** All that is known before the one call that changes something. */
export interface Prepared {
  readonly action: 'create' | 'update';
  /** The stack as it was; absent before a creation. */
  readonly before?: Stack;
  readonly request: StackRequest;
  readonly resolved: ResolvedParameters;
  /** The service's reason for the capabilities; absent when the user named them or none are needed. */
  readonly capabilitiesReason?: string;
  readonly redact: Redact;
  /** Keys of NoEcho parameters. */
  readonly secrets: ReadonlySet<string>;
  /** An update policy of some template lets CloudFormation replace instances; refused unless nothing is swapped. */
  readonly replacesByPolicy: boolean;
}

/** A signal came before anything was changed. */
export function interrupted(signal: string): Error {
  return refused('run.interrupted', `${signal} came before anything was changed.`, []);
}

/** A change set that was made and read; nothing is changed yet. */
export interface Review {
  readonly changeSet: ChangeSet;
  /** Its changes with those of nested stacks. */
  readonly changes: StackChanges;
  /** The stack came into being with this change set, empty, and should go with it. */
  readonly fresh: boolean;
}

/** What the one call that changes something came to. */
export type Started =
  | {
      readonly kind: 'started';
      readonly stackId: string;
      /** Newest event of the stack before our call: nothing at or before it is ours. */
      readonly marker?: StackEvent;
    }
  | { readonly kind: 'unchanged'; readonly stackId: string };
