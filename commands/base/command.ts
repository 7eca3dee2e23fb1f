import { hostname } from 'node:os';
import { Command } from '@oclif/core/command';
import type { Input, ParserOutput } from '@oclif/core/interfaces';
import type { CommandResult, FlagShape, Settings, ProcessContext } from '../../src/index.js';
import { systemClock } from '../../src/clock.js';
import { harmlessJson } from '../../src/text/plain.js';
import { settableOf } from '../flags/flag-shapes.js';
import { splitWords, type StackWords } from './stack-words.js';

/** What oclif answers by name. */
type Named = Readonly<Record<string, unknown>>;

/**
 * A reader that is gone (EPIPE), or a terminal that was closed (EIO), must not end a rollout half-way. oclif
 * listens too, and throws all but EPIPE.
 */
for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => undefined);

/** What stdout did not take for another reason, such as a full disk. */
let lost: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') lost ??= error;
});

/**
 * What all commands share: how they end. A command hands its flags to one library function, which
 * tells the story itself and answers with the ending; here it becomes an exit code and, with --json,
 * the one document on stdout. oclif's own ways out are not used: with --json they lose exit codes, and
 * they wrap messages at 80 columns.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  /** What variables and the settings file said for this command line. */
  protected settings: Settings = { said: [], overridden: [], remarks: [] };

  /** The stack and the parameters that were typed. */
  protected words: StackWords = { parameters: [] };

  /** Flags that were not typed are looked for in the environment, then in the settings file. */
  protected override async parse<F extends Named, B extends Named, A extends Named>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    // Commands that never ask AWS have no settings either.
    if (this.ctor.flags['config'] === undefined) return parsed;
    const { readSettings } = await import('../../src/index.js');
    const flags: Readonly<Record<string, unknown>> = parsed.flags;
    this.outputs = flags['outputs'];
    const words = (parsed.args as { readonly words?: readonly string[]; readonly stack?: string }).words;
    if (words !== undefined) this.words = splitWords(words);
    this.settings = await readSettings({
      flags: this.ownFlags(),
      known: () => Promise.resolve(this.knownFlags()),
      typed: new Set(Object.keys(flags).filter((name) => parsed.metadata.flags[name]?.setFromDefault !== true)),
      stack: words === undefined ? (parsed.args as { readonly stack?: string }).stack : this.words.stack,
      config: flags['config'] as string | undefined,
      env: process.env,
      cwd: process.cwd(),
    });
    return {
      ...parsed,
      flags: { ...parsed.flags, ...Object.fromEntries(this.settings.said.map(({ name, value }) => [name, value])) },
    };
  }

  /** Flags that settings may set for this command. */
  protected ownFlags(): readonly FlagShape[] {
    return settableOf(this.id ?? '', this.ctor.flags);
  }

  /** Flags of all commands that have settings: one file serves them all. */
  protected knownFlags(): readonly FlagShape[] {
    const all = this.config.commands
      .filter((command) => 'config' in command.flags)
      .flatMap((command) => settableOf(command.id, command.flags));
    return [...new Map(all.map((flag) => [flag.name, flag])).values()];
  }

  /** All that the library may know of this process. */
  protected surroundings(): ProcessContext {
    return {
      env: process.env,
      stdout: process.stdout,
      stderr: process.stderr,
      host: hostname(),
      pid: process.pid,
      command: this.id ?? '',
      version: this.config.version,
      json: this.jsonEnabled(),
      settings: this.settings,
      ...(process.stdin.isTTY && process.stdout.isTTY && !this.jsonEnabled() && { ask, choose }),
      onSignal: listenForSignals,
      debug: this.argv.includes('--debug') || Boolean(process.env.DEBUG),
      leave: (ending) => {
        if (this.jsonEnabled()) this.logJson(ending);
        process.exit(ending.exitCode);
      },
    };
  }

  /** Sets the exit code; the ending goes to stdout as it is when --json was given. */
  protected end<E extends Pick<CommandResult, 'exitCode' | 'outcome'>>(ending: E): E {
    process.exitCode = ending.exitCode;
    process.once('exit', () => this.tellLost(ending));
    return ending;
  }

  /**
   * Whoever reads what stdout did not take would take half for the whole: that is no good end. A run that has changed
   * things keeps its code, which says how the world is, unless its document was to be read.
   */
  private tellLost({ exitCode, outcome }: Pick<CommandResult, 'exitCode' | 'outcome'>): void {
    if (lost === undefined) return;
    process.stderr.write(`stdout did not take all that was to stand there: ${lost.message}.\n`);
    if (exitCode !== 0 && outcome !== 'changes') return;
    if (['shown', 'planned', 'changes'].includes(outcome) || this.id === 'plan') process.exitCode = 2;
    else if (this.jsonEnabled() || /^(-|\/dev\/stdout)$/.test(String(this.outputs))) process.exitCode = 5;
  }

  /** Where the outputs of a stack were to go. */
  private outputs: unknown;

  /** Whatever was thrown: one message on stderr, one document on stdout with --json, the right exit code. */
  protected override async catch(error: Error & { code?: string }): Promise<void> {
    // oclif leaves --help through an error of its own.
    if (error.code === 'EEXIT') throw error;
    const { endWithError } = await import('../../src/index.js');
    const ending = endWithError(error, this.id ?? '', this.surroundings());
    process.exitCode = ending.exitCode;
    if (this.jsonEnabled()) this.logJson(ending);
  }

  /** Plain JSON: oclif's own colours and wraps it for terminals. */
  protected override logJson(json: unknown): void {
    process.stdout.write(`${harmlessJson(JSON.stringify(json, null, 2))}\n`);
  }
}

/** What was typed before the question stood there arrives within this time, in milliseconds. */
const TYPED_AHEAD_MS = 50;

/** Only a clear yes is one. Whoever closes the input has declined. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test((await answerTo(`${question} [y/N] `, signal)) ?? '');
}

/** One of the words, or its first letter; nothing at all means the last one. */
async function choose(question: string, words: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const last = words.at(-1);
  const shown = words.map((word) => (word === last ? word.toUpperCase() : word)).join('/');
  const answer = (await answerTo(`${question} [${shown}] `, signal))?.toLowerCase();
  return answer === '' ? last : words.find((word) => word === answer || word.slice(0, 1) === answer);
}

/**
 * What is typed at the question; undefined when the input was closed, or the signal is aborted. What was typed before
 * the question stood there is no answer to it.
 */
async function answerTo(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  // readline swallows Ctrl-C; it has to reach the run.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    await systemClock().sleep(TYPED_AHEAD_MS);
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    return (await Promise.race([lines.question(question, { signal }), closed]))?.trim();
  } catch {
    return undefined;
  } finally {
    lines.close();
  }
}

/** SIGHUP too: people run this over ssh, and a closed connection hangs up. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function listenForSignals(listener: (signal: string) => void): () => void {
  const handlers = SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
