import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inProcessHandler } from '../../src/sandbox/wire/handler.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { Wire } from '../../src/sandbox/wire/wire.js';
import { BETTER, stackWorld } from '../commands/ways-out/worlds.js';
import { createCommandStage, type CommandStage } from '../support/command-stage.js';
import { spoilAnswers } from './answers.js';
import { editText } from './edits.js';
import type { FuzzInput } from './input.js';
import { stateOf } from './world-state.js';

/** No command may take longer: of the processor here, where a busy machine does not count, and else by the clock. */
const MOST_MS = 20_000;
/** Who waits and does nothing for so long does not end. */
const MOST_WAIT_MS = 120_000;

/** How a command ended, for whoever judges it. */
interface Played {
  readonly code: number | undefined;
  readonly said: string;
  /** What there was before it and after it. */
  readonly before: string;
  readonly after: string;
}

/** What is wrong with how a command ended; undefined when nothing is. */
export function faultOf({ code, said, before, after }: Played): string | undefined {
  if (code === undefined) return `it did not end within ${MOST_MS / 1000} s`;
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
      const ended = await Promise.race([stage.run(input.words), tooLate(late.signal)]);
      return { code: ended?.code, said: ended?.said ?? '', before, after: look() };
    } finally {
      late.abort();
    }
  });
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
async function worldOf({ world, answers }: FuzzInput): Promise<CommandStage> {
  const way: { spoiled?: Wire } = {};
  const through = (wire: Wire): ReturnType<typeof inProcessHandler> =>
    inProcessHandler({ ...wire, answer: (request) => (way.spoiled ?? wire).answer(request) });
  const overWire = answers.length > 0 ? through : undefined;
  const stage = world.kind === 'empty' ? createCommandStage({}, overWire) : stackWorld([], {}, overWire);
  if (world.kind === 'interrupted')
    await stage.run(['update-stack', 'web', `Ami=${BETTER}`], { killedAfterMs: KILLED_AFTER_MS });
  if (world.kind !== 'empty') touchNotes(stage.sandbox, world);
  way.spoiled = spoilAnswers(stage.sandbox.wire, answers);
  return stage;
}

/** In the middle of a swap: its record is written, and the new instances boot. */
const KILLED_AFTER_MS = 150_000;

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
  { files, env }: Pick<FuzzInput, 'files' | 'env'>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-fuzz-'));
  const before = { cwd: process.cwd(), env: { ...process.env } };
  try {
    await writeFiles(folder, files);
    process.chdir(folder);
    Object.assign(process.env, env);
    return await work(folder);
  } finally {
    process.chdir(before.cwd);
    for (const name of Object.keys(env)) {
      if (before.env[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before.env[name];
    }
    await rm(folder, { recursive: true });
  }
}

async function writeFiles(folder: string, files: FuzzInput['files']): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
