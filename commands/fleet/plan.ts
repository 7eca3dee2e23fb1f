import { BaseCommand } from '../base/command.js';
import { fleetArgs, targetShapes } from '../base/fleet-command.js';
import { debugFlag, onOff } from '../flags/flags.js';

export default class FleetPlan extends BaseCommand {
  static override summary = 'Show what fleet run would do with each target, changing nothing';
  static override description =
    'Plans every target of FILE as plan does, and shows one table: what would change, how many instances would be ' +
    'replaced, how long that takes and what it costs, and every reason against it. Change sets are deleted again.';
  static override examples = [
    '<%= config.bin %> fleet plan fleet.yaml',
    '<%= config.bin %> fleet plan fleet.yaml --detailed-exitcode',
  ];
  static override usage = ['fleet plan FILE [FLAGS]'];
  static override args = fleetArgs;
  static override flags = {
    'detailed-exitcode': onOff({
      summary: 'Exit 10 when there is something to change, 0 when there is nothing',
      helpGroup: 'OUTPUT',
    }),
    ...debugFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(FleetPlan);
    const { fleetPlan } = await import('../../src/index.js');
    return this.end(await fleetPlan({ ...flags, file: args.file, shapes: targetShapes() }, this.surroundings()));
  }
}
