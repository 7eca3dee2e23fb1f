import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { serveSandbox } from '../../src/sandbox/live.js';
import { BIN, CLEAN_ENV } from '../commands/support/cli.js';
import { spoilAnswers } from './answers.js';
import { fuzzInput } from './draw.js';
import type { FuzzInput } from './input.js';
import { inFolder, worldOf, type Played } from './play.js';
import { stateOf } from './world-state.js';

/** No process may take longer, by the clock. */
export const MOST_MS = 20_000;
/** No process may ever have more memory than this, by what the system counts. */
export const MOST_BYTES = 300 * 1024 * 1024;

/** So fast that two hours, the longest that a rollout may take, are over well before the limit. */
const SPEED = 1_000;
const PEAK = fileURLToPath(new URL('peak.js', import.meta.url));
/** Of the tool's sandbox; any would do. */
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDSANDBOX', AWS_SECRET_ACCESS_KEY: 'sandbox', AWS_REGION: 'eu-west-1' };

/** How a real process ended. */
export interface PlayedProcess extends Played {
  readonly ms: number;
  readonly peakBytes: number;
}

/** So many of the inputs of this seed as a process can be started with: no word and no variable of one holds a NUL. */
export function inputsForProcesses(count: number, seed: number): readonly FuzzInput[] {
  const drawn = fc.sample(fuzzInput, { numRuns: count * 2, seed });
  return drawn
    .filter(({ words, env }) => ![...words, ...Object.values(env)].some((one) => one.includes('\0')))
    .slice(0, count);
}

/** Plays an input as a process of its own, against a sandbox over HTTP whose time passes by the machine's. */
export async function playProcess(input: FuzzInput): Promise<PlayedProcess> {
  const { sandbox } = await worldOf(input);
  const spoiled = { ...sandbox, wire: spoilAnswers(sandbox.wire, input.answers) };
  const live = await serveSandbox(spoiled, { port: 0, speed: SPEED });
  const began = performance.now();
  const ended = await inFolder({ ...input, env: {} }, (folder) => {
    const where = { AWS_ENDPOINT_URL: live.url, HA_UPDATER_SPEED: String(SPEED) };
    return runIn(folder, input, { ...CLEAN_ENV, ...KEYS, ...input.env, ...where });
  }).finally(() => live.close());
  const ms = performance.now() - began;
  // Time changes a world too: the same one, with nobody in it, at the same moment.
  const { sandbox: untouched } = await worldOf(input);
  untouched.clock.advanceTo(sandbox.clock.now());
  return { ...ended, ms, before: stateOf(untouched, input), after: stateOf(sandbox, input) };
}

async function runIn(
  cwd: string,
  { words }: FuzzInput,
  env: Readonly<Record<string, string>>,
): Promise<Pick<PlayedProcess, 'code' | 'said' | 'peakBytes'>> {
  const child = spawn(process.execPath, ['--import', PEAK, BIN, ...words], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
  });
  const [, ...streams] = child.stdio as unknown as readonly Readable[];
  const said = Promise.all(streams.slice(0, 3).map((stream) => text(stream)));
  const code = await new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (number) => resolve(number ?? undefined));
  });
  const [stdout = '', stderr = '', bytes = ''] = await said;
  return { code, said: stdout + stderr, peakBytes: Number(bytes) };
}
