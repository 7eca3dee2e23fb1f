import { expect } from 'chai';
import type { RollingChoice } from '../../src/model/plan.js';
import { createStage, stateOf, type Stage } from '../support/stage.js';

const rolling = (choice: Partial<RollingChoice> = {}): { readonly strategy: 'rolling'; readonly rolling: RollingChoice } => ({ strategy: 'rolling', rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false, ...choice } });
const FIRST_OUT = { surge: { count: 0 }, unavailable: { count: 1 } };

function stageOf(size: number, image: 'good' | 'sick' | 'gone' = 'good', groups = ['web']): Stage {
  const stage = createStage({ images: { 'ami-sick': { behaviour: 'unhealthy' }, 'ami-gone': { behaviour: 'missing' } } }, groups.map((name) => ({ name, size, min: 1, max: size })));
  for (const group of stage.groups) group.changeImage(`ami-${image}`);
  return stage;
}

/** Lowest in service and most alive that a group had while its rollout went on. */
function extremes(stage: Stage, group = 'web'): { readonly least: number; readonly most: number } {
  const points = stage.sandbox.monitor.timeline.filter((point) => point.group === group && point.at > stage.sandbox.world.startedAt + 200_000);
  return { least: Math.min(...points.map(({ inService }) => inService)), most: Math.max(...points.map((point) => point.old + point.new)) };
}

describe('simulation: one rolling rollout', () => {
  it('launches first: one more at a time, never less, and everything as it was in the end', async () => {
    const stage = stageOf(4);
    const ending = await stage.run(rolling());
    expect(ending.failure?.facts).to.equal(undefined);
    expect(ending.results).to.deep.equal([{ group: 'web', outcome: 'promoted', why: 'the first new instance is proven' }]);
    expect(stateOf(stage)).to.deep.equal([{ name: 'web', size: [1, 4, 4], instances: Array(4).fill('InService 2'), suspended: [], tags: [] }]);
    expect(extremes(stage)).to.deep.equal({ least: 4, most: 5 });
    expect(stage.violations()).to.deep.equal([]);
  });
  it('terminates first', async () => {
    const stage = stageOf(4);
    const ending = await stage.run(rolling(FIRST_OUT));
    expect(ending.failure?.facts).to.equal(undefined);
    expect(stateOf(stage)).to.deep.equal([{ name: 'web', size: [1, 4, 4], instances: Array(4).fill('InService 2'), suspended: [], tags: [] }]);
    expect(extremes(stage)).to.deep.equal({ least: 3, most: 4 });
  });
});
