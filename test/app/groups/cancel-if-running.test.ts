import { expect } from 'chai';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';
import { standardGroup } from '../../support/sandbox.js';

describe('cancel --if-running', () => {
  let stage: CommandStage;
  beforeEach(() => {
    stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
  });
  const cancel = (...flags: readonly string[]): Promise<Ended> => stage.run(['cancel', '--asg', 'web', ...flags]);
  const dies = (change: RegExp, nth = 1): Promise<Ended> =>
    stage.run(['update-asgs', '--asg', 'web', '--swap', 'always'], { killedAt: { change, nth, when: 'after' } });

  it('is well when nothing is under way, and says so; without it that is refused', async () => {
    expect((await cancel()).document).to.include({ outcome: 'refused', exitCode: 3 });
    const well = await cancel('--if-running');
    expect(well.document).to.include({ outcome: 'nothing', exitCode: 0 });
    expect(well.events.map(({ event }) => (event.type === 'group.skipped' ? event.why : ''))).to.include(
      'no rollout is under way; one that was started on a server seconds ago is found with --server NAME',
    );
  });

  it('rolls back what is under way', async () => {
    await dies(/UpdateAutoScalingGroup/);
    expect((await cancel('--if-running')).document).to.include({ outcome: 'cancelled', exitCode: 0 });
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });

  it('is refused as without it where a verdict to promote stands, and where the group is not there', async () => {
    await dies(/TerminateInstanceInAutoScalingGroup/);
    const judged = await cancel('--if-running');
    expect([judged.code, judged.document?.failure?.code]).to.deep.equal([3, 'cancel.tooLate']);
    expect((await stage.run(['cancel', 'nope', '--if-running'])).code).to.equal(3);
  });
});
