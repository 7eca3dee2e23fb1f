import { expect } from 'chai';
import { drawGroups } from '../../scripts/picture.js';
import { rollingPlan } from '../support/rolling.js';
import { createStage } from '../support/stage.js';
import { read } from '../tidy/scan.js';

/** The capacity of a group of four while it is rolled over, as docs/ROLLING.md shows it. */
async function picture(plan: ReturnType<typeof rollingPlan>): Promise<string> {
  const stage = createStage({}, [{ name: 'web', size: 4, min: 4, max: 4, balancers: ['target-group'], drain: 60 }]);
  stage.groups[0]?.changeImage('ami-new');
  const { clock, monitor } = stage.sandbox;
  const began = clock.now();
  expect((await stage.run(plan)).outcome).to.equal('swapped');
  const before = monitor.timeline.filter(({ at }) => at < began).at(-1);
  const points = [
    ...(before === undefined ? [] : [{ ...before, at: began }]),
    ...monitor.timeline.filter(({ at }) => at >= began),
  ];
  return drawGroups(points, 64)
    .slice(2)
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}

describe('the pictures of rolling rollouts', () => {
  const page = read('docs/ROLLING.md');
  for (const [name, plan] of [
    ['launch first', rollingPlan()],
    ['terminate first', rollingPlan({ surge: { count: 0 }, unavailable: { count: 1 } })],
  ] as const) {
    it(`${name}: is what the sandbox sees`, async () => {
      const drawn = await picture(plan);
      expect(page, `it should hold:\n${drawn}\n`).to.contain(drawn);
    });
  }
});
