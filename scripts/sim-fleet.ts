/**
 * A fleet of 1,000 targets in 12 waves over 20 accounts in simulated time: `npm run sim:fleet`. The scheduler is
 * that of `fleet run`; each rollout asks what one asked that was played whole in a sandbox. Prints requests per second
 * and account against AWS's published limits, sizes against its quotas, memory, and dollars. Exit 1 when a request was
 * throttled while targets that run at once are in different accounts, or a quota is not kept.
 */
import { targetShapes } from '../commands/base/fleet-command.js';
import { parseFleet } from '../src/config/fleet/fleet-file.js';
import { QUOTAS } from '../test/fleet/scale/aws-limits.js';
import { playFleet } from '../test/fleet/scale/play-fleet.js';
import { profileHere, profileOnServer } from '../test/fleet/scale/rollout-profile.js';
import { tellFleet, tellProfile } from '../test/fleet/scale/tell-scale.js';
import { fileOf, thousandScene, thousandWaves, type SceneOptions } from '../test/fleet/scale/thousand.js';

const STORIES: readonly (readonly [string, SceneOptions])[] = [
  ['targets all over the accounts', { layout: 'spread' }],
  ['those that run at once in one account', { layout: 'packed' }],
  ['the same, where others take 19 of 20 tokens', { layout: 'packed', takenByOthers: 0.95 }],
  ['more failures than a wave tolerates', { layout: 'spread', failing: 0.3, beyond: true }],
];

const write = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n\n`);
const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

async function main(): Promise<number> {
  await tellMemory();
  let wrong = 0;
  for (const [where, profileOf] of [
    ['in one process', profileHere],
    ['on the server', profileOnServer],
  ] as const) {
    const good = [await profileOf(2), await profileOf(8), await profileOf(20)];
    const bad = await profileOf(4, true);
    for (const [index, size] of [2, 8, 20].entries())
      write(tellProfile(`${size} instances ${where}`, good[index] ?? bad));
    write(tellProfile(`4 instances that never get healthy, ${where}`, bad));
    wrong += [...good, bad].filter(({ operations }) => operations > QUOTAS.operations).length;
    wrong += [...good, bad].filter(({ largestStep }) => largestStep > QUOTAS.stepBytes).length;
    for (const [name, options] of STORIES) {
      const scene = thousandScene({ good, bad }, options);
      const played = await playFleet(scene);
      write(tellFleet(`Fleet ${where}, ${name}`, played, scene));
      // Twenty that begin at the same moment in one account ask more at once than a bucket holds.
      if (options.layout === 'spread' && played.throttled > 0) wrong += 1;
    }
  }
  write([`Most memory of this process, its simulated worlds included: ${mb(process.resourceUsage().maxRSS * 1024)}`]);
  return wrong === 0 ? 0 : 1;
}

/** What reading a fleet file of 1,000 targets leaves in memory. */
async function tellMemory(): Promise<void> {
  const text = fileOf(thousandWaves());
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const fleet = await parseFleet(text, {
    file: 'fleet.yaml',
    folder: '.',
    shapes: targetShapes(),
    readPath: (path) => path,
  });
  globalThis.gc?.();
  const after = process.memoryUsage().heapUsed;
  const targets = fleet.waves.reduce((sum, wave) => sum + wave.targets.length, 0);
  write([`The planner: ${targets} targets from ${text.length} bytes of YAML, ${mb(after - before)} of heap`]);
}

process.exitCode = await main();
