import { BaseCommand } from '../base/command.js';
import { recoverArgs, recoverFlags } from '../flags/recover-flags.js';
import { serverAndDetachFlags } from '../flags/server-flags.js';

export default class Resume extends BaseCommand {
  static override usage = ['resume STACK [FLAGS]', 'resume --asg NAME [--asg NAME...] [FLAGS]'];
  static override summary = 'Finish the rollout that an interrupted run left on the groups';
  static override description =
    'Works from the state of AWS and the record on the groups alone, so anybody may run it, ' +
    'anywhere. Finishes what was judged; proves and judges what was not. Starts nothing of its own. ' +
    'A rollout whose run still lives is left to it.';
  static override examples = ['<%= config.bin %> resume my-stack', '<%= config.bin %> resume --asg web'];
  static override args = recoverArgs;
  static override flags = { ...recoverFlags, ...serverAndDetachFlags };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Resume);
    const { resume } = await import('../../src/index.js');
    return this.end(await resume({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
