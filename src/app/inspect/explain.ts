import { command } from '../../text/commands/next-command.js';
import { usage, type ExitCode } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { CODES } from '../../render/codes.js';
import { EXIT_CODES } from '../../render/exit-codes.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';

/** The --json document of `explain`. */
export interface ExplainDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  readonly codes: Readonly<Record<string, string>>;
}

/** What a code of a message, one of cfn-lint's rules or an exit code means; undefined when there is none such. */
export function meaningOf(code: string): string | undefined {
  if (Object.hasOwn(CODES, code)) return CODES[code];
  if (Object.hasOwn(EXIT_CODES, code)) return EXIT_CODES[Number(code) as ExitCode];
  const rule = /^cfn-lint\.([EWI]\d{4})$/.exec(code)?.[1];
  return rule === undefined
    ? undefined
    : `Rule ${rule} of cfn-lint found it; cfn-lint --list-rules says what it checks.`;
}

/** `explain`: what a code means and what helps. */
export function explain(
  asked: string | undefined,
  { json, stdout }: Pick<ProcessContext, 'json' | 'stdout'>,
): ExplainDocument {
  // Messages show codes in brackets, and whoever marks one takes them along.
  const code = asked?.replace(/^\[(.*)\]$/s, '$1');
  const text = code === undefined ? undefined : meaningOf(code);
  if (code !== undefined && text === undefined) {
    const meant = nearest(code, Object.keys(CODES));
    throw usage('usage.code', `There is no code ${code}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, [
      command`ha-updater explain`,
    ]);
  }
  const codes = code === undefined || text === undefined ? CODES : { [code]: text };
  if (!json)
    Object.entries(codes)
      .map(([name, meaning]) => `${name}: ${meaning}`)
      .forEach(lineWriter(stdout));
  return { v: 1, command: 'explain', outcome: 'shown', exitCode: 0, codes };
}
