import { string as argument } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { commonFlags } from '../flags/flags.js';

export default class Report extends BaseCommand {
  static override summary = 'Show what happened in a run, as a page or as text, out of its events';
  static override description =
    'Reads a file that --events-file or --output jsonl wrote; nothing is asked of AWS. The page holds everything ' +
    'that it shows: the outcome, the capacity against what was promised, each instance, where the time went, the ' +
    'decisions and why, and what there is to do. Of several runs in one file the last one is told.';
  static override examples = [
    '<%= config.bin %> report run.jsonl --output-file report.html',
    '<%= config.bin %> report run.jsonl --format text',
  ];
  static override args = {
    file: argument({ name: 'FILE', description: 'Events of a run; - for stdin', required: true, ignoreStdin: true }),
  };
  static override flags = {
    format: string({
      summary: 'Which form the report has',
      options: ['html', 'markdown', 'junit', 'text'],
      default: 'html',
      helpGroup: 'OUTPUT',
    }),
    'output-file': string({
      summary: 'Where it is written to, instead of stdout',
      helpValue: 'FILE',
      helpGroup: 'OUTPUT',
    }),
    debug: commonFlags.debug,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Report);
    const { report } = await import('../../src/index.js');
    return this.end(await report({ ...flags, file: args.file }, this.surroundings()));
  }
}
