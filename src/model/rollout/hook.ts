import type { Instant, Milliseconds } from '../../clock.js';

/** Which of the user's commands: proving a new instance, or around the termination of one. */
export type HookKind = 'check' | 'beforeTerminate' | 'afterTerminate';

/** The user's commands, each a line for the shell of this machine, and their limits. */
export interface HookPlan {
  /** Repeated per new instance until it ends with 0: only then the instance can be proven. */
  readonly check?: string;
  readonly beforeTerminate?: string;
  readonly afterTerminate?: string;
  /** Longest time of one try of the check. */
  readonly checkTimeoutMs: Milliseconds;
  /** Longest time of a command before or after a termination. */
  readonly commandTimeoutMs: Milliseconds;
}

/** One of the user's command lines, and the flag that gave it. */
export interface GivenCommand {
  readonly flag: string;
  readonly line: string;
}

/** A command that should run, or go on running, for one instance. */
export interface HookDue {
  readonly kind: HookKind;
  readonly group: string;
  readonly instance: string;
}

/** How the last try of a command for one instance ended. */
export interface HookResult {
  readonly passed: boolean;
  /** When it ended. */
  readonly at: Instant;
  readonly tries: number;
  /** How often in a row it has said no since it said yes; absent while it says yes, or where it never did. */
  readonly falls?: number;
  /** `exit 3`, `killed after 60 s` … */
  readonly words: string;
  /** The end of what it printed, without control characters. */
  readonly output: string;
}
