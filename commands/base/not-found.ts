import type { Hook } from '@oclif/core/hooks';

/** A command that does not exist is a usage error like any other, with the nearest name that there is. */
const notFound: Hook<'command_not_found'> = async ({ id, config }) => {
  const { endWithUnknownCommand } = await import('../../src/index.js');
  const asked = id.replaceAll(':', ' ').split(' ')[0] ?? '';
  const ending = endWithUnknownCommand(asked, config.commandIDs, {
    stderr: process.stderr,
    debug: false,
  });
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(ending, null, 2)}\n`);
  process.exitCode = ending.exitCode;
};

export default notFound;
