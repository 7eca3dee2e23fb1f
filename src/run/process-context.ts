import type { GatewayOptions } from '../aws/gateway.js';
import type { Clock } from '../clock.js';
import type { Hooks } from '../engine/commands/shell-runner.js';
import type { ExitCode } from '../errors.js';
import type { ChangePlan } from '../model/stack/change-plan.js';
import type { GroupResult } from '../model/rollout/decision.js';
import type { FailureFacts, Outcome, RunEvent, Stamped } from '../model/event.js';
import type { Settings } from '../config/settings.js';
import type { Environment } from '../config/simulation-speed.js';
import type { Post } from '../notify/webhook.js';
import type { Stream } from '../render/line-writer.js';

/** All that the library knows of the process it runs in; a command hands it in. */
export interface ProcessContext {
  readonly env: Environment;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly host: string;
  readonly pid: number;
  /** The command's name, such as `update-asgs`. */
  readonly command: string;
  /** Version of this tool. */
  readonly version: string;
  /** --json: stdout belongs to the one document at the end, so everything else goes to stderr. */
  readonly json: boolean;
  /** What variables and the settings file added to the command line; told at the start of a run. */
  readonly settings?: Settings;
  /** Show where an unexpected failure came from. */
  readonly debug: boolean;
  /**
   * Asks a person a question that is answered with yes or no (no, once the signal is aborted); absent without a
   * terminal.
   */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<boolean>;
  /**
   * Asks a person to choose one of these words, the last of which is what no answer means; undefined when the answer is
   * none of them, or the signal is aborted. Absent without a terminal.
   */
  readonly choose?: (question: string, words: readonly string[], signal: AbortSignal) => Promise<string | undefined>;
  /** Calls back on every SIGINT, SIGTERM and SIGHUP; answers how to stop listening. */
  readonly onSignal: (listener: (signal: string) => void) => () => void;
  /** Ends the process at once, with this ending as its last word. */
  readonly leave: (ending: CommandResult) => void;
  /** Hears every event of a run. Must not throw and must not wait. */
  readonly onEvent?: (stamped: Stamped) => void;
  /** Other runs may go on in this very process, as in a program that calls the library; absent for a command. */
  readonly sharesProcess?: true;
  /** The run is taken look by look, by whoever comes. */
  readonly byLooks?: ByLooks;
  /** In place of AWS and of the machine's time. */
  readonly simulated?: Simulated;
}

/** One look of a run that no process lives through. */
interface ByLooks {
  /** The run's id, the same for all of its looks. */
  readonly run: string;
  /** Who works, as leases name it: it is no process of any machine. */
  readonly host: string;
  /** What the look before has left; absent for the first one. */
  readonly memory?: RunMemory;
  /** The look was begun before, and nobody heard how it ended. */
  readonly again: boolean;
}

/** What a run remembers from one look to the next, as plain JSON; only the version that made it reads it. */
export type RunMemory = Readonly<Record<string, unknown>>;

/** A look after which the run is not over. */
export interface LookAgain {
  /** Until then nothing can happen that has to be seen; 0: at once. */
  readonly forMs: number;
  /** For the next look. */
  readonly memory: RunMemory;
}

/** A simulated AWS in this very process, and its time. */
interface Simulated {
  readonly clock: Clock;
  /** The same time for what goes on beside a run, such as its signs of life: nothing waits for whoever sleeps on it. */
  readonly beside: Clock;
  readonly client: Pick<GatewayOptions, 'credentials' | 'requestHandler' | 'straight'>;
  /** In place of the network, for notices. */
  readonly post?: Post;
  /** In place of this machine's shell. */
  readonly hooks?: Hooks;
  /** As many bytes as asked for, for ids: the same ones tell the same story. */
  readonly random?: (bytes: number) => Iterable<number>;
}

/** What the document at the end tells besides what the last event does. */
export interface EndedRun {
  readonly run: string;
  readonly command: string;
  readonly stack?: string | undefined;
  /** Name of the signal that came. */
  readonly interrupted?: string | undefined;
  readonly more?: Pick<CommandResult, 'plan' | 'changeSet'>;
}

/** The document at the end of a run, which says the same as its last event. */
export function endDocument(
  { run, command, stack, interrupted, more }: EndedRun,
  {
    outcome,
    exitCode,
    results,
    next,
    failure,
    elapsedMs,
  }: Extract<RunEvent, { readonly type: 'run.finished' }> & {
    readonly exitCode: ExitCode;
  },
): CommandResult {
  return {
    v: 1,
    command,
    outcome,
    exitCode,
    run,
    ...(stack !== undefined && { stack }),
    groups: results,
    ...more,
    ...(next !== undefined && { next }),
    ...(interrupted !== undefined && { interrupted }),
    ...(failure !== undefined && { failure }),
    elapsedMs,
  };
}

/** How a command ended: the --json document. Fields are only ever added. */
export interface CommandResult {
  readonly v: 1;
  readonly command: string;
  /**
   * `shown` and `served` for commands that change nothing; `started` for what goes on elsewhere; `differs` where AWS
   * answered otherwise than `conformance` expected.
   */
  readonly outcome: Outcome | 'shown' | 'served' | 'started' | 'differs';
  readonly exitCode: ExitCode;
  readonly run?: string;
  /** ARN of the durable execution that did it, or does it. */
  readonly execution?: string;
  readonly stack?: string;
  readonly groups?: readonly GroupResult[];
  /** What a change would do; of `plan`. */
  readonly plan?: ChangePlan;
  /** Name of a change set that was made and kept. */
  readonly changeSet?: string;
  /** The commands that go on from here, when it ended well and there are any. */
  readonly next?: readonly string[];
  /** Name of the signal that came, if one came. */
  readonly interrupted?: string;
  readonly failure?: FailureFacts;
  readonly elapsedMs?: number;
}
