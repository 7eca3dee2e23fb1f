import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { commonFlags } from '../flags/flags.js';

export default class Check extends BaseCommand {
  static override summary = 'Check whether everything that is promised held in a run, out of its events';
  static override description =
    'Reads a file that --events-file or --output jsonl wrote; nothing is asked of AWS. For each invariant it says ' +
    'whether it held, where it was broken, or that this file cannot tell. All runs of the file are checked, one ' +
    'after the other. An invariant that is broken is a bug of this tool: exit 1.';
  static override examples = [
    '<%= config.bin %> check run.jsonl',
    '<%= config.bin %> check run.jsonl --json',
    '<%= config.bin %> check run.jsonl --to-scenario scenario.yaml',
  ];
  static override args = {
    file: argument({ name: 'FILE', description: 'Events of a run; - for stdin', required: true, ignoreStdin: true }),
  };
  static override flags = {
    'to-scenario': string({
      summary: 'Also make a scenario of the run, with all names replaced, which ha-updater sandbox plays',
      helpValue: 'FILE',
      helpGroup: 'OUTPUT',
    }),
    debug: commonFlags.debug,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Check);
    const { checkEvents } = await import('../../src/index.js');
    return this.end(await checkEvents({ ...args, ...flags }, this.surroundings()));
  }
}
