import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveSandbox } from '../../src/sandbox/live.js';
import { start } from '../commands/support/cli.js';
import { ROOT } from '../support/root.js';
import { spoilAnswers } from './answers.js';
import type { FuzzInput } from './input.js';
import { faultOf, inFolder, MOST_MS, MOST_WAIT_MS, worldOf, type Played } from './play.js';
import { stateOf } from './world-state.js';

/** More memory than the program may ever hold, in kB. */
const MOST_KB = 300 * 1024;

/** Simulated seconds per second: what waits for hours in an input is over in the time that it has. */
const SPEED = 2_000;

/** What the program took for itself, as `report-memory.ts` writes it. */
interface Taken {
  readonly kilobytes: number;
  /** Of the processor: a busy machine does not count. */
  readonly ms: number;
}

/** What is wrong with how the real program ends with this input; undefined when nothing is. */
export async function faultOfProcess(input: FuzzInput): Promise<string | undefined> {
  const { taken, ...played } = await playProcess(input);
  const fault = faultOf(played);
  if (fault !== undefined) return `${fault}\n${played.said}`;
  if (taken.kilobytes > MOST_KB) return `it held ${Math.round(taken.kilobytes / 1024)} MB`;
  return taken.ms > MOST_MS ? `it took ${taken.ms} ms` : undefined;
}

/** Plays an input with the program in a process of its own, over HTTP. */
async function playProcess(input: FuzzInput): Promise<Played & { readonly taken: Taken }> {
  const { sandbox } = await worldOf({ ...input, answers: [] });
  const look = (): string => stateOf(sandbox, input);
  const before = look();
  const wire = spoilAnswers(sandbox.wire, input.answers);
  const live = await serveSandbox({ ...sandbox, wire }, { port: 0, speed: SPEED });
  try {
    return await inFolder({ files: input.files, env: {} }, async (cwd) => {
      const report = join(cwd, 'taken');
      const { child, finished } = start(input.words, { cwd, env: envOf(live.url, report, input) });
      const limit = setTimeout(() => child.kill('SIGKILL'), MOST_WAIT_MS);
      const { code, stdout, stderr } = await finished.finally(() => clearTimeout(limit));
      const taken = code === null ? { kilobytes: 0, ms: 0 } : (JSON.parse(await readFile(report, 'utf8')) as Taken);
      return { code: code ?? undefined, said: stdout + stderr, before, after: look(), taken };
    });
  } finally {
    await live.close();
  }
}

function envOf(url: string, report: string, { env }: FuzzInput): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    HA_UPDATER_SPEED: String(SPEED),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDSANDBOX12345',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    ...env,
    // Linters of others are none of ours to try.
    PATH: '/usr/bin:/bin',
    NODE_OPTIONS: `--import ${join(ROOT, 'dist', 'test', 'fuzz', 'report-memory.js')}`,
    FUZZ_REPORT: report,
  };
}
