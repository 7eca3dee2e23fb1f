import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { withBrokenAnswers } from '../test/simulation/worlds/broken-wire.js';
import { shrink } from '../test/simulation/shrink.js';
import { simulateChange } from '../test/simulation/change/change-simulator.js';
import { drawChange } from '../test/simulation/change/change-story.js';
import { drawRestart, simulateRestart } from '../test/simulation/restart-simulator.js';
import { draw, drawSwarm, simulate, type Story, type Strategy } from '../test/simulation/simulator.js';

/**
 * Simulations by seed: `npm run sim -- --seeds N --from S [--swarm] [--strategy swap|rolling|serial|restart|change]`,
 * `--replay S` to see one whole,
 * `--shrink S` for the shortest story that still goes wrong. `--wire` lets calls travel as forms and XML: twice as
 * slow,
 * and where calls fail at the same moment they fail in another order, so that a seed tells another story.
 * `--broken` is the same over a wire on which answers break off, are empty, or are those of a proxy. `--kept` leaves
 * out the seeds in which no old half is kept after the verdict.
 *
 * `--digest FILE` writes a SHA-256 of each seed's journal; `--against FILE` compares with such a file, and names
 * the seeds
 * that tell another story than then: the net under changes that are meant to change nothing.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    swarm: { type: 'boolean', default: false },
    strategy: { type: 'string', default: 'mixed' },
    replay: { type: 'string' },
    shrink: { type: 'string' },
    wire: { type: 'boolean', default: false },
    broken: { type: 'boolean', default: false },
    kept: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    digest: { type: 'string' },
    against: { type: 'string' },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);
const strategy = values.strategy as Strategy;
const way = { wire: values.wire || values.broken };
const inPlace = values.strategy === 'restart';
/** Whole runs of update-stack, and what comes after them. */
const changes = values.strategy === 'change';
const overTheWire = values.broken ? withBrokenAnswers : <T>(story: T): T => story;
const storyOf = (seed: number): Story => overTheWire(values.swarm ? drawSwarm(seed, strategy) : draw(seed, strategy));

/** Whether a seed is played: all are, or only those with a time in which the old half is kept. */
const isPlayed = (seed: number): boolean => !values.kept || storyOf(seed).gates?.keepMs !== undefined;

/** Restarts and changes of stacks have stories of their own. */
const playOf = (
  seed: number,
): ReturnType<typeof simulate> | ReturnType<typeof simulateRestart> | ReturnType<typeof simulateChange> =>
  changes
    ? simulateChange(drawChange(seed))
    : inPlace
      ? simulateRestart(overTheWire(drawRestart(seed)), way)
      : simulate(storyOf(seed), way);

async function replay(seed: number): Promise<number> {
  const told = await playOf(seed);
  write(JSON.stringify(told.story, null, 2));
  write(told.journal);
  for (const sentence of told.wrong) write(`WRONG ${sentence}`);
  return told.wrong.length === 0 ? 0 : 1;
}

async function shorten(story: Story): Promise<number> {
  const told = await simulate(story, way);
  if (told.wrong.length === 0) {
    write(`seed ${story.seed}: nothing is wrong`);
    return 0;
  }
  const shortest = await shrink(story, async (one) => (await simulate(one, way)).wrong.length > 0);
  write(JSON.stringify(shortest, null, 2));
  for (const sentence of (await simulate(shortest, way)).wrong) write(`WRONG ${sentence}`);
  return 1;
}

async function sweep(seeds: number, from: number): Promise<number> {
  const outcomes: Record<string, number> = {};
  const failed: { readonly seed: number; readonly wrong: readonly string[] }[] = [];
  let simulatedSeconds = 0;
  let runs = 0;
  let seedsPlayed = 0;
  const digests = new Map<number, string>();
  const flag =
    `${values.wire ? '--wire ' : ''}${values.broken ? '--broken ' : ''}${values.swarm ? '--swarm ' : ''}` +
    (strategy === 'mixed' ? '' : `--strategy ${strategy} `);
  for (let seed = from; seedsPlayed < seeds; seed++) {
    if (!isPlayed(seed)) continue;
    seedsPlayed += 1;
    const told = await playOf(seed);
    simulatedSeconds += told.simulatedSeconds;
    runs += told.outcomes.length;
    const last = told.outcomes.at(-1) ?? '';
    outcomes[last] = (outcomes[last] ?? 0) + 1;
    digests.set(seed, createHash('sha256').update(told.journal).digest('hex'));
    if (told.wrong.length === 0) continue;
    failed.push({ seed, wrong: told.wrong });
    if (values.json) continue;
    write(`seed ${seed}: ${told.outcomes.join(', ')}`);
    for (const sentence of told.wrong.slice(0, 5)) write(`  ${sentence}`);
    write(`  replay: npm run sim -- ${flag}--replay ${seed}`);
  }
  const summary = {
    mode: values.swarm ? 'swarm' : strategy,
    seeds,
    from,
    runs,
    simulatedHours: Math.round(simulatedSeconds / 3600),
    outcomes,
    failed,
  };
  const ends = Object.entries(outcomes)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  const whole = `${runs} runs, ${summary.simulatedHours} simulated hours`;
  const played = `${seeds} seeds from ${from} (${summary.mode}): ${whole}`;
  write(values.json ? JSON.stringify(summary) : `${played}, ${ends}; ${failed.length} failed`);
  if (values.digest !== undefined)
    writeFileSync(values.digest, [...digests].map(([seed, digest]) => `${seed} ${digest}\n`).join(''));
  const different = values.against === undefined ? [] : differing(digests, values.against);
  for (const seed of different)
    write(`seed ${seed} tells another story than then: npm run sim -- ${flag}--replay ${seed}`);
  return failed.length === 0 && different.length === 0 ? 0 : 1;
}

/** The seeds whose journals are not those of which the file holds the digests. */
function differing(digests: ReadonlyMap<number, string>, file: string): readonly number[] {
  const then = new Map(
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  return [...digests].filter(([seed, digest]) => then.get(String(seed)) !== digest).map(([seed]) => seed);
}

process.exitCode =
  values.replay !== undefined
    ? await replay(Number(values.replay))
    : values.shrink !== undefined
      ? await shorten(storyOf(Number(values.shrink)))
      : await sweep(Number(values.seeds), Number(values.from));
