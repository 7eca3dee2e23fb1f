import { usage } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { CODES } from '../../render/codes.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';

/** The --json document of `explain`. */
export interface ExplainDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  readonly codes: Readonly<Record<string, string>>;
}

/** `explain`: what a code means and what helps. */
export function explain(
  code: string | undefined,
  { json, stdout }: Pick<ProcessContext, 'json' | 'stdout'>,
): ExplainDocument {
  const text = code === undefined ? undefined : CODES[code];
  if (code !== undefined && text === undefined) {
    const meant = nearest(code, Object.keys(CODES));
    throw usage('usage.code', `There is no code ${code}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, [
      'ha-updater explain',
    ]);
  }
  const codes = code === undefined || text === undefined ? CODES : { [code]: text };
  if (!json)
    Object.entries(codes)
      .map(([name, meaning]) => `${name}: ${meaning}`)
      .forEach(lineWriter(stdout));
  return { v: 1, command: 'explain', outcome: 'shown', exitCode: 0, codes };
}
