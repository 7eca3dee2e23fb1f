import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { fleetArgs, targetShapes } from '../base/fleet-command.js';
import { debugFlag, outputFlags } from '../flags/flags.js';

export default class FleetRun extends BaseCommand {
  static override summary = 'Roll out the targets of a fleet, wave after wave, from one process';
  static override description =
    'Rolls each target of FILE out as update-stack or update-asgs does, with its own record on its own groups, up to ' +
    'as many at once as its wave says. A failed wave stops the next ones. Killing it loses nothing: the same command ' +
    'goes on, and leaves alone what is current.';
  static override examples = [
    '<%= config.bin %> fleet run fleet.yaml',
    '<%= config.bin %> fleet run fleet.yaml --approve everywhere',
  ];
  static override usage = ['fleet run FILE [--approve WAVE...] [FLAGS]'];
  static override args = fleetArgs;
  static override flags = {
    approve: string({
      summary: 'Let this wave begin, which needs a person; may be repeated',
      helpValue: 'WAVE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    retry: string({
      summary: 'Start this target although a roll-back has frozen it; may be repeated',
      helpValue: 'TARGET',
      multiple: true,
      multipleNonGreedy: true,
    }),
    output: outputFlags.output,
    quiet: outputFlags.quiet,
    ...debugFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(FleetRun);
    const { fleetRun } = await import('../../src/index.js');
    return this.end(await fleetRun({ ...flags, file: args.file, shapes: targetShapes() }, this.surroundings()));
  }
}
