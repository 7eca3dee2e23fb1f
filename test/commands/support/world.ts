import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../../src/index.js';
import { run, start, type Finished } from './cli.js';

/** A sandbox over HTTP in a process of its own, with a folder for files, and commands that run in it. */
export interface CommandWorld {
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Writes a file into the folder and answers its path. */
  readonly file: (name: string, text: string) => Promise<string>;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Finished>;
  /** The same with --json, its document read. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each command has a document of its own
  readonly json: <D = CommandResult>(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly code: number | null; readonly document: D; readonly stderr: string }>;
  /** Everything that any command has said. */
  readonly said: () => string;
  /** What the sandbox knows: `violations`, `timeline` … */
  readonly ask: <T>(what: string) => Promise<T>;
  readonly stop: () => Promise<void>;
}

/** @param scenario its YAML; '' is the default one */
export async function commandWorld(scenario: string, speed = 200): Promise<CommandWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const given = scenario === '' ? [] : ['--scenario', await file('scenario.yaml', scenario)];
  const sandbox = start(['sandbox', '--port', '0', '--speed', String(speed), ...given]);
  const text = await sandbox.sees(/HA_UPDATER_SPEED=\d+/);
  const env = Object.fromEntries(
    [...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key ?? '', value ?? '']),
  );
  let said = '';
  const runHere: CommandWorld['run'] = async (args, more = {}) => {
    const finished = await run(args, { env: { ...env, ...more } });
    said += finished.stdout + finished.stderr;
    return finished;
  };
  return {
    env,
    folder,
    file,
    run: runHere,
    json: async (args, more) => {
      const { code, stdout, stderr } = await runHere([...args, '--json'], more);
      return { code, document: JSON.parse(stdout) as never, stderr };
    },
    said: () => said,
    ask: async (what) => (await (await fetch(`${env['AWS_ENDPOINT_URL']}/_sandbox/${what}`)).json()) as never,
    stop: async () => {
      sandbox.child.kill('SIGTERM');
      await sandbox.finished;
      await rm(folder, { recursive: true });
    },
  };
}

/** At a fast speed a short pause of the machine is minutes of the world; no limit may judge by that. */
export const CALM_GROUPS = ['--healthy-timeout', '7200', '--deadline', '18000'];
export const CALM = ['--warmup-seconds', '3600', '--action-timeout', '7200', ...CALM_GROUPS];
