import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { commonFlags, onOff } from '../flags/flags.js';

export default class ServerRemove extends BaseCommand {
  static override summary = 'Delete the stack of the function for rollouts on Lambda';
  static override description =
    'Asks on a terminal, or does it with --force. Refused while an execution is running, and for a stack that holds ' +
    'anything that templates/server.yaml does not make. The bundles in the bucket stay.';
  static override examples = ['<%= config.bin %> server remove rollouts'];
  static override usage = ['server remove STACK [--force] [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack of the function', required: true, ignoreStdin: true }),
  };
  static override flags = {
    force: onOff({ summary: 'Remove without asking' }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ServerRemove);
    const { removeServer } = await import('../../src/index.js');
    return this.end(await removeServer({ ...flags, stack: args.stack }, this.surroundings()));
  }
}
