import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags, historyFlag, lockFlag, notifyFlags, outputFlags } from '../flags/flags.js';
import { recoverArgs } from '../flags/recover-flags.js';

export default class Unfreeze extends BaseCommand {
  static override usage = ['unfreeze STACK [FLAGS]', 'unfreeze --asg NAME [--asg NAME...] [FLAGS]'];
  static override summary = 'Resume what a roll-back left suspended on the groups';
  static override description =
    'A roll-back leaves its groups frozen, so that Auto Scaling does not launch the failed configuration. ' +
    'Resumes exactly the processes that the note on each group names and removes the note. From ' +
    'then on a group launches what it is configured to launch.';
  static override examples = ['<%= config.bin %> unfreeze my-stack', '<%= config.bin %> unfreeze --asg web'];
  static override args = recoverArgs;
  static override flags = {
    ...asgFlags,
    ...lockFlag,
    ...historyFlag,
    ...commonFlags,
    ...notifyFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Unfreeze);
    const { unfreeze } = await import('../../src/index.js');
    return this.end(await unfreeze({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
