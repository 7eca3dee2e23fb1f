import { BaseCommand } from '../base/command.js';
import { recoverArgs, recoverFlags } from '../flags/recover-flags.js';
import { serverAndDetachFlags } from '../flags/server-flags.js';

export default class Rollback extends BaseCommand {
  static override usage = ['rollback STACK [FLAGS]', 'rollback --asg NAME [--asg NAME...] [FLAGS]'];
  static override summary = 'Roll back the rollout that an interrupted run left on the groups';
  static override description =
    'Works from the state of AWS and the record on the groups alone. Only before the verdict: once ' +
    'a rollout is judged to promote, its old instances are going, and it can only be finished ' +
    '(resume). The groups end frozen; see unfreeze.';
  static override examples = ['<%= config.bin %> rollback my-stack', '<%= config.bin %> rollback --asg web'];
  static override args = recoverArgs;
  static override flags = { ...recoverFlags, ...serverAndDetachFlags };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Rollback);
    const { rollback } = await import('../../src/index.js');
    return this.end(await rollback({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
