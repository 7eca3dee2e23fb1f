import { command } from '../text/commands/next-command.js';
import { withOrigins } from '../config/settings.js';
import { usage, type Failure } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { failureBlock } from '../render/last-words.js';
import { lineWriter } from '../render/line-writer.js';
import { tellFacts, toFailure } from './failure.js';
import { showCause } from './run.js';
import type { CommandResult, ProcessContext } from './process-context.js';

/** The end of a command line that names no command of ours. */
export function endWithUnknownCommand(
  asked: string,
  known: readonly string[],
  surroundings: Pick<ProcessContext, 'stderr' | 'debug'>,
): CommandResult {
  const meant = nearest(asked, known);
  const topic = `${asked.split(' ')[0]} `;
  const below = known.filter((name) => name.startsWith(topic));
  const there = [...(below.length > 0 ? below : known)].sort().join(', ');
  const hint = meant === undefined ? `There are ${there}.` : `Did you mean ${meant}?`;
  return endWithError(
    usage('usage.command', `There is no command ${asked}. ${hint}`, [command`ha-updater --help`]),
    asked,
    surroundings,
  );
}

/** The end of a command that failed before it had anything to tell: bad flags, or a bug. */
export function endWithError(
  error: unknown,
  command: string,
  surroundings: Pick<ProcessContext, 'stderr' | 'debug' | 'settings'>,
): CommandResult {
  const failure: Failure = toFailure(withOrigins(error, surroundings.settings?.said ?? []), { command });
  const facts = tellFacts(failure.facts);
  failureBlock(failure.outcome, failure.exitCode, facts).forEach(lineWriter(surroundings.stderr));
  if (failure.outcome === 'bug') showCause(failure, surroundings);
  return { v: 1, command, outcome: failure.outcome, exitCode: failure.exitCode, failure: facts };
}
