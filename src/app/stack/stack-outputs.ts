import { command, type NextCommand } from '../../text/commands/next-command.js';
import { newToken } from '../../config/run-id.js';
import { badFlags, Failure, problem, usage } from '../../errors.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { openForLater } from '../../files/written-file.js';
import { whyNot } from '../../files/system-fault.js';
import type { Run } from '../../run/run.js';
import type { ProcessContext } from '../../run/process-context.js';
import { systemClock } from '../../clock.js';
import { singleQuoted } from '../../text/shell-quote.js';

/** Where a stack's outputs go. */
export interface OutputsFlags {
  /** A path, or `-` for stdout. */
  readonly outputs?: string | undefined;
  /** json or env; absent: by the ending of the path. */
  readonly 'outputs-format'?: string | undefined;
}

/** What is still to be told of a run whose outputs could not be written. */
interface OutputsAfter {
  /** Name or ARN of the stack. */
  readonly stack: string;
  /** As the user called it. */
  readonly name: string;
  /** Commands that go on with the groups. */
  readonly next: readonly NextCommand[];
}

/** Where the outputs will go, once there are any. */
export interface Outputs {
  /** With `-` stdout belongs to the outputs, so the run is told on stderr. */
  readonly surroundings: ProcessContext;
  /** Writes the outputs that the stack has now. @throws Failure (stopped) when the file took them no more */
  readonly write: (run: Pick<Run, 'deps'>, after: OutputsAfter) => Promise<void>;
}

/** Paths that are stdout by another name; opened anew, each would write over what the other one wrote. */
const STDOUT = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/**
 * Makes sure of the place of the outputs while nothing is begun yet.
 * @throws Failure (usage) with --json, which wants stdout too, and for a file that cannot be written
 */
export async function openOutputs(flags: OutputsFlags, surroundings: ProcessContext): Promise<Outputs> {
  const { outputs: path } = flags;
  if (path === undefined) {
    if (flags['outputs-format'] !== undefined)
      throw usage('usage.flags', problem('--outputs-format needs --outputs.', 'outputs-format', 'outputs'));
    return { surroundings, write: () => Promise.resolve() };
  }
  // An empty path names the folder itself, which only shows when the file takes its place in the end.
  if (path.trim() === '') throw badFlags([problem('--outputs must not be empty.', 'outputs')]);
  const format = flags['outputs-format'] ?? (/\.(env|sh)$/.test(path) ? 'env' : 'json');
  const textOf = async ({ deps }: Pick<Run, 'deps'>, stack: string): Promise<string> => {
    const { outputs = {} } = (await retrying(deps).describeStack(stack)) ?? {};
    return format === 'env' ? asEnv(outputs) : `${JSON.stringify(outputs, null, 2)}\n`;
  };
  if (STDOUT.has(path)) {
    if (surroundings.json)
      throw badFlags([problem(`Give either --json or --outputs ${path}: both write to stdout.`, 'outputs')]);
    const { stdout, stderr } = surroundings;
    return {
      surroundings: { ...surroundings, stdout: stderr },
      write: async (run, { stack }) => void stdout.write(await textOf(run, stack)),
    };
  }
  const file = await openForLater(path, newToken).catch((error: unknown) => {
    throw usage('usage.outputs', `The outputs could not be written to ${path}: ${whyNot(error)}.`);
  });
  return {
    surroundings,
    write: async (run, after) => {
      const text = await textOf(run, after.stack);
      await file.write(text, systemClock()).catch((error: unknown) => {
        throw notWritten(path, after, error);
      });
    },
  };
}

/** The next reader of the file would take old values for new ones: this is no good end. */
function notWritten(path: string, { name, next }: OutputsAfter, error: unknown): Failure {
  return new Failure(
    'stopped',
    {
      code: 'outputs.notWritten',
      what: `The stack is as it was asked for, but its outputs could not be written to ${path}: ${whyNot(error)}.`,
      reasons: [],
      serves: 'What the run had made of the stack and its groups before it came to the outputs.',
      left: 'The outputs alone. The same command finds nothing else to do and writes them.',
      next: [...next, command`ha-updater update-stack ${name} --outputs ${path}`],
    },
    { cause: error },
  );
}

/** Lines that a shell can source; names of outputs hold letters and digits alone. */
function asEnv(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([key, value]) => `${key}=${singleQuoted(value)}\n`)
    .join('');
}
