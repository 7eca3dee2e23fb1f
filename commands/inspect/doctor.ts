import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';
import { calendarFlags, gateFlags } from '../flags/gate-flags.js';
import { asgFlags, commonFlags, groupFlags, historyFlag, notifyFlags } from '../flags/flags.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Say whether a rollout could start here, and what to do where it could not';
  static override description =
    'Reads only. Checks who calls, the clock, the permissions (as IAM simulates them, where that is allowed), the ' +
    'change calendars, metrics, history and event bus that runs are given, the ' +
    'template of the stack, its groups as plan does, and whether quotas and subnets leave room for the instances ' +
    'that a rollout launches on top. Each finding comes with its remedy. Exits with 3 when something stands ' +
    'against a rollout. Without STACK it checks what concerns the account alone.';
  static override examples = [
    '<%= config.bin %> doctor my-stack',
    '<%= config.bin %> doctor my-stack --strategy rolling',
    '<%= config.bin %> doctor my-stack --change-calendar release-freeze --history s3://my-runs/ha-updater',
    '<%= config.bin %> doctor --asg web --json',
  ];
  static override usage = ['doctor [STACK] [FLAGS]', 'doctor --asg NAME [--asg NAME...] [FLAGS]'];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack to check', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    strategy: groupFlags.strategy,
    surge: groupFlags.surge,
    unavailable: groupFlags.unavailable,
    ...calendarFlags,
    metric: gateFlags.metric,
    'gate-timeout': gateFlags['gate-timeout'],
    ...historyFlag,
    'event-bus': notifyFlags['event-bus'],
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Doctor);
    const { doctor } = await import('../../src/index.js');
    return this.end(await doctor({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
