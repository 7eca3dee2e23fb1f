import { performance } from 'node:perf_hooks';
import { worldFor } from './rollout.js';

/** Rollouts of 1x2 worlds, back to back in this process. */
export interface Speed {
  /** In the best window, by the clock on the wall. */
  readonly perSecond: number;
  /** In the best window, by this process's own CPU time: what a machine with nothing else to do gives. */
  readonly perCpuSecond: number;
}

/** Measures several windows, because other programs only ever make one slower. */
export async function measureSpeed(windows = 8, windowMs = 1_500): Promise<Speed> {
  let perSecond = 0;
  let perCpuSecond = 0;
  let seed = 0;
  for (let window = 0; window < windows; window++) {
    const wall = performance.now();
    const cpu = process.cpuUsage();
    let done = 0;
    while (performance.now() - wall < windowMs) {
      const { outcome } = await worldFor({ groups: 1, instances: 2 }, 'usual', ++seed).run();
      if (outcome !== 'swapped') throw new Error(`the swap of seed ${seed} ended as ${outcome}`);
      done += 1;
    }
    const { user, system } = process.cpuUsage(cpu);
    perSecond = Math.max(perSecond, done / ((performance.now() - wall) / 1000));
    perCpuSecond = Math.max(perCpuSecond, done / ((user + system) / 1e6));
  }
  return { perSecond, perCpuSecond };
}
