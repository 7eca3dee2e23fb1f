import { BaseCommand } from '../base/command.js';
import { fleetArgs, targetShapes } from '../base/fleet-command.js';
import { debugFlag, outputFlags } from '../flags/flags.js';

export default class FleetRollback extends BaseCommand {
  static override summary = 'Take back what is under way, paused or kept on the targets of a fleet';
  static override description =
    'Looks at every target of FILE, and takes back what is not finished, as rollback does; a run that works there is ' +
    'asked to go back. What is promoted stays, and with a history it is said which run to go back to.';
  static override examples = ['<%= config.bin %> fleet rollback fleet.yaml'];
  static override usage = ['fleet rollback FILE [FLAGS]'];
  static override args = fleetArgs;
  static override flags = { output: outputFlags.output, quiet: outputFlags.quiet, ...debugFlag };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(FleetRollback);
    const { fleetRollback } = await import('../../src/index.js');
    return this.end(await fleetRollback({ ...flags, file: args.file, shapes: targetShapes() }, this.surroundings()));
  }
}
