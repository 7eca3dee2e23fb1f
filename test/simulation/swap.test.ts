import { expect } from 'chai';
import { createStage, stateOf } from '../support/stage.js';

describe('simulation: one swap', () => {
  it('promotes a good image and leaves sizes, processes and tags as they were', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 3 }]);
    stage.groups[0]?.changeImage('ami-new');
    const ending = await stage.run();
    expect(ending.failure?.facts).to.equal(undefined);
    expect(ending.results).to.deep.equal([
      { group: 'web', outcome: 'promoted', why: 'all 2 new instances are proven' },
    ]);
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] },
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('rolls a bad image back and leaves the group frozen', async () => {
    const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
      { name: 'web', size: 2, min: 1, max: 3 },
    ]);
    stage.groups[0]?.changeImage('ami-bad');
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(stateOf(stage)).to.deep.equal([
      {
        name: 'web',
        size: [1, 2, 3],
        instances: ['InService 1', 'InService 1'],
        suspended: [
          'AZRebalance',
          'AlarmNotification',
          'InstanceRefresh',
          'Launch',
          'ReplaceUnhealthy',
          'ScheduledActions',
        ],
        tags: ['ha-updater:frozen'],
      },
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });
});
