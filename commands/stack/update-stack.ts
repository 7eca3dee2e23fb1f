import { string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';
import { afterFlags } from '../flags/after-flags.js';
import {
  commonFlags,
  groupFlags,
  historyFlag,
  lockFlag,
  notifyFlags,
  outputFlags,
  stackFlags,
} from '../flags/flags.js';
import { gateFlags, stageFlags } from '../flags/gate-flags.js';
import { executeFlags, guardFlags, settingFlags, stateFlags } from '../flags/change-flags.js';
import { parameterFlags } from '../flags/parameter-flags.js';
import { serverFlags } from '../flags/server-flags.js';
import { stackWords } from '../base/stack-words.js';
import { templateFlags } from '../flags/template-flags.js';

export default class UpdateStack extends BaseCommand {
  static override usage = ['update-stack STACK [KEY=VALUE...] [--template FILE|URL] [FLAGS]'];
  static override summary = 'Create or update a stack, then replace the instances of its groups';
  static override description =
    'Creates STACK when there is none, otherwise updates it; follows the events until the stack ' +
    'settles; then swaps the instances of its Auto Scaling groups as update-asgs does. Parameters ' +
    'that are not given keep their previous values.';
  static override examples = [
    '<%= config.bin %> update-stack my-stack ImageId=ami-0123456789abcdef0',
    '<%= config.bin %> update-stack my-stack --template web.yaml --capabilities CAPABILITY_IAM Size=4',
    '<%= config.bin %> update-stack Web --app cdk.out',
  ];
  static override args = stackWords;
  static override flags = {
    template: string({
      summary: "Template: a file, an https or an s3 URL [default: the stack's own]",
      helpValue: 'FILE|URL',
      helpGroup: 'STACK',
    }),
    capabilities: string({
      summary: 'Capability to acknowledge, such as CAPABILITY_IAM; may be repeated',
      helpValue: 'NAME',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'STACK',
    }),
    'on-interrupt': string({
      summary: 'What the first Ctrl-C or SIGTERM does while the stack changes: cancel the update, or leave it alone',
      options: ['cancel', 'leave'],
      default: 'cancel',
      helpGroup: 'STACK',
    }),
    ...templateFlags,
    ...afterFlags,
    ...parameterFlags,
    ...settingFlags,
    ...executeFlags,
    ...guardFlags,
    ...stateFlags,
    ...groupFlags,
    ...gateFlags,
    ...stageFlags,
    ...serverFlags,
    ...lockFlag,
    ...historyFlag,
    to: string({
      summary: 'Give the stack what it had after this run (its id in history, or the beginning of it); needs --history',
      helpValue: 'RUN',
      helpGroup: 'HISTORY',
    }),
    ...stackFlags,
    ...commonFlags,
    ...notifyFlags,
    ...outputFlags,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(UpdateStack);
    const { updateStack } = await import('../../src/index.js');
    return this.end(
      await updateStack({ ...flags, ...this.words, capabilities: flags.capabilities ?? [] }, this.surroundings()),
    );
  }
}
