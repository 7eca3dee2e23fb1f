import type { EventEmitter } from 'node:events';
import { Config } from '@oclif/core/config';
import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { createSandbox as createSinonSandbox } from 'sinon';
import { BaseCommand } from '../../commands/base/command.js';
import type { ProcessContext } from '../../src/index.js';
import { ROOT } from './root.js';

/** What a process that ended has left: the shape of a real one, see test/commands/support/cli.ts. */
export interface TypedEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The process around a command line. */
export interface AroundTyped {
  /** All variables that it has. */
  readonly env: Readonly<Record<string, string>>;
  /** In place of AWS over HTTP and of the machine's time, and of a person at a terminal. */
  readonly around?: Pick<ProcessContext, 'simulated' | 'ask'>;
}

/** Streams, variables and the exit code belong to one command line at a time. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Types a command line in this process, by the words after `ha-updater`: oclif, our commands and all that they print are
 * the real ones, as bin/run.js calls them. It costs a twentieth of a process of its own, which loads the SDK anew; what
 * only a process shows (signals, pipes, a terminal, that it ends by itself) is in the stories.
 */
export function typed(words: readonly string[], around: AroundTyped): Promise<TypedEnd> {
  const mine = turn.then(() => typeNow(words, around));
  turn = mine.catch(() => undefined);
  return mine;
}

async function typeNow(words: readonly string[], { env, around }: AroundTyped): Promise<TypedEnd> {
  const loaded = await Config.load({ root: ROOT, ignoreManifest: true, userPlugins: false, devPlugins: false });
  const replaced = createSinonSandbox();
  const out = { stdout: '', stderr: '' };
  const before = process.exitCode;
  const added = listenersOf(process, 'exit');
  const errors = [process.stdout, process.stderr].map((stream) => listenersOf(stream, 'error'));
  let left: number | undefined;
  try {
    for (const name of ['stdout', 'stderr'] as const) {
      replaced.stub(process[name], 'write').callsFake((chunk: string | Uint8Array) => {
        out[name] += Buffer.from(chunk as string).toString();
        return true;
      });
    }
    for (const stream of [process.stdin, process.stdout, process.stderr])
      if (stream.isTTY) replaced.stub(stream, 'isTTY').value(false);
    replaced.stub(process, 'env').value({ ...env });
    replaced.stub(process, 'argv').value([process.execPath, 'ha-updater', ...words]);
    replaced.stub(process, 'exit').callsFake(((code?: number) => void (left ??= code ?? 0)) as typeof process.exit);
    if (around !== undefined) surround(replaced, around);
    process.exitCode = undefined;
    await run([...words], loaded).catch(handle);
    for (const listener of added()) listener(codeOf(left));
    return { code: codeOf(left), ...out };
  } finally {
    for (const listener of added()) process.removeListener('exit', listener);
    [process.stdout, process.stderr].forEach((stream, at) => {
      for (const listener of errors[at]?.() ?? []) stream.removeListener('error', listener);
    });
    replaced.restore();
    process.exitCode = before;
  }
}

/** The code that this process would end with now: what it left with, or what it was set to. */
function codeOf(left: number | undefined): number {
  return left ?? Number(process.exitCode ?? 0);
}

type Listener = (...given: unknown[]) => void;

/** Answers what has begun to listen since. */
function listenersOf(emitter: Pick<EventEmitter, 'listeners'>, name: string): () => readonly Listener[] {
  const before = new Set(emitter.listeners(name));
  return () => emitter.listeners(name).filter((listener) => !before.has(listener)) as Listener[];
}

/** Lets every command find this where it asks what is around it. */
function surround(replaced: ReturnType<typeof createSinonSandbox>, around: NonNullable<AroundTyped['around']>): void {
  const commands = BaseCommand.prototype as unknown as { surroundings: (this: unknown) => ProcessContext };
  const real = commands.surroundings;
  replaced.stub(commands, 'surroundings').callsFake(function (this: unknown) {
    return { ...real.call(this), ...around };
  });
}
