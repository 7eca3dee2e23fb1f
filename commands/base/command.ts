import { hostname } from 'node:os';
import { Command } from '@oclif/core/command';
import type { Ending, Surroundings } from '../../src/index.js';

/**
 * What all commands share: how they end. A command hands its flags to one library function, which
 * tells the story itself and answers with the ending; here it becomes an exit code and, with --json,
 * the one document on stdout. oclif's own ways out are not used: with --json they lose exit codes, and
 * they wrap messages at 80 columns.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  /** All that the library may know of this process. */
  protected surroundings(): Surroundings {
    return {
      env: process.env,
      stdout: process.stdout,
      stderr: process.stderr,
      host: hostname(),
      pid: process.pid,
      version: this.config.version,
      json: this.jsonEnabled(),
      ...(process.stdin.isTTY && process.stdout.isTTY && !this.jsonEnabled() && { ask }),
      onSignal: listenForSignals,
      debug: this.argv.includes('--debug') || Boolean(process.env.DEBUG),
      leave: (ending) => {
        if (this.jsonEnabled()) this.logJson(ending);
        process.exit(ending.exitCode);
      },
    };
  }

  /** Sets the exit code; the ending goes to stdout as it is when --json was given. */
  protected end<E extends Pick<Ending, 'exitCode'>>(ending: E): E {
    process.exitCode = ending.exitCode;
    return ending;
  }

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
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }
}

/** Only a clear yes is one. Whoever closes the input has declined. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  // readline swallows Ctrl-C; it has to reach the run.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(es)?$/i.test((await Promise.race([lines.question(`${question} [y/N] `, { signal }), closed])).trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}

/** SIGHUP too: people run this over ssh. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function listenForSignals(listener: (signal: string) => void): () => void {
  const handlers = SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
