import type { FailureFacts, Outcome } from './model/event.js';
import type { AdvisedReason } from './model/rollout/decision.js';
import type { NextCommand } from './text/commands/next-command.js';

/** Exit codes tell the state of the world; the cause is in the message. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  refused: 3,
  rolledBack: 4,
  stopped: 5,
  held: 6,
  stackFailed: 7,
  /** `conformance`: AWS answered otherwise than expected. */
  differs: 8,
  /** `plan --detailed-exitcode`: there are changes. */
  changes: 10,
} as const;

/** What a command exits with: a number of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of every outcome; the table of docs/EXIT-CODES.md is checked against it. */
export const EXIT_OF: Readonly<Record<Outcome, ExitCode>> = {
  updated: EXIT.done,
  created: EXIT.done,
  swapped: EXIT.done,
  restarted: EXIT.done,
  nothing: EXIT.done,
  paused: EXIT.done,
  kept: EXIT.done,
  undone: EXIT.done,
  sizeKept: EXIT.done,
  unfrozen: EXIT.done,
  cancelled: EXIT.done,
  planned: EXIT.done,
  changes: EXIT.changes,
  bug: EXIT.bug,
  usage: EXIT.usage,
  refused: EXIT.refused,
  swapRolledBack: EXIT.rolledBack,
  restartFailed: EXIT.rolledBack,
  stopped: EXIT.stopped,
  held: EXIT.held,
  stackFailed: EXIT.stackFailed,
};

/** A place in a text of the user's, and what is wrong there without the names of the text and the place. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** What is known of a failure until it is told: its commands are data, and become lines and sentences then. */
export interface FailureData extends Omit<FailureFacts, 'reasons' | 'next' | 'commands'> {
  readonly reasons: readonly AdvisedReason[];
  readonly next: readonly NextCommand[];
}

/** An end of the run that is not success, with all that a person needs at three in the morning. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly outcome: Outcome,
    readonly facts: FailureData,
    private readonly options?: {
      readonly cause?: unknown;
      readonly at?: TextPlace;
      readonly flags?: readonly string[];
      readonly instances?: readonly string[];
      readonly absent?: readonly string[];
      readonly firstChange?: boolean;
    },
  ) {
    super(facts.what, options);
  }
  /** Where in a text of the user's the fault is, when it is about one. */
  get at(): TextPlace | undefined {
    return this.options?.at;
  }
  /** Names of the flags that it blames: who did not type them is told where they were said. */
  get flags(): readonly string[] {
    return this.options?.flags ?? [];
  }
  /** Ids of the instances that it is about, where it is about single ones. */
  get instances(): readonly string[] {
    return this.options?.instances ?? [];
  }
  /** Names of groups that it says are not there. */
  get absent(): readonly string[] {
    return this.options?.absent ?? [];
  }
  /** AWS refused the very first change of a rollout in clear words: it had no effect. */
  get firstChange(): boolean {
    const { cause, firstChange } = this.options ?? {};
    return firstChange === true || (cause instanceof Failure && cause.firstChange);
  }
  get exitCode(): ExitCode {
    return EXIT_OF[this.outcome];
  }
}

/** What is wrong with flags, as one sentence, and the names of the flags that it blames. */
export interface FlagProblem {
  readonly text: string;
  readonly flags: readonly string[];
}

/** A sentence on flags, and the flags that it is about. */
export function problem(text: string, ...flags: readonly string[]): FlagProblem {
  return { text, flags };
}

/** All problems of the command line in one Failure. */
export function badFlags(problems: readonly FlagProblem[], code = 'usage.flags'): Failure {
  return usage(code, problem(problems.map(({ text }) => text).join(' '), ...problems.flatMap(({ flags }) => flags)));
}

/** Bad input: nothing was sent, nothing was changed. */
export function usage(
  code: string,
  what: string | FlagProblem,
  next: readonly NextCommand[] = [],
  reasons: FailureData['reasons'] = [],
): Failure {
  const { text, flags } = typeof what === 'string' ? problem(what) : what;
  const facts = { code, what: text, reasons, serves: 'Nothing was changed.', left: '', next };
  return new Failure('usage', facts, { flags });
}

/** The reason that the `what` of its failure says whole. */
export function asHeadline(reason: AdvisedReason): AdvisedReason {
  return { ...reason, headline: true };
}

/** Refused to start: nothing was changed. */
export function refused(
  code: string,
  what: string,
  reasons: FailureData['reasons'],
  next: readonly NextCommand[] = [],
): Failure {
  return new Failure('refused', { code, what, reasons, serves: 'Nothing was changed.', left: '', next });
}

/** Groups that are not there: nothing was changed. */
export function noGroups(names: readonly string[], next: readonly NextCommand[]): Failure {
  const { outcome, facts } = refused('group.missing', `There is no group ${names.join(', ')}.`, [], next);
  return new Failure(outcome, facts, { absent: names });
}

/**
 * The strict lock of this run is lost, or was not confirmed for too long: nothing may be changed any more.
 * Thrown in place of whatever call was to be sent.
 */
export class LockLost extends Error {
  override readonly name = 'LockLost';
  constructor(
    /** Name of the lock. */
    readonly lock: string,
    /** One sentence for people. */
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * How an AWS call failed, sorted by what can be done about it.
 * - `throttled`, `transient`: try again later (5xx, network, contention; the effect may have happened)
 * - `busy`: something is in progress that blocks it; try again later
 * - `denied`: no permission; `expired`: credentials ran out; `credentials`: there are none
 * - `missing`: the thing does not exist; `unsupported`: the service does not know the call
 * - `invalid`: the service refuses the input; `unreachable`: no connection
 */
export type FaultKind =
  | 'throttled'
  | 'transient'
  | 'busy'
  | 'denied'
  | 'expired'
  | 'credentials'
  | 'missing'
  | 'unsupported'
  | 'invalid'
  | 'unreachable';

/** A failed AWS call in our words. */
export class AwsFault extends Error {
  override readonly name = 'AwsFault';
  /** By which AWS's support finds the call; undefined when no answer came. */
  readonly requestId: string | undefined;
  constructor(
    readonly kind: FaultKind,
    /** `autoscaling:UpdateAutoScalingGroup` */
    readonly operation: string,
    /** AWS's wire code, such as `ValidationError`. */
    readonly code: string,
    /** AWS's message, alone or with the id of the request. */
    answer: string | { readonly message: string; readonly requestId?: string | undefined },
  ) {
    super(typeof answer === 'string' ? answer : answer.message);
    this.requestId = typeof answer === 'string' ? undefined : answer.requestId;
  }
}

/** What Node threw, with its `code` such as `ENOENT` where it has one. */
export function systemError(error: unknown): NodeJS.ErrnoException {
  return error instanceof Error ? error : new Error(String(error));
}
