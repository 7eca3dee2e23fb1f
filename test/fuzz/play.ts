import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HookCall } from '../../src/engine/commands/shell-runner.js';
import { inProcessHandler } from '../../src/sandbox/wire/handler.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { Wire } from '../../src/sandbox/wire/wire.js';
import { stackWorld } from '../commands/ways-out/worlds.js';
import { createCommandStage, ENDLESS, type CommandStage } from '../support/command-stage.js';
import { scriptedHooks, type Does } from '../support/scripted-hooks.js';
import { spoilAnswers } from './answers.js';
import { editText } from './edits.js';
import type { FuzzInput } from './input.js';
import { interrupt } from './interrupted.js';
import { stateOf } from './world-state.js';

/** No command may take longer: of the processor here, where a busy machine does not count, and else by the clock. */
const MOST_MS = 20_000;
/** Who waits and does nothing for so long does not end. */
const MOST_WAIT_MS = 120_000;

/** How a command ended, for whoever judges it. */
export interface Played {
  readonly code: number | undefined;
  readonly said: string;
  /** What there was before it and after it. */
  readonly before: string;
  readonly after: string;
}

/** What is wrong with how a command ended; undefined when nothing is. */
export function faultOf({ code, said, before, after }: Played): string | undefined {
  if (code === undefined) return `it did not end within ${MOST_MS / 1000} s`;
  if (said.includes(ENDLESS)) return `it goes round in circles: ${ENDLESS}`;
  if (code === 1) return 'it calls itself a bug';
  if (/^\s+at .*[:(]\d+:\d+\)?$|node:internal/m.test(said)) return 'it prints a stack trace';
  if ((code === 2 || code === 3) && before !== after)
    return `it ended with ${code}, which says that nothing was changed:\n${before}\n${after}`;
  return undefined;
}

/** Plays an input in this process and in simulated time, with the folder as working folder of the process. */
export async function play(input: FuzzInput): Promise<Played> {
  const stage = await worldOf(input);
  return inFolder(input, async () => {
    const look = (): string => stateOf(stage.sandbox, input);
    const before = look();
    const late = new AbortController();
    try {
      const { hooks } = scriptedHooks(stage.sandbox.clock, commandOf);
      const ended = await Promise.race([stage.run(input.words, { hooks }), tooLate(late.signal)]);
      return { code: ended?.code, said: ended?.said ?? '', before, after: look() };
    } finally {
      late.abort();
    }
  });
}

/** What a command of the user's does here: a real one would take the machine's time, in which a simulated day goes by. */
function commandOf({ line }: HookCall): Does {
  return { code: line === 'true' || line.startsWith('echo') ? 0 : 1, takesMs: line.length * 100, output: line };
}

function tooLate(signal: AbortSignal): Promise<undefined> {
  const began = { cpu: process.cpuUsage(), at: performance.now() };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(began.cpu);
      if ((user + system) / 1000 > MOST_MS || performance.now() - began.at > MOST_WAIT_MS) resolve(undefined);
    }, 500);
    signal.addEventListener('abort', () => clearInterval(timer));
  });
}

/** The world that the input tells of, before the command; its answers are spoiled from then on. */
export async function worldOf({ world, answers }: FuzzInput): Promise<CommandStage> {
  const way: { spoiled?: Wire } = {};
  const through = (wire: Wire): ReturnType<typeof inProcessHandler> =>
    inProcessHandler({ ...wire, answer: (request) => (way.spoiled ?? wire).answer(request) });
  const overWire = answers.length > 0 ? through : undefined;
  const stage = world.kind === 'empty' ? createCommandStage({}, overWire) : stackWorld([], {}, overWire);
  if (world.kind === 'interrupted') await interrupt(stage.sandbox);
  if (world.kind !== 'empty') touchNotes(stage.sandbox, world);
  way.spoiled = spoilAnswers(stage.sandbox.wire, answers);
  return stage;
}

const GROUP = 'web-group';

function touchNotes(sandbox: Sandbox, { tags, noteEdits }: FuzzInput['world']): void {
  const { AutoScalingGroups: groups } = sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {}) as {
    readonly AutoScalingGroups: readonly {
      readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
    }[];
  };
  const notes = (groups[0]?.Tags ?? []).filter(({ Key }) => Key.startsWith('ha-updater:'));
  const edited = notes.map(({ Key, Value }) => [Key, editText(Value, noteEdits).slice(0, 256)] as const);
  const all = [...(noteEdits.length > 0 ? edited : []), ...Object.entries(tags)];
  if (all.length === 0) return;
  sandbox.invoke('autoscaling', 'CreateOrUpdateTags', {
    Tags: all.map(([Key, Value]) => ({ ResourceId: GROUP, ResourceType: 'auto-scaling-group', Key, Value })),
  });
}

/** Writes the files into a folder of their own, works there with the input's variables, and takes it away. */
export async function inFolder<T>(
  { words, files, env }: Pick<FuzzInput, 'words' | 'files' | 'env'>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ha-updater-fuzz-'));
  const before = { cwd: process.cwd(), env: { ...process.env } };
  try {
    writeFiles(folder, files, [...words, ...Object.values(env), ...Object.values(files)]);
    process.chdir(folder);
    Object.assign(process.env, env);
    return await work(folder);
  } finally {
    process.chdir(before.cwd);
    for (const name of Object.keys(env)) {
      if (before.env[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before.env[name];
    }
    rmSync(folder, { recursive: true });
  }
}

/**
 * At once: so many small files cost more in turns of the event loop than on the disk. A folder that nothing `said` names is
 * left out: nobody would find it.
 */
function writeFiles(folder: string, files: FuzzInput['files'], said: readonly string[]): void {
  for (const [name, text] of Object.entries(files)) {
    const within = dirname(name);
    if (within !== '.' && !said.some((one) => one.includes(within))) continue;
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
