import { BaseCommand } from '../base/command.js';
import { fleetArgs, targetShapes } from '../base/fleet-command.js';
import { debugFlag } from '../flags/flags.js';

export default class FleetStatus extends BaseCommand {
  static override summary = 'Show where each target of a fleet stands';
  static override description =
    'Takes one look at every stack or group of FILE and changes nothing: which targets are current, outdated, under ' +
    'way, paused, kept or frozen, and which commands help.';
  static override examples = ['<%= config.bin %> fleet status fleet.yaml'];
  static override usage = ['fleet status FILE [FLAGS]'];
  static override args = fleetArgs;
  static override flags = debugFlag;

  async run(): Promise<unknown> {
    const { args } = await this.parse(FleetStatus);
    const { fleetStatus } = await import('../../src/index.js');
    return this.end(await fleetStatus({ file: args.file, shapes: targetShapes() }, this.surroundings()));
  }
}
