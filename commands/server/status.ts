import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { commonFlags } from '../flags/flags.js';

export default class ServerStatus extends BaseCommand {
  static override summary = 'Show the function for rollouts on Lambda, and which executions are running';
  static override description =
    'Reads only: the stack, the version on which executions start, and what runs on any version.';
  static override examples = ['<%= config.bin %> server status rollouts'];
  static override usage = ['server status STACK [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack of the function', required: true, ignoreStdin: true }),
  };
  static override flags = { ...commonFlags };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ServerStatus);
    const { serverStatus } = await import('../../src/index.js');
    return this.end(await serverStatus({ ...flags, stack: args.stack }, this.surroundings()));
  }
}
