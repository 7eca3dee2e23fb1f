import { rename, writeFile } from 'node:fs/promises';
import { usage } from '../../errors.js';
import type { Run } from '../../run/run.js';
import type { ProcessContext } from '../../run/process-context.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { singleQuoted } from '../../text/shell-quote.js';

/** Where a stack's outputs go. */
export interface OutputsFlags {
  /** A path, or `-` for stdout. */
  readonly outputs?: string | undefined;
  /** json or env; absent: by the ending of the path. */
  readonly 'outputs-format'?: string | undefined;
}

/**
 * With `--outputs -` stdout belongs to the outputs, so the run is told on stderr.
 * @throws Failure (usage) with --json, which wants it too
 */
export function makeRoom(flags: OutputsFlags, surroundings: ProcessContext): ProcessContext {
  if (flags.outputs === undefined && flags['outputs-format'] !== undefined)
    throw usage('usage.flags', '--outputs-format needs --outputs.');
  if (flags.outputs !== '-') return surroundings;
  if (surroundings.json) throw usage('usage.flags', 'Give either --json or --outputs -: both write to stdout.');
  return { ...surroundings, stdout: surroundings.stderr };
}

/** Writes the outputs that the stack has now; a file is there whole or not at all. */
export async function writeOutputs(
  { deps }: Run,
  stack: string,
  flags: OutputsFlags,
  { stdout }: Pick<ProcessContext, 'stdout'>,
): Promise<void> {
  const { outputs: path } = flags;
  if (path === undefined) return;
  const found = await retrying(deps).describeStack(stack);
  const format = flags['outputs-format'] ?? (/\.(env|sh)$/.test(path) ? 'env' : 'json');
  const text = format === 'env' ? asEnv(found?.outputs ?? {}) : `${JSON.stringify(found?.outputs ?? {}, null, 2)}\n`;
  if (path === '-') return void stdout.write(text);
  try {
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    deps.emit({
      type: 'warning',
      reason: { code: 'outputs.notWritten', text: `The outputs could not be written to ${path}: ${why}`, remedy: '' },
    });
  }
}

/** Lines that a shell can source; names of outputs hold letters and digits alone. */
function asEnv(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([key, value]) => `${key}=${singleQuoted(value)}\n`)
    .join('');
}
