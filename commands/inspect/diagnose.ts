import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags, onOff } from '../flags/flags.js';

export default class Diagnose extends BaseCommand {
  static override summary = 'Say why the change of a stack or a swap went wrong';
  static override description =
    "Reads only. Goes through the stack's last operation and failed change sets, the scaling " +
    'activities of its groups, the health of every instance in each balancer, and lifecycle hooks ' +
    'that hang. Update commands do the same by themselves when they fail. ha-updater explain CODE ' +
    'tells more of a finding.';
  static override examples = [
    '<%= config.bin %> diagnose my-stack',
    '<%= config.bin %> diagnose --asg web --console --json',
  ];
  static override usage = ['diagnose STACK [FLAGS]', 'diagnose --asg NAME [--asg NAME...] [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack to look at', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    console: onOff({ summary: 'Show what instances that do not serve have printed; it may hold secrets' }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Diagnose);
    const { diagnoseNow } = await import('../../src/index.js');
    return this.end(await diagnoseNow({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
