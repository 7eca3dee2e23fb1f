import type { Milliseconds } from '../../clock.js';

/** What a command is told of the instance that it runs for. Unknown addresses are ''. */
export interface HookSubject {
  readonly instance: string;
  readonly privateIp: string;
  readonly publicIp: string;
  readonly group: string;
  /** '' without a stack. */
  readonly stack: string;
  /** Id of the rollout, as its record has it. */
  readonly rollout: string;
}

/** One command line of the user's for one instance. */
export interface HookCall {
  /** For the shell of this machine, as the user wrote it. */
  readonly line: string;
  /** Which of the placeholders NEW_INSTANCE_… and OLD_INSTANCE_… mean the instance. */
  readonly side: 'new' | 'old' | 'both';
  readonly subject: HookSubject;
  /** Of a command that is for no one instance: its variables, beside those of the group. The line stays as it is. */
  readonly variables?: Readonly<Record<string, string>>;
  /** By the wall clock: processes of this machine know no other. */
  readonly timeoutMs: Milliseconds;
}

/** How a command ended. */
export interface HookEnd {
  /** It ended by itself, with 0. */
  readonly ok: boolean;
  /** Its exit code, where it ended by itself. */
  readonly code?: number;
  /** `exit 3`, `killed by SIGSEGV`, `killed after 60 s`, `could not be started: …` */
  readonly words: string;
  /** The end of what it printed, limited and without control characters. */
  readonly output: string;
}

/** Runs commands of the user's. Never rejects. */
export interface Hooks {
  /** Runs one to its end; it is killed, with all that it started, when the signal aborts. */
  readonly run: (call: HookCall, signal: AbortSignal) => Promise<HookEnd>;
}
