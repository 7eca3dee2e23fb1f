import { BaseCommand } from './base/command.js';
import { commonFlags, onOff } from './flags/flags.js';
import { splitWords } from './base/stack-words.js';
import UpdateStack from './update-stack.js';

export default class Plan extends BaseCommand {
  static override usage = ['plan STACK [KEY=VALUE...] [--template FILE|URL] [FLAGS]'];
  static override summary = 'Show what update-stack with the same arguments would do, changing nothing';
  static override description =
    'Makes a change set, shows what would change in the stack and in its nested stacks and what ' +
    'causes it, then for each Auto Scaling group what the swap would do: sizes, outdated instances, ' +
    'load balancers, time, cost, and every reason against it. The change set is deleted again.';
  static override examples = [
    '<%= config.bin %> plan my-stack ImageId=ami-0123456789abcdef0',
    '<%= config.bin %> plan my-stack --template web.yaml --detailed-exitcode',
  ];
  static override args = UpdateStack.args;
  static override flags = {
    ...UpdateStack.flags,
    'detailed-exitcode': onOff({
      summary: 'Exit 10 when there is something to change, 0 when there is nothing',
      helpGroup: 'OUTPUT',
    }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Plan);
    const { plan } = await import('../src/index.js');
    return this.end(
      await plan({ ...flags, ...splitWords(args.words), capabilities: flags.capabilities ?? [] }, this.surroundings()),
    );
  }
}
