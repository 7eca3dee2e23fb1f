import type { FlagShape, Said } from '../../config/settings-file.js';
import { schemaOf } from '../../config/settings-schema.js';
import type { Settings } from '../../config/settings.js';
import { EXIT } from '../../errors.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';

/** The --json document of `config`. */
export interface SettingsDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode' | 'stack'> {
  readonly file?: string;
  readonly settings: readonly Said[];
  readonly overridden: Settings['overridden'];
}

/** The --json document of `config --schema`. */
export interface SchemaDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  readonly schema: object;
}

/** Where nothing is set, defaults hold; a reader looks for them next. */
const NOTHING_SAID =
  'No file and no variable sets a flag, so the default of every flag holds: ' +
  'docs/FLAGS.md, or the --help of a command.';

/** `config`: what the environment and the settings file say for a stack, and where each was said. */
export function showSettings(
  stack: string | undefined,
  { file, said, overridden, remarks }: Settings,
  { stdout, stderr, json }: ProcessContext,
): SettingsDocument {
  const out = lineWriter(stdout);
  if (!json) {
    out(file === undefined ? 'There is no settings file.' : `Settings file ${file}.`);
    if (said.length === 0 && overridden.length === 0) out(NOTHING_SAID);
    for (const one of said) out(`  ${one.name}: ${shown(one)}   (${one.at})`);
    for (const one of overridden) out(`  ${one.name}: ${shown(one)}   (${one.at}; not in force because of ${one.by})`);
  }
  remarks.forEach(lineWriter(stderr));
  const hidden = <T extends Said>(list: readonly T[]): readonly T[] =>
    list.map((one) => ({ ...one, value: withoutSecrets(one) }));
  return {
    v: 1,
    command: 'config',
    outcome: 'shown',
    exitCode: EXIT.done,
    ...(stack !== undefined && { stack }),
    ...(file !== undefined && { file }),
    settings: hidden(said),
    overridden: hidden(overridden),
  };
}

/** `config --schema`: for editors. */
export function settingsSchema(known: readonly FlagShape[], { stdout, json }: ProcessContext): SchemaDocument {
  const schema = schemaOf(known);
  if (!json) lineWriter(stdout)(JSON.stringify(schema, null, 2));
  return { v: 1, command: 'config', outcome: 'shown', exitCode: EXIT.done, schema };
}

function shown(said: Said): string {
  const value = withoutSecrets(said);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** A webhook's address is a secret itself. */
function withoutSecrets({ name, value }: Said): Said['value'] {
  const hide = (text: string): string => (name === 'webhook' && !text.startsWith('@') ? '****' : withoutPassword(text));
  if (Array.isArray(value)) return value.map(hide);
  return typeof value === 'string' ? hide(value) : value;
}

/** Addresses may carry one. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^/@\s]*:)[^/@\s]+@/, '$1****@');
}
