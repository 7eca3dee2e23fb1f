import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags, lockFlag, onOff } from '../flags/flags.js';

export default class LockRelease extends BaseCommand {
  static override summary = 'Take the strict locks of a stack and of its groups from a run that is dead';
  static override description =
    'Shows who holds them and asks, on a terminal, or does it with --force. Seldom needed: the lock ' +
    'of a dead run is taken over after its lease. A run that lives notices at its next sign of ' +
    'life, and may change things until then.';
  static override examples = ['<%= config.bin %> lock release my-stack --lock dynamodb://ha-updater-locks'];
  static override usage = ['lock release STACK [FLAGS]', 'lock release --asg NAME [--asg NAME...] [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose locks are meant', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    force: onOff({ summary: 'Release without asking' }),
    ...lockFlag,
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(LockRelease);
    const { releaseLock } = await import('../../src/index.js');
    return this.end(await releaseLock({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
