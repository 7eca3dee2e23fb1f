import { spawnSync } from 'node:child_process';
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

/** Median wall time of `--version` over that of a node that does nothing, started in turns. */
export function measureStart(
  program: string,
  pairs = 21,
): { readonly ratio: number; readonly versionMs: number; readonly nodeMs: number } {
  const times = { version: [] as number[], node: [] as number[] };
  for (let pair = 0; pair < pairs; pair++) {
    times.node.push(timeOf(['-e', '0']));
    times.version.push(timeOf([program, '--version']));
  }
  const [versionMs, nodeMs] = [median(times.version), median(times.node)];
  return { ratio: versionMs / nodeMs, versionMs, nodeMs };
}

function timeOf(args: readonly string[]): number {
  const from = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - from;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}
