import { BaseCommand } from '../base/command.js';
import { asgFlags, commonFlags } from '../flags/flags.js';

export default class List extends BaseCommand {
  static override summary = 'List all groups of the account and region, those that need somebody first';
  static override description =
    'Reads only. Shows each Auto Scaling group in one row: its stack, how many of its instances are in service ' +
    "by Auto Scaling's word, and what matters most: an interrupted, paused or running rollout and whose it is, a " +
    'freeze, a kept size, outdated instances. Reads a hundred groups a call.';
  static override examples = [
    '<%= config.bin %> list --region eu-west-1',
    '<%= config.bin %> list --asg-tag env=prod --json',
  ];
  static override usage = ['list [FLAGS]'];
  static override flags = {
    'asg-tag': asgFlags['asg-tag'],
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(List);
    const { listAll } = await import('../../src/index.js');
    return this.end(await listAll(flags, this.surroundings()));
  }
}
