import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags, lockFlag } from '../flags/flags.js';

export default class LockShow extends BaseCommand {
  static override summary = 'Show who holds the strict locks of a stack and of its groups';
  static override description = 'Reads only. Needs --lock, or HA_UPDATER_LOCK.';
  static override examples = ['<%= config.bin %> lock show my-stack --lock dynamodb://ha-updater-locks'];
  static override usage = ['lock show STACK [FLAGS]', 'lock show --asg NAME [--asg NAME...] [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose locks are meant', ignoreStdin: true }),
  };
  static override flags = { ...asgFlags, ...lockFlag, ...commonFlags };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(LockShow);
    const { showLock } = await import('../../src/index.js');
    return this.end(await showLock({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
