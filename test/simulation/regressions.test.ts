import { expect } from 'chai';
import { createStage, stateOf } from '../support/stage.js';

/** What drawn worlds once found, each in the shortest story that shows it. */
describe('what seeds once found', () => {
  it('771: the reply to the removal of the notes is lost; they are not taken for removed by somebody else and written again', async () => {
    for (const image of ['ami-new', 'ami-bad']) {
      const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } }, faults: [{ kind: 'lostReply', calls: 'autoscaling:DeleteTags', rate: 1 }] }, [
        { name: 'web', size: 2, min: 1, max: 3 },
        // Still at work for minutes when the notes of the first are gone.
        { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], drain: 120 },
      ]);
      for (const group of stage.groups) group.changeImage(image);
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal(image === 'ami-new' ? 'swapped' : 'swapRolledBack');
      expect(ending.events.filter((event) => event.type === 'action.started' && event.action.type === 'rewrite')).to.deep.equal([]);
      expect(stateOf(stage).flatMap((group) => (group as { readonly tags: readonly string[] }).tags).filter((tag) => tag !== 'ha-updater:frozen')).to.deep.equal([]);
      expect(stage.violations()).to.deep.equal([]);
    }
  });
});
