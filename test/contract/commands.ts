import { Config } from '@oclif/core/config';
import { ROOT } from '../tidy/scan.js';

/** What the command line of a tool consists of, as oclif reads it from our commands. */
export interface CommandLineFacts {
  readonly topics: unknown;
  readonly commands: unknown;
}

/**
 * What oclif adds that is about files and packages. Examples are no contract: other tests run them, and they may
 * be bettered.
 */
const LEFT_OUT = new Set(['pluginName', 'pluginAlias', 'pluginType', 'relativePath', 'isESM', 'examples']);

/** All commands with their arguments (in order) and flags, with everything that is said of them. */
export async function commandLineFacts(): Promise<CommandLineFacts> {
  const config = await Config.load({ root: ROOT, ignoreManifest: true });
  return {
    topics: Object.fromEntries(config.topics.map(({ name, description }) => [name.replaceAll(':', ' '), description])),
    commands: Object.fromEntries(
      config.commands.map((command) => [
        command.id.replaceAll(':', ' '),
        {
          ...without(LEFT_OUT, command),
          args: Object.entries(command.args).map(([key, arg]) => ({ key, ...arg })),
        },
      ]),
    ),
  };
}

function without(names: ReadonlySet<string>, value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.has(key)));
}
