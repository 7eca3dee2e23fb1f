import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import {
  asgFlags,
  choiceFlags,
  commonFlags,
  consoleFlag,
  limitFlags,
  historyFlag,
  lockFlag,
  notifyFlags,
  outputFlags,
  seconds,
} from '../flags/flags.js';
import { calendarFlags } from '../flags/gate-flags.js';
import { balancerFlags } from '../flags/restart-flags.js';
import { serverAndDetachFlags } from '../flags/server-flags.js';

const COMMAND = 'COMMAND';
const QUORUM = 'QUORUM';

export default class Restart extends BaseCommand {
  static override usage = [
    'restart STACK [FLAGS]',
    'restart --asg NAME [--asg NAME...] [FLAGS]',
    'restart --elb NAME [FLAGS]',
    'restart --target-group ARN [FLAGS]',
  ];
  static override summary = 'Restart what runs on instances, in place, without serving with less than a quorum';
  static override description =
    'Takes as many instances out of their load balancers as the quorum allows, waits until they ' +
    'have drained, runs a command on (or for) each, registers them again and waits until they are ' +
    'in service everywhere; then the next. No instance is launched or terminated, and the last one in ' +
    'service is never taken out.';
  static override examples = [
    "<%= config.bin %> restart my-stack --ssm 'supervisorctl restart all'",
    `<%= config.bin %> restart --elb web --exec 'ssh "$HA_UPDATER_PRIVATE_IP" sudo systemctl restart app' --quorum 2`,
    '<%= config.bin %> restart --asg web --ssm-document Deploy --ssm-parameter version=42',
    "<%= config.bin %> restart my-stack --ssm 'supervisorctl restart all' --on server --server rollouts --detach",
  ];
  static override args = {
    stack: argument({ name: 'STACK', description: 'Stack whose groups to restart', ignoreStdin: true }),
  };
  static override flags = {
    ...asgFlags,
    ...balancerFlags,
    ...choiceFlags,
    ...calendarFlags,
    ssm: string({
      summary: 'Command line that SSM runs on each instance, by AWS-RunShellScript',
      helpValue: 'COMMAND',
      helpGroup: COMMAND,
    }),
    'ssm-document': string({
      summary: 'Document that SSM runs on each instance',
      helpValue: 'NAME',
      helpGroup: COMMAND,
    }),
    'ssm-parameter': string({
      summary: 'Parameter of the document; may be repeated',
      helpValue: 'KEY=VALUE',
      helpGroup: COMMAND,
      multiple: true,
      multipleNonGreedy: true,
    }),
    exec: string({
      summary:
        'Command line for the shell of this machine, with HA_UPDATER_INSTANCE_ID, _PRIVATE_IP, ' +
        '_PUBLIC_IP, _GROUP, _STACK, _ROLLOUT',
      helpValue: 'COMMAND',
      helpGroup: COMMAND,
    }),
    'command-timeout': seconds('command-timeout', 'Longest time for the command on one instance', COMMAND),
    'check-command': string({
      summary:
        'Run here for every restarted instance that is in service again, every 10 s until it ends ' +
        'with 0; only then it is proven',
      helpValue: 'COMMAND',
      helpGroup: COMMAND,
    }),
    'check-timeout': seconds('check-timeout', 'Longest time of one try of the check command', COMMAND),
    quorum: string({
      summary: 'What stays in service: a part of what is registered, or a number of instances [default: 0.66]',
      helpValue: '0.66|N',
      helpGroup: QUORUM,
    }),
    'quorum-attempts': string({
      summary: 'Looks in a row that may find too few in service before it gives up [default: 60]',
      helpValue: 'N',
      helpGroup: QUORUM,
    }),
    'on-error': string({
      summary: 'An instance that fails: stop with it out, stop with it back, or go on with it out [default: stop]',
      options: ['stop', 'reregister', 'continue'],
      helpGroup: QUORUM,
    }),
    'healthy-timeout': seconds('healthy-timeout', 'Longest time until an instance is in service again', 'LIMITS'),
    warmup: limitFlags.warmup,
    'drain-timeout': seconds('drain-timeout', 'Longest time for an instance to drain', 'LIMITS'),
    'wait-for-lock': limitFlags['wait-for-lock'],
    poll: limitFlags.poll,
    ...consoleFlag,
    ...lockFlag,
    ...historyFlag,
    ...serverAndDetachFlags,
    ...commonFlags,
    ...notifyFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Restart);
    const { restart } = await import('../../src/index.js');
    return this.end(await restart({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
