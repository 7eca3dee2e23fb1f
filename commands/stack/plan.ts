import { BaseCommand } from '../base/command.js';
import { asgFlags, imageFlag, commonFlags, onOff } from '../flags/flags.js';
import UpdateStack from './update-stack.js';

export default class Plan extends BaseCommand {
  static override usage = [
    'plan STACK [KEY=VALUE...] [--template FILE|URL] [FLAGS]',
    'plan --asg NAME [--asg NAME...] [FLAGS]',
    'plan --asg-tag KEY=VALUE [FLAGS]',
  ];
  static override summary = 'Show what update-stack with the same arguments would do, changing nothing';
  static override description =
    'Makes a change set, shows what would change in the stack and in its nested stacks and what ' +
    'causes it, then for each Auto Scaling group what the swap would do: sizes, outdated instances, ' +
    'load balancers, time, cost, and every reason against it. The change set is deleted again. With ' +
    '--asg or --asg-tag it shows the same of groups without a stack, against what they would launch now.';
  static override examples = [
    '<%= config.bin %> plan my-stack ImageId=ami-0123456789abcdef0',
    '<%= config.bin %> plan my-stack --template web.yaml --detailed-exitcode',
    '<%= config.bin %> plan --asg web --detailed-exitcode',
  ];
  static override args = UpdateStack.args;
  static override flags = {
    ...asgFlags,
    ...imageFlag,
    ...UpdateStack.flags,
    'detailed-exitcode': onOff({
      summary: 'Exit 10 when there is something to change, 0 when there is nothing',
      helpGroup: 'OUTPUT',
    }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Plan);
    const { plan, planGroups } = await import('../../src/index.js');
    const asked = { ...flags, ...this.words, capabilities: flags.capabilities ?? [] };
    const groups = [...(flags.asg ?? []), ...(flags['asg-tag'] ?? [])];
    return this.end(
      groups.length === 0
        ? await plan(asked, this.surroundings())
        : await planGroups({ ...asked, asgs: flags.asg ?? [] }, this.surroundings()),
    );
  }
}
