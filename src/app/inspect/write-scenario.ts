import { newToken } from '../../config/run-id.js';
import { systemClock } from '../../clock.js';
import { systemError, usage } from '../../errors.js';
import { whyNot } from '../../files/system-fault.js';
import { openForLater } from '../../files/written-file.js';
import type { Stamped } from '../../model/event.js';
import { deriveReplay } from '../../replay/derive.js';
import { replayCommands, scenarioText } from '../../replay/scenario-text.js';
import { commandText } from '../../text/commands/next-command.js';

/** A scenario that was written, and what to do with it. */
export interface WrittenScenario {
  readonly file: string;
  /** The commands that make its world and play the run again, beside a sandbox that has it. */
  readonly commands: readonly string[];
  /** What of the run is not in it. */
  readonly lost: readonly string[];
}

/**
 * Makes a scenario of the first run of a file that rolled groups out, with all names replaced.
 * @throws Failure `usage` when there is none, or the file cannot be written
 */
export async function writeScenario(
  events: readonly Stamped[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<WrittenScenario> {
  const { DEFAULT_SUBNETS, DEFAULT_VPC } = await import('../../sandbox/world/ec2/state.js');
  const runs = [...new Set(events.map(({ run }) => run))];
  const [replay] = runs.flatMap((run) => deriveReplay(events.filter((one) => one.run === run)) ?? []);
  if (replay === undefined)
    throw usage('check.noRollout', `${from} holds no swap and no rolling rollout, so there is nothing to play again.`);
  const text = scenarioText(replay, { vpc: DEFAULT_VPC, subnets: DEFAULT_SUBNETS.slice(0, 2) }, to);
  try {
    await (await openForLater(to, newToken)).write(text, systemClock());
  } catch (error) {
    throw usage('usage.file', `The scenario cannot be written to ${to}: ${whyNot(systemError(error))}.`);
  }
  const { create, play } = replayCommands(replay);
  return { file: to, commands: [create, play].map(commandText), lost: replay.lost };
}
