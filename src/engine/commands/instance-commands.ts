import type { CommandState } from '../../model/rollout/decision.js';

/** Whom a command is started for. */
interface CommandOrder {
  readonly group: string;
  readonly instance: string;
}

/**
 * Runs the user's command on, or for, instances: once for each, any number of them at a time. What it
 * knows lives with the process; a run that takes over starts from nothing and puts back.
 */
export interface Commands {
  /** Answers as soon as it is under way. Told twice of the same instance, it runs once. @throws AwsFault */
  start(order: CommandOrder): Promise<void>;
  /** All that were started, as they are now. @throws AwsFault */
  look(): Promise<Readonly<Record<string, CommandState>>>;
  /** Ends one that is under way, as far as that can be done. @throws AwsFault */
  cancel(instance: string): Promise<void>;
  /** Ends what would die with this process anyway. */
  end(): void;
}
