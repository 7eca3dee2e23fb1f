import type { Clock } from '../clock.js';
import type { Emit } from '../model/event.js';
import type { Lease } from '../model/rollout/record.js';
import type { NextCommand } from '../text/commands/next-command.js';
import type { Commands } from './commands/instance-commands.js';
import type { Gateway } from './gateway.js';
import type { Hooks } from './commands/shell-runner.js';

/** A signal of the user's, as the engine sees it. The first one wakes the sleeper and states a wish. */
export interface Interrupt {
  /** Name of the first signal, once it came. */
  readonly received: string | undefined;
  /** True once a person said that what is kept shall stay kept, and the run end; absent where nobody can be asked. */
  readonly leavesKept?: boolean;
  /**
   * Aborted by the first signal, and another one as `leavesKept` becomes true. Pass it to a sleep only while `received`
   * is undefined.
   */
  readonly wake: AbortSignal;
}

/** All that the engine touches of the outside. */
export interface Deps {
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly interrupt: Interrupt;
  /** True only when the lease's holder surely does not run any more: on this very machine, or as an execution. */
  readonly holderIsGone: (lease: Lease) => boolean;
  /** Finds out whether the lease's holder is gone, for whoever cannot wait for a later look; never rejects. */
  readonly askHolder?: (lease: Lease) => Promise<void>;
  /** True only when the lease's holder surely runs on this very machine; absent where that cannot be known. */
  readonly holderLives?: (lease: Lease) => boolean;
  /** Adds to a command that is told in a sentence where this run works; absent: commands are told as they are. */
  readonly placed?: (step: NextCommand) => NextCommand;
  /** Runs the user's commands; absent where none can be asked for. */
  readonly hooks?: Hooks;
  /** Runs the command of a restart; absent where there is none. */
  readonly commands?: Commands;
}
