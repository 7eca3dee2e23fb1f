import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { commonFlags, onOff } from '../flags/flags.js';

export default class Validate extends BaseCommand {
  static override summary = 'Check templates with built-in rules, CloudFormation and cfn-lint';
  static override description =
    'Changes nothing. Finds broken syntax, unknown sections, references to names that nothing ' +
    'declares, groups whose update policy fights with the swap, groups behind no balancer; then ' +
    'asks CloudFormation, if it can be reached, and cfn-lint, if it is on the path. Exit 0: no ' +
    'errors; 3: errors that update-stack would refuse or fail with; 2: a template could not be read.';
  static override examples = [
    '<%= config.bin %> validate web.yaml',
    '<%= config.bin %> validate templates/*.yaml --offline --format sarif > findings.sarif',
  ];
  static override args = {
    templates: argument({
      name: 'TEMPLATE',
      description: 'File, https or s3 URL; several at once',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    offline: onOff({ summary: 'Do not ask CloudFormation' }),
    lint: string({ summary: 'What errors of cfn-lint count as', options: ['off', 'warn', 'error'], default: 'warn' }),
    strict: onOff({ summary: 'Warnings count like errors' }),
    format: string({
      summary: 'How to show the findings',
      options: ['text', 'sarif'],
      default: 'text',
      helpGroup: 'OUTPUT',
    }),
    ...commonFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Validate);
    const { validate } = await import('../../src/index.js');
    return this.end(await validate({ ...flags, templates: args.templates ?? [] }, this.surroundings()));
  }
}
