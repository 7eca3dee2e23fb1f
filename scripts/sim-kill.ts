import { parseArgs } from 'node:util';
import { killAndFinish, startWorld } from '../test/simulation/kill.js';

/**
 * Real processes: the CLI is killed by SIGKILL at a random moment, and a second run ends what it began. `npm run
 * sim:kill -- --kills N --seed S --json`.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);
const kills = Number(values.kills);
const world = await startWorld(Number(values.seed));
const ends: Record<string, number> = {};
const failed: { readonly kill: number; readonly wrong: readonly string[] }[] = [];
let midway = 0;
try {
  for (let kill = 1; kill <= kills; kill++) {
    const told = await killAndFinish(world, kill);
    ends[told.end] = (ends[told.end] ?? 0) + 1;
    if (told.midway) midway++;
    if (told.wrong.length > 0) failed.push({ kill, wrong: told.wrong });
    if (!values.json)
      write(
        `kill ${kill}: after ${told.afterMs} ms, ` +
          `${told.midway ? 'in the middle' : 'outside of a rollout'}; then ${told.command}: ` +
          `${told.end}${told.wrong.map((sentence) => `\n  WRONG ${sentence}`).join('')}`,
      );
  }
} finally {
  await world.stop();
}
const summary = { kills, seed: Number(values.seed), midway, ends, failed };
write(
  values.json
    ? JSON.stringify(summary)
    : `${kills} kills, ${midway} in the middle of a rollout: ${Object.entries(ends)
        .map(([end, count]) => `${count} ${end}`)
        .join(', ')}; ${failed.length} failed`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
