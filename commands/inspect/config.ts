import { string as argument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import type { FlagShape } from '../../src/index.js';
import { BaseCommand } from '../base/command.js';
import { commonFlags } from '../flags/flags.js';

export default class Config extends BaseCommand {
  static override summary = 'Show which settings hold for a stack, and where each of them is said';
  static override description =
    'Flags of update-stack, update-asgs and the others can stand in a settings file and in ' +
    'variables. A flag that is typed wins over a variable (HA_UPDATER_ and its name), that over the ' +
    'section of the stack in the file, that over its defaults.';
  static override examples = [
    '<%= config.bin %> config my-stack',
    '<%= config.bin %> config --schema > ha-updater.schema.json',
  ];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose settings to show', ignoreStdin: true }),
  };
  static override flags = {
    schema: boolean({ summary: 'Print the JSON schema of settings files, for editors' }),
    ...commonFlags,
  };

  protected override ownFlags(): readonly FlagShape[] {
    return this.knownFlags();
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Config);
    const { showSettings, settingsSchema } = await import('../../src/index.js');
    if (flags.schema) return this.end(settingsSchema(this.knownFlags(), this.surroundings()));
    return this.end(showSettings(args.stack, this.settings, this.surroundings()));
  }
}
