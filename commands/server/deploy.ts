import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { commonFlags, outputFlags } from '../flags/flags.js';
import { templateFlags } from '../flags/template-flags.js';

export default class ServerDeploy extends BaseCommand {
  static override summary = 'Create or update the stack of the function for rollouts on Lambda';
  static override description =
    'Puts the bundle of the function into a bucket and creates STACK by templates/server.yaml, or updates it. The ' +
    'function has the name of the stack. What is not given keeps its previous value. Executions that are running ' +
    'end on the version on which they began.';
  static override examples = [
    '<%= config.bin %> server deploy rollouts --s3-bucket my-bucket --stacks web',
    '<%= config.bin %> server deploy rollouts --s3-bucket my-bucket RetentionPeriodInDays=30',
  ];
  static override usage = ['server deploy STACK [KEY=VALUE...] --s3-bucket NAME [FLAGS]'];
  static override args = {
    words: argument({
      name: 'STACK KEY=VALUE',
      description: 'Stack of the function, then parameters of templates/server.yaml',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    stacks: string({
      summary: 'Beginning of the names of the stacks whose groups the function may change; needed once',
      helpValue: 'PREFIX',
      helpGroup: 'STACK',
    }),
    bundle: string({
      summary: 'Bundle of the function [default: the one in this package]',
      helpValue: 'FILE',
      helpGroup: 'STACK',
    }),
    's3-bucket': templateFlags['s3-bucket'],
    's3-bucket-owner': templateFlags['s3-bucket-owner'],
    's3-prefix': templateFlags['s3-prefix'],
    ...commonFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ServerDeploy);
    const { deployServer } = await import('../../src/index.js');
    return this.end(await deployServer({ ...flags, ...this.words }, this.surroundings()));
  }
}
