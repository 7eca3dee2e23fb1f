import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags, limitFlags, onOff, outputFlags, seconds } from '../flags/flags.js';

export default class Watch extends BaseCommand {
  static override usage = ['watch STACK [FLAGS]', 'watch --asg NAME [--asg NAME...] [FLAGS]'];
  static override summary = 'Follow a rollout that another run works on, and end as it ends';
  static override description =
    'Reads only: shows the change of a stack and the rollout on its groups as the run itself shows them, ' +
    "wherever it runs, from AWS's state and the notes on the groups alone. Ends with the exit code that " +
    'the run ends with, as far as AWS shows it; ends at once with 0 when nothing is under way.';
  static override examples = [
    '<%= config.bin %> watch my-stack',
    '<%= config.bin %> watch my-stack --wait --timeout 2h',
  ];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose rollout to follow', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    wait: onOff({ summary: 'When nothing is under way, wait until something is', helpGroup: 'LIMITS' }),
    timeout: seconds('timeout', 'Longest time to watch; then it ends with exit code 6', 'LIMITS'),
    warmup: limitFlags.warmup,
    poll: limitFlags.poll,
    ...commonFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Watch);
    const { watch } = await import('../../src/index.js');
    return this.end(await watch({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
