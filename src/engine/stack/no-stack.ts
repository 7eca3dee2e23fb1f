import { command, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { refused, type Failure } from '../../errors.js';

/**
 * The refusal of a command whose stack does not exist: most often its name was mistyped, or another account or region
 * was meant, so what is there comes first.
 * @param where beside the name, such as ` in eu-west-1`
 * @param next what else helps
 */
export function noStack(stack: string, where = '', next: readonly NextCommand[] = []): Failure {
  return refused(
    'stack.missing',
    `There is no stack ${stack}${where}.`,
    [],
    [remarked(command`ha-updater list`, 'the stacks with groups that are there'), ...next],
  );
}
