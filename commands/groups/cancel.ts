import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import {
  asgFlags,
  commonFlags,
  limitFlags,
  historyFlag,
  lockFlag,
  onOff,
  notifyFlags,
  outputFlags,
  stackFlags,
} from '../flags/flags.js';
import { balancerFlags } from '../flags/restart-flags.js';

export default class Cancel extends BaseCommand {
  static override usage = [
    'cancel STACK [FLAGS]',
    'cancel --asg NAME [--asg NAME...] [FLAGS]',
    'cancel --elb NAME [FLAGS]',
    'cancel --target-group ARN [FLAGS]',
  ];
  static override summary = 'Cancel what is under way: the update of a stack, or the rollout on its groups';
  static override description =
    'For the on-cancel task of a pipeline, whichever run began it and wherever it runs. Asks ' +
    'CloudFormation to cancel the update and follows the stack back. A rollout is called back by a ' +
    'note on its groups: the run that works on it rolls back within seconds, as at SIGTERM; what ' +
    'a dead run left is rolled back from here. A rollout that is judged to promote is finished; ' +
    'only going forward leads back from there.';
  static override examples = [
    '<%= config.bin %> cancel my-stack',
    '<%= config.bin %> cancel --asg web',
    '<%= config.bin %> cancel my-stack --if-running',
  ];
  static override args = {
    stack: argument({
      name: 'STACK',
      description: "Stack whose update, or whose groups' rollout, to cancel",
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...asgFlags,
    ...balancerFlags,
    'if-running': onOff({
      summary: 'End with 0 when nothing is under way, as for the step of a pipeline that runs on cancellation',
    }),
    server: string({
      summary:
        'The function on which it may have been started a moment ago: also a rollout that has not looked yet is found',
      helpValue: 'NAME',
      helpGroup: 'SERVER',
    }),
    ...stackFlags,
    ...limitFlags,
    ...lockFlag,
    ...historyFlag,
    ...commonFlags,
    ...notifyFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Cancel);
    const { cancel } = await import('../../src/index.js');
    return this.end(await cancel({ ...flags, stack: args.stack, asgs: flags.asg ?? [] }, this.surroundings()));
  }
}
