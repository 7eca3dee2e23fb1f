import { expect } from 'chai';
import { createStage, stateOf, type Stage } from '../support/stage.js';

/** Two groups, judged together: one behind both kinds of balancers, one behind none but a target group. */
function stageFor(image: 'good' | 'bad'): Stage {
  const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } } }, [
    { name: 'web', size: 2, min: 1, max: 3 },
    { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], configuration: 'lc' },
  ]);
  for (const group of stage.groups)
    group.changeImage(image === 'good' ? 'ami-new' : group.name === 'api' ? 'ami-bad' : 'ami-new');
  return stage;
}

describe('crash sweep: killed before and after every change, then run again', function () {
  this.timeout(60_000);
  for (const image of ['good', 'bad'] as const) {
    const wanted = image === 'good' ? 'swapped' : 'swapRolledBack';

    it(`${image} image: ends as an undisturbed run does, whichever change it dies at`, async () => {
      const calm = stageFor(image);
      expect((await calm.run()).outcome).to.equal(wanted);
      const changes = calm.changes().length;
      const state = stateOf(calm);
      expect(changes).to.be.greaterThan(8);
      for (let change = 1; change <= changes; change++) {
        for (const when of ['before', 'after'] as const) {
          const stage = stageFor(image);
          const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
          expect((await stage.run({}, { killAt: { change, when } })).outcome, at).to.equal('killed');
          const second = await stage.run();
          // Killed after its last change, there is nothing left to do; a finished roll-back starts once more.
          expect(second.outcome, `${at}: ${second.failure?.facts.what ?? ''}`).to.equal(wanted);
          expect(stateOf(stage), at).to.deep.equal(state);
          expect(stage.violations(), at).to.deep.equal([]);
        }
      }
    });
  }

  it('a successor on another host waits a full lease and then does the same', async () => {
    for (const change of [1, 3, 6, 8]) {
      const stage = stageFor('good');
      expect((await stage.run({}, { killAt: { change, when: 'after' }, otherHost: true })).outcome).to.equal('killed');
      const before = stage.sandbox.clock.now();
      expect((await stage.run({}, { otherHost: true })).outcome).to.equal('swapped');
      expect(stage.sandbox.clock.now() - before).to.be.greaterThan(300_000);
      expect(stage.violations()).to.deep.equal([]);
    }
  });
});
