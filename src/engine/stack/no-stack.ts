import { command, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { refused, type Failure } from '../../errors.js';

/**
 * The refusal of a command whose stack does not exist: most often its name was mistyped, or another account or region
 * was meant, so what is there comes first. The last words add where was looked.
 * @param next what else helps
 */
export function noStack(stack: string, next: readonly NextCommand[] = []): Failure {
  return refused(
    'stack.missing',
    `There is no stack ${stack}.`,
    [],
    [remarked(command`ha-updater list`, 'the stacks with groups that are there'), ...next],
  );
}
