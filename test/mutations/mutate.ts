import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { broken } from './break.js';
import { FOUND } from '../explore/found.js';
import type { Mutation } from './rules.js';

/** The project, seen from dist/test/mutations. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** One share of the tests: the cheap ones first, so that most broken rules are noticed within seconds. */
interface Stage {
  readonly name: string;
  readonly args: readonly string[];
}

const MOCHA = [
  'node_modules/mocha/bin/mocha.js',
  '--no-config',
  '--require',
  './dist/test/setup.js',
  '--timeout',
  '120000',
  '--bail',
  '--reporter',
  'json',
];

const STAGES: readonly Stage[] = [
  {
    name: 'tables and properties',
    args: [
      ...MOCHA,
      'dist/test/decide/**/*.test.js',
      'dist/test/fleet/*.test.js',
      'dist/test/history/*.test.js',
      'dist/test/aws/groups/group-writes.test.js',
      'dist/test/aws/groups/note-tags.test.js',
      'dist/test/aws/session/whole-answers.test.js',
      'dist/test/engine/rollout/look-twice.test.js',
      'dist/test/engine/rollout/anomaly.test.js',
      'dist/test/engine/commands/*.test.js',
      'dist/test/app/groups/calendar.test.js',
      'dist/test/app/server/call-off.test.js',
      'dist/test/app/server/executions-ended.test.js',
      'dist/test/app/server/stack-on-server.test.js',
      'dist/test/commands/server.test.js',
      'dist/test/commands/on-server.test.js',
      'dist/test/engine/rollout/status-checks.test.js',
      'dist/test/engine/rollout/protected-ignored.test.js',
      'dist/test/engine/stack/keep-sizes.test.js',
      'dist/test/shell/command-line.test.js',
    ],
  },
  {
    name: 'stories',
    args: [
      ...MOCHA,
      'dist/test/simulation/swap.test.js',
      'dist/test/simulation/rolling.test.js',
      'dist/test/simulation/restart.test.js',
      'dist/test/simulation/signals.test.js',
      'dist/test/simulation/others.test.js',
      'dist/test/simulation/kept/*.test.js',
      'dist/test/simulation/paused/*.test.js',
      'dist/test/simulation/two-runs.test.js',
      'dist/test/simulation/long-trouble.test.js',
      'dist/test/engine/rollout/stages.test.js',
      'dist/test/engine/rollout/alarms.test.js',
      'dist/test/engine/rollout/hooks.test.js',
      'dist/test/engine/rollout/stack-status.test.js',
      'dist/test/simulation/regressions.test.js',
      'dist/test/app/groups/kept.test.js',
    ],
  },
  {
    name: 'crash sweeps',
    args: [
      ...MOCHA,
      'dist/test/simulation/crashes.test.js',
      'dist/test/simulation/recover.test.js',
      'dist/test/engine/rollout/looks/*.test.js',
    ],
  },
  { name: 'drawn worlds', args: [...MOCHA, 'dist/test/simulation/seeds.test.js'] },
];

/**
 * The exhaustive search as the only judge: worlds that are searched within a minute, and no test besides. A rule that
 * leads into a circle makes ever new states there, which the bound ends.
 */
const SEARCH: Stage = {
  name: 'search',
  args: [
    '--max-old-space-size=4000',
    'dist/scripts/explore.js',
    '--first',
    '--bound',
    '30000',
    '--only',
    'swap-2,swap-1-lease,swap-1-killed,swap-1-stale,canary,keep-size,keep-size-stale,rolling-surge',
  ],
};

/** Who judges: the tests from the cheapest on, or the exhaustive search alone. */
export type Judge = 'tests' | 'search';

/** A broken rule that leads into a circle is noticed by the clock. */
const LONGEST_MS = 900_000;

/** What became of a broken rule. */
export interface Verdict {
  readonly mutation: Mutation;
  /** The test that noticed it; undefined when none did. */
  readonly noticedBy?: string;
}

/** A copy of the compiled project in which one rule at a time is broken. */
export interface Bench {
  /** Breaks the rule, runs the stages until something fails, and mends it. @throws when its marker is not there exactly once */
  readonly test: (mutation: Mutation) => Promise<Verdict>;
  /** The same stages with nothing broken: they have to pass, else nothing is proven. Answers what fails. */
  readonly control: () => Promise<string | undefined>;
  readonly remove: () => Promise<void>;
}

/** @param judge who has to notice that a rule is broken */
export async function createBench(judge: Judge = 'tests'): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-mutations-'));
  for (const part of ['dist/src', 'dist/commands', 'dist/test', 'dist/scripts', 'package.json'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  for (const part of ['node_modules', 'templates', 'bin', 'test']) await symlink(join(ROOT, part), join(folder, part));
  const firstFailure = async (): Promise<string | undefined> => {
    for (const stage of judge === 'search' ? [SEARCH] : STAGES) {
      const failure = await run(folder, stage);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
  return {
    test: async (mutation) => {
      const { file, text, whole } = broken(await compiledFiles(), mutation);
      const path = join(folder, 'dist', 'src', file);
      await writeFile(path, text);
      try {
        const failure = await firstFailure();
        return { mutation, ...(failure === undefined ? {} : { noticedBy: failure }) };
      } finally {
        await writeFile(path, whole);
      }
    },
    control: firstFailure,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The files of this build that may hold rules: their text by their path below dist/src. */
export async function compiledFiles(): Promise<ReadonlyMap<string, string>> {
  const folder = join(ROOT, 'dist', 'src');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

/** The first failure of a stage, or undefined. */
function run(folder: string, stage: Stage): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...stage.args],
      { cwd: folder, timeout: LONGEST_MS, killSignal: 'SIGKILL', maxBuffer: 256 * 1024 * 1024 },
      (error, stdout) => {
        resolve(
          error === null ? undefined : `${stage.name}: ${error.killed === true ? 'it never ended' : nameOf(stdout)}`,
        );
      },
    );
  });
}

/** The name of what failed: the search says it in a line, mocha in JSON. */
function nameOf(stdout: string): string {
  if (stdout.startsWith(FOUND)) return stdout.slice(FOUND.length).trim();
  try {
    const told = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
      readonly failures?: readonly { readonly fullTitle: string }[];
    };
    return told.failures?.[0]?.fullTitle ?? 'it failed';
  } catch {
    return 'it broke down';
  }
}
