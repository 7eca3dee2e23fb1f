import type { Hook } from '@oclif/core/hooks';
import type { Config } from '@oclif/core/interfaces';
import { misplacedFlags } from './misplaced-flags.js';

/**
 * What is no command: `help` and `version` as words, flags before the command, and else a usage error like any other,
 * with the nearest name that there is.
 */
const notFound: Hook<'command_not_found'> = ({ id, argv = [], config }) => answerUnknown(id, argv, config);

/** The same of a command line that asks for help on what is no command. */
export async function answerUnknown(id: string, argv: readonly string[], config: Config): Promise<void> {
  const [first = '', ...others] = id.startsWith('-') ? [id] : id.split(/[: ]/);
  if (first === 'version') return void process.stdout.write(`${config.userAgent}\n`);
  const about = [...others, ...argv.filter((word) => !word.startsWith('-'))].join(':');
  if (first === 'help' && ((about === '' || config.findCommand(about)) ?? config.findTopic(about))) {
    const { loadHelpClass } = await import('@oclif/core/help');
    const help = new (await loadHelpClass(config))(config, config.pjson.oclif.helpOptions);
    return help.showHelp(about === '' ? [] : [about]);
  }
  // Below a topic a command has two words.
  const below = about.split(':')[0] ?? '';
  const typed = config.findTopic(first) !== undefined && below !== '' ? `${first} ${below}` : first;
  const asked = first === 'help' ? about.replaceAll(':', ' ') : typed;
  const { endWithError, endWithUnknownCommand } = await import('../../src/index.js');
  const surroundings = { stderr: process.stderr, debug: false };
  const misplaced = misplacedFlags([id, ...argv], config.commands);
  const ending =
    misplaced === undefined
      ? endWithUnknownCommand(
          asked,
          config.commandIDs.map((known) => known.replaceAll(':', ' ')),
          surroundings,
        )
      : endWithError(misplaced, '', surroundings);
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(ending, null, 2)}\n`);
  process.exitCode = ending.exitCode;
}

export default notFound;
