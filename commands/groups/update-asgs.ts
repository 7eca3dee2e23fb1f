import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import {
  asgFlags,
  commonFlags,
  groupFlags,
  historyFlag,
  imageFlag,
  lockFlag,
  notifyFlags,
  outputFlags,
} from '../flags/flags.js';
import { gateFlags, stageFlags } from '../flags/gate-flags.js';
import { serverFlags } from '../flags/server-flags.js';

export default class UpdateAsgs extends BaseCommand {
  static override usage = ['update-asgs STACK [FLAGS]', 'update-asgs --asg NAME [--asg NAME...] [FLAGS]'];
  static override summary = 'Replace the instances of Auto Scaling groups without ever serving with less';
  static override description =
    'Doubles each group, proves the new instances behind every load balancer, then removes the old ' +
    'ones; or removes the new ones and freezes the group when they cannot be proven. Groups are ' +
    'those of STACK (nested stacks too), or those named with --asg.';
  static override examples = [
    '<%= config.bin %> update-asgs my-stack',
    '<%= config.bin %> update-asgs --asg web --asg workers --swap always',
    '<%= config.bin %> update-asgs --asg web --image ami-0123456789abcdef1',
    '<%= config.bin %> update-asgs my-stack --on server --server rollouts --detach',
  ];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose groups to update', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    ...imageFlag,
    ...groupFlags,
    ...gateFlags,
    ...stageFlags,
    ...lockFlag,
    ...historyFlag,
    ...serverFlags,
    ...commonFlags,
    ...notifyFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(UpdateAsgs);
    const { updateGroups } = await import('../../src/index.js');
    return this.end(await updateGroups({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
