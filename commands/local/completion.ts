import { string as argument } from '@oclif/core/args';
import { BaseCommand } from '../base/command.js';

export default class Completion extends BaseCommand {
  static override enableJsonFlag = false;
  static override summary = 'Print the script that makes a shell complete commands, flags and their values';
  static override description =
    'Made from the commands of this version, so make it anew after an update. ' +
    'bash: source <(ha-updater completion bash); zsh: source <(ha-updater completion zsh), after compinit; ' +
    'fish: ha-updater completion fish | source.';
  static override examples = [
    '<%= config.bin %> completion bash',
    '<%= config.bin %> completion zsh',
    '<%= config.bin %> completion fish',
  ];
  static override args = {
    shell: argument({
      name: 'SHELL',
      description: 'Shell that reads the script',
      required: true,
      options: ['bash', 'zsh', 'fish'],
      ignoreStdin: true,
    }),
  };
  static override flags = {};

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const { completion } = await import('../../src/index.js');
    const commands = this.config.commands.map(({ id, summary = '', flags }) => ({
      name: id.replaceAll(':', ' '),
      summary,
      flags: Object.entries(flags)
        .filter(([, flag]) => flag.hidden !== true)
        .map(([name, flag]) => ({
          name,
          summary: flag.summary ?? flag.description ?? '',
          takesValue: flag.type === 'option',
          negatable: flag.type === 'boolean' && flag.allowNo,
          ...(flag.type === 'option' && flag.options !== undefined && { options: flag.options }),
        })),
    }));
    completion(args.shell, commands, this.surroundings());
  }
}
