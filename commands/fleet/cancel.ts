import { BaseCommand } from '../base/command.js';
import { fleetArgs, targetShapes } from '../base/fleet-command.js';
import { debugFlag, outputFlags } from '../flags/flags.js';

export default class FleetCancel extends BaseCommand {
  static override summary = 'Call back what is under way on the targets of a fleet';
  static override description =
    'Looks at every target of FILE, and cancels as cancel does where something is under way: a run that works there ' +
    'goes back, and CloudFormation undoes an update. All other targets are left alone.';
  static override examples = ['<%= config.bin %> fleet cancel fleet.yaml'];
  static override usage = ['fleet cancel FILE [FLAGS]'];
  static override args = fleetArgs;
  static override flags = { output: outputFlags.output, quiet: outputFlags.quiet, ...debugFlag };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(FleetCancel);
    const { fleetCancel } = await import('../../src/index.js');
    return this.end(await fleetCancel({ ...flags, file: args.file, shapes: targetShapes() }, this.surroundings()));
  }
}
