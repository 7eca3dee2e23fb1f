import { parseArgs } from 'node:util';
import { draw, simulate } from '../test/simulation/simulator.js';

/** Simulations by seed: `npm run sim -- --seeds N --from S`, or `--replay S` to see one whole. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '2000' }, from: { type: 'string', default: '1' }, replay: { type: 'string' }, json: { type: 'boolean', default: false } },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);

async function replay(seed: number): Promise<number> {
  const told = await simulate(draw(seed));
  write(JSON.stringify(told.story, null, 2));
  write(told.journal);
  for (const sentence of told.wrong) write(`WRONG ${sentence}`);
  return told.wrong.length === 0 ? 0 : 1;
}

async function sweep(seeds: number, from: number): Promise<number> {
  const outcomes: Record<string, number> = {};
  const failed: number[] = [];
  let simulatedSeconds = 0;
  let runs = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const told = await simulate(draw(seed));
    simulatedSeconds += told.simulatedSeconds;
    runs += told.outcomes.length;
    const last = told.outcomes.at(-1) ?? '';
    outcomes[last] = (outcomes[last] ?? 0) + 1;
    if (told.wrong.length === 0) continue;
    failed.push(seed);
    write(`seed ${seed}: ${told.outcomes.join(', ')}`);
    for (const sentence of told.wrong.slice(0, 5)) write(`  ${sentence}`);
    write(`  replay: npm run sim -- --replay ${seed}`);
  }
  const summary = { seeds, from, runs, simulatedHours: Math.round(simulatedSeconds / 3600), outcomes, failed };
  write(values.json ? JSON.stringify(summary) : `${seeds} seeds from ${from}: ${runs} runs, ${summary.simulatedHours} simulated hours, ${Object.entries(outcomes).map(([name, count]) => `${count} ${name}`).join(', ')}; ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = values.replay === undefined ? await sweep(Number(values.seeds), Number(values.from)) : await replay(Number(values.replay));
