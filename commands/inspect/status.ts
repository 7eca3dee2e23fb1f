import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags, onOff } from '../flags/flags.js';

export default class Status extends BaseCommand {
  static override summary = 'Show a stack, its groups, their instances and what our notes on them say';
  static override description =
    'Reads only. Shows the stack and its resources, every Auto Scaling group with its sizes and ' +
    'suspended processes, every instance with its version and its health in each load balancer, a ' +
    'rollout that is under way, who works on it, and which command helps.';
  static override examples = ['<%= config.bin %> status my-stack --events', '<%= config.bin %> status my-stack --json'];
  static override usage = ['status STACK [FLAGS]', 'status --asg NAME [--asg NAME...] [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack to show', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    events: onOff({ summary: "Show the stack's events too, newest last" }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status);
    const { status } = await import('../../src/index.js');
    return this.end(await status({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
