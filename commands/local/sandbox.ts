import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../base/command.js';

export default class Sandbox extends BaseCommand {
  static override enableJsonFlag = false;
  static override summary = 'Serve a simulated AWS on this machine until stopped';
  static override description =
    'Prints what a shell has to export; then this tool, the AWS CLI and any SDK talk to the sandbox ' +
    'instead of AWS. With --speed 60 a simulated minute passes in a second.';
  static override examples = [
    '<%= config.bin %> sandbox --speed 60',
    '<%= config.bin %> sandbox --scenario scenario.yaml --seed 7',
  ];
  static override flags = {
    port: string({ summary: 'Port; 0 takes a free one', default: '4566', helpValue: 'N' }),
    host: string({
      summary: 'Address to listen on; anybody who reaches it may change the simulated AWS',
      default: '127.0.0.1',
      helpValue: 'ADDRESS',
    }),
    scenario: string({ summary: 'YAML file with images, timing and faults', helpValue: 'FILE' }),
    speed: string({ summary: 'Simulated seconds per second', default: '1', helpValue: 'X' }),
    seed: string({ summary: 'Seed of all chance', helpValue: 'N' }),
    calls: string({ summary: 'Write there which command took which IAM action, each once', helpValue: 'FILE' }),
    node: string({
      summary: 'Program of Node.js 22 or newer that runs functions of Lambda [default: the one that runs this command]',
      helpValue: 'FILE',
    }),
    debug: boolean({ summary: 'Show the stack trace of an unexpected failure' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Sandbox);
    const { serveWorld } = await import('../../src/index.js');
    this.end(await serveWorld(flags, this.surroundings()));
  }
}
