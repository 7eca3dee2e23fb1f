import { expect } from 'chai';
import { commandLine } from '../../../src/text/commands/next-command.js';
import { meddle } from '../../../src/sandbox/world/autoscaling/interfere.js';
import { createStage, stateOf } from '../../support/stage.js';

/** Two groups that are judged together; the image is bad for the second one alone, and the first one loses an old one. */
function bothStuck(): ReturnType<typeof createStage> {
  const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
    { name: 'web', size: 3, min: 1, max: 6, drain: 5 },
    { name: 'api', size: 2, min: 1, max: 4, drain: 5 },
  ]);
  stage.groups[0]?.changeImage('ami-new');
  stage.groups[1]?.changeImage('ami-bad');
  let taken = false;
  stage.sandbox.onCall(({ operation, outcome }) => {
    if (taken || operation !== 'UpdateAutoScalingGroup' || outcome !== 'ok') return;
    taken = true;
    stage.sandbox.clock.after(20_000, () => {
      meddle(stage.sandbox.world, 'web', {
        kind: 'meddle',
        group: 'web',
        at: 0,
        does: 'terminate',
        instance: 'oldest',
      });
    });
  });
  return stage;
}

describe('a roll-back where an old instance is missing', () => {
  it('is left to a person, is the first command that is told then, and leads out', async () => {
    const stage = bothStuck();
    const { outcome, failure } = await stage.run();
    expect(outcome).to.equal('stopped');
    expect(failure?.facts.what).to.include('less than 3 in service in web');
    expect(failure?.facts.left).to.include('those that serve in the places of missing old ones stay');
    expect(failure?.facts.next.map(commandLine)[0]).to.equal('ha-updater rollback --asg web --asg api');
    const back = await stage.run({ run: 'run-2', undo: true, adoptOnly: true });
    expect(back.results.map(({ group, outcome: end }) => `${group} ${end}`)).to.deep.equal([
      'web rolledBack',
      'api rolledBack',
    ]);
    const sizes = stateOf(stage) as readonly {
      readonly size: readonly number[];
      readonly instances: readonly string[];
    }[];
    expect(sizes.map(({ size }) => size)).to.deep.equal([
      [1, 2, 4],
      [1, 3, 6],
    ]);
    // Of the first group 2 are old and one is new.
    expect(sizes.map(({ instances }) => new Set(instances).size)).to.deep.equal([1, 2]);
    expect(stage.violations()).to.deep.equal([]);
  });
});
