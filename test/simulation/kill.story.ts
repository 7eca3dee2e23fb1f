import { expect } from 'chai';
import { killAndFinish, startWorld } from './kill.js';

describe('real processes, killed at random moments', function () {
  this.timeout(120_000);

  it('4 kills end promoted or as before (npm run sim:kill does 50)', async () => {
    const world = await startWorld(7);
    try {
      const wrong: string[] = [];
      for (let kill = 1; kill <= 4; kill++) wrong.push(...(await killAndFinish(world, kill)).wrong);
      expect(wrong).to.deep.equal([]);
    } finally {
      await world.stop();
    }
  });
});
