import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { commonFlags, historyFlag } from '../flags/flags.js';

export default class History extends BaseCommand {
  static override summary = 'Show the last runs on a stack, as --history kept them';
  static override description =
    'Reads only. Shows when each run began, who ran it, how it ended and why, how long it took, and what it changed: ' +
    'parameters, template and image. update-stack --to goes back to what one of them left.';
  static override examples = [
    '<%= config.bin %> history my-stack --history s3://my-bucket/ha-updater',
    '<%= config.bin %> history my-stack --limit 100 --json',
  ];
  static override usage = ['history STACK [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose runs are meant', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...historyFlag,
    limit: string({ summary: 'How many runs to show, newest first [default: 20]', helpValue: 'N' }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(History);
    const { showHistory } = await import('../../src/index.js');
    return this.end(await showHistory({ ...flags, stack: args.stack }, this.surroundings()));
  }
}
