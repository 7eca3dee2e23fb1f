import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { commonFlags } from '../flags/flags.js';

export default class Explain extends BaseCommand {
  static override summary = 'Describe the code of a message, or list all codes';
  static override examples = [
    '<%= config.bin %> explain swap.rolledBack',
    '<%= config.bin %> explain 4',
    '<%= config.bin %> explain',
  ];
  static override args = {
    code: argument({
      name: 'CODE',
      description: 'Code in brackets at the end of a message; without it all are listed',
      ignoreStdin: true,
    }),
  };
  static override flags = { debug: commonFlags.debug };

  async run(): Promise<unknown> {
    const { args } = await this.parse(Explain);
    const { explain } = await import('../../src/index.js');
    return this.end(explain(args.code, this.surroundings()));
  }
}
