import type { Progress } from '../model/rollout/decision.js';

/**
 * How far a group is, as a bar of `width`: proven `█`, in service `▓`, launched `░`, still missing `·`.
 * While a half leaves, the bar empties with it.
 */
export function progressBar(progress: Progress, width = 20): string {
  const { needed, proven, inService } = progress;
  if (needed <= 0) return '';
  const cells = (n: number): number => Math.round((Math.min(n, needed) / needed) * width);
  const solid = cells(proven);
  const serving = Math.max(solid, cells(inService));
  const launched = Math.max(serving, cells(progress.new));
  return (
    '█'.repeat(solid) + '▓'.repeat(serving - solid) + '░'.repeat(launched - serving) + '·'.repeat(width - launched)
  );
}
