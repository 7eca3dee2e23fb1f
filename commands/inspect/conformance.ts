import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { commonFlags } from '../flags/flags.js';

const HERE = 'CONFORMANCE';

export default class Conformance extends BaseCommand {
  static override summary = 'Compare what AWS answers with what this tool takes for true, on a small stack of its own';
  static override description =
    'Makes a stack of very small instances and two internal load balancers in the account that is named, plays 15 ' +
    'short stories on it, and deletes it in any case: at the end, after a failure, a signal and the deadline. What ' +
    'it may cost is said and asked first. Groups of others are not touched. Exits with 0 when all is as expected, ' +
    'with 8 when AWS answered otherwise, with 5 when something was not shown or the stack is left. No settings are ' +
    'read.';
  static override examples = [
    '<%= config.bin %> conformance --list',
    '<%= config.bin %> conformance --accounts 123456789012 --report conformance.json',
    '<%= config.bin %> conformance --accounts 123456789012 --story standby-hooks --yes',
    '<%= config.bin %> conformance --accounts 123456789012 --clean',
  ];
  static override flags = {
    accounts: string({
      summary: 'Account in which it may make its stack; may be repeated. It is refused in every other one',
      helpValue: 'ID',
      helpGroup: HERE,
      multiple: true,
      multipleNonGreedy: true,
    }),
    story: string({
      summary: 'Play only this story; may be repeated',
      helpValue: 'STORY',
      helpGroup: HERE,
      multiple: true,
      multipleNonGreedy: true,
    }),
    list: boolean({ summary: 'Show the stories and what each is about; nothing is asked of AWS', helpGroup: HERE }),
    clean: boolean({
      summary: 'Delete what runs that were killed have left in this account and region',
      helpGroup: HERE,
    }),
    subnets: string({
      summary: 'Two subnets in different zones [default: of the default VPC]',
      helpValue: 'ID,ID',
      helpGroup: HERE,
    }),
    'instance-type': string({
      summary: 'Type of the instances [default: t4g.nano]',
      helpValue: 'TYPE',
      helpGroup: HERE,
    }),
    'image-parameter': string({
      summary: 'Public parameter of the image [default: Amazon Linux 2023 for arm64]',
      helpValue: 'NAME',
      helpGroup: HERE,
    }),
    deadline: string({
      summary: 'After so long it ends and deletes the stack [default: 5400]',
      helpValue: 'SECONDS',
      helpGroup: HERE,
    }),
    report: string({
      summary: 'Write all comparisons as JSON into this file, and as text beside it (FILE.txt)',
      helpValue: 'FILE',
      helpGroup: HERE,
    }),
    yes: boolean({ summary: 'Do not ask, whatever it may cost', helpGroup: HERE }),
    region: commonFlags.region,
    profile: commonFlags.profile,
    debug: commonFlags.debug,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Conformance);
    const { conformance } = await import('../../src/index.js');
    return this.end(await conformance({ ...flags, image: flags['image-parameter'] }, this.surroundings()));
  }
}
