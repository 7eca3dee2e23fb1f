import { string as argument } from '@oclif/core/args';
import { BaseCommand } from './base/command.js';
import { commonFlags, outputFlags, stackFlags } from './base/flags.js';

export default class Cancel extends BaseCommand {
  static override summary = 'Cancel the update of a stack that is under way';
  static override description =
    'Asks CloudFormation to cancel the update, whoever began it, and follows the stack back to what it was. For the on-cancel task of a pipeline. A rollout on the groups is not stopped from here: the run itself rolls it back at SIGTERM, and rollback does so for a dead one.';
  static override examples = ['<%= config.bin %> cancel my-stack'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose update to cancel', required: true, ignoreStdin: true }),
  };
  static override flags = { ...stackFlags, ...commonFlags, ...outputFlags };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Cancel);
    const { cancel } = await import('../src/index.js');
    return this.end(await cancel({ ...flags, stack: args.stack }, this.surroundings()));
  }
}
