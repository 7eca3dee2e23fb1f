import { expect } from 'chai';
import { withBrokenAnswers } from './broken-wire.js';
import { drawRestart, simulateRestart } from '../restart-simulator.js';
import { draw, simulate } from '../simulator.js';

/** Plays these seeds of each strategy over a wire on which answers break, and answers what goes wrong. */
export async function wrongOverBrokenWire(seeds: readonly number[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const way = { wire: true };
  for (const seed of seeds) {
    for (const strategy of ['swap', 'rolling', 'serial'] as const) {
      const told = await simulate(withBrokenAnswers(draw(seed, strategy)), way);
      wrong.push(...told.wrong.map((sentence) => `--broken --strategy ${strategy} --replay ${seed}: ${sentence}`));
      expect(told.journal).to.match(/UnreadableAnswer|ECONNRESET|TimeoutError/);
    }
    const told = await simulateRestart(withBrokenAnswers(drawRestart(seed)), way);
    wrong.push(...told.wrong.map((sentence) => `--broken --strategy restart --replay ${seed}: ${sentence}`));
  }
  return wrong;
}
