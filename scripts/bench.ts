/**
 * How fast, how cheap and how small: every figure with its target, from rollouts in simulated worlds.
 * Exit 1 when a target is missed. `--json` prints one document. See docs/BENCHMARKS.md.
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureRollout, shapeOf, WORLDS, type Rollout, type WorldName } from './bench/rollout.js';
import { measureSpeed } from './bench/speed.js';
import { figuresOfStart, measureStart, tableOfStart } from './bench/start.js';
import { measureDelays, quantile } from './bench/delays.js';
import { atLeast, figuresOf, figuresOfDelays, ratesOf, type Figure, type Measured } from './bench/targets.js';

const SHAPES = ['1x2', '1x20', '1x200', '20x10'] as const;
/** Worlds in which it is measured how late a run notices something. */
const DELAY_SEEDS = 20;

/** Pauses between looks that are compared, in milliseconds. */
const CURVE = [1_000, 2_000, 3_000, 5_000, 8_000, 12_000] as const;

const HERE = fileURLToPath(import.meta.url);
const ROOT = join(dirname(HERE), '..', '..');

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Worlds per shape, each of a seed of its own. */
    seeds: { type: 'string', default: '3' },
    /** For the bench itself: measures only this shape and prints it. */
    only: { type: 'string' },
    world: { type: 'string', default: 'usual' },
    /** Prints also what other pauses between looks cost and bring. */
    curve: { type: 'boolean', default: false },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const tell = (figure: Figure): void => (values.json ? undefined : write(row(figure)));
  const figures: Figure[] = [];
  const keep = (...found: readonly Figure[]): void => {
    figures.push(...found);
    found.forEach(tell);
  };
  const start = await measureStart(ROOT);
  keep(...figuresOfStart(start));
  if (!values.json) write(tableOfStart(start));
  const speed = await measureSpeed();
  keep(atLeast('rolloutsPerSecond', Math.max(speed.perSecond, speed.perCpuSecond), 20));
  const measured: Measured[] = [];
  for (const world of WORLDS) {
    for (const shape of SHAPES) {
      const found = inItsOwnProcess(shape, world);
      measured.push(found);
      keep(...figuresOf(found), ...ratesOf(found));
      if (!values.json) found.rollouts.slice(0, 1).forEach((rollout) => write(story(rollout)));
    }
  }
  const delays = await measureDelays(DELAY_SEEDS);
  keep(...figuresOfDelays(delays));
  if (values.curve) write(await curve());
  const missed = figures.filter((figure) => !figure.ok);
  if (values.json) {
    const machine = { node: process.version, cpus: cpus().length, load: loadavg()[0] };
    write(
      JSON.stringify(
        { ok: missed.length === 0, figures, machine, start, speed, measured, delays: Object.fromEntries(delays) },
        null,
        2,
      ),
    );
  } else
    write(missed.length === 0 ? 'All targets are met.' : `Missed: ${missed.map((figure) => figure.what).join('; ')}.`);
  return missed.length === 0 ? 0 : 1;
}

/** What pauses of several lengths cost in calls, and bring in time: rollouts of 1x2, means over ten seeds. */
async function curve(): Promise<string> {
  const lines = ['poll  world  overhead  calls/s  booting  draining  all proven p50  p95'];
  for (const pollMs of CURVE)
    for (const world of WORLDS) {
      const rollouts: Rollout[] = [];
      for (let seed = 1; seed <= 10; seed++)
        rollouts.push(await measureRollout(shapeOf('1x2'), { world, seed, pollMs }));
      const mean = (pick: (one: Rollout) => number): string =>
        (rollouts.reduce((sum, one) => sum + pick(one), 0) / rollouts.length).toFixed(3);
      const delays = rollouts.map(({ provenDelay }) => provenDelay);
      const cells = [
        `${pollMs / 1000} s`,
        world,
        mean(({ overhead }) => overhead),
        mean(({ rates }) => rates.overall),
        mean(({ rates }) => rates.booting),
        mean(({ rates }) => rates.draining),
        quantile(delays, 0.5).toFixed(1),
        quantile(delays, 0.95).toFixed(1),
      ];
      lines.push(cells.join('  '));
    }
  return lines.join('\n');
}

/** As on a small agent: without a limit V8 collects late and shows the size of the machine, not of the run. */
const HEAP = '--max-old-space-size=64';

/** Memory is told per process, so every shape gets one. */
function inItsOwnProcess(shape: string, world: WorldName): Measured {
  const { status, stdout } = spawnSync(
    process.execPath,
    [HEAP, HERE, '--only', shape, '--world', world, '--seeds', values.seeds],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8 },
  );
  if (status !== 0) throw new Error(`measuring ${shape} in the world ${world} ended with ${status}`);
  return JSON.parse(stdout) as Measured;
}

async function measureOnly(shape: string, world: WorldName): Promise<Measured> {
  const rollouts: Rollout[] = [];
  for (let seed = 1; seed <= Number(values.seeds); seed++)
    rollouts.push(await measureRollout(shapeOf(shape), { world, seed }));
  return { rollouts, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

function row({ what, value, target, ok }: Figure): string {
  return `${ok ? 'ok    ' : 'missed'}  ${value.toFixed(value < 10 ? 3 : 0).padStart(8)}  ${target.padEnd(8)}  ${what}`;
}

function story({ seconds, limit, looks, readsPerLook, signsOfLife, byOperation }: Rollout): string {
  const calls = Object.entries(byOperation).map(([name, count]) => `${name} ${count}`);
  const parts =
    `${limit.launchSeconds.toFixed(1)} s to launch, ${limit.proveSeconds} s to prove, ` +
    `${limit.drainSeconds.toFixed(1)} s to drain`;
  return (
    `        seed 1: ${seconds} s of which ${parts}; ${looks} looks of at most ${readsPerLook} reads; ` +
    `${signsOfLife} signs of life\n        ${calls.join(', ')}`
  );
}

if (values.only === undefined) process.exitCode = await main();
else write(JSON.stringify(await measureOnly(values.only, values.world as WorldName)));
