import { expect } from 'chai';
import type { RollingChoice } from '../../src/model/rollout/rollout-plan.js';
import { rollingPlan } from '../support/rolling.js';
import { createStage, stateOf, type Stage } from '../support/stage.js';

interface Sweep {
  readonly name: string;
  readonly choice: Partial<RollingChoice>;
  readonly groups: Parameters<typeof createStage>[1];
}

const LESS = { surge: { count: 0 }, unavailable: { count: 1 } };
const SWEEPS: readonly Sweep[] = [
  { name: 'launch first', choice: {}, groups: [{ name: 'web', size: 3, min: 3, max: 3, balancers: ['target-group'] }] },
  { name: 'terminate first', choice: LESS, groups: [{ name: 'web', size: 2, min: 2, max: 2, balancers: ['classic'] }] },
  {
    name: 'one at a time over two groups',
    choice: { serial: true },
    groups: [
      { name: 'web', size: 1, min: 1, max: 1, balancers: ['target-group'] },
      { name: 'api', size: 2, min: 0, max: 2, balancers: [], configuration: 'lc' },
    ],
  },
];

function stageFor({ groups }: Sweep, image = 'ami-new'): Stage {
  const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } } }, groups);
  for (const group of stage.groups) group.changeImage(image);
  return stage;
}

describe('crash sweep of rolling: killed before and after every change, then run again', function () {
  this.timeout(120_000);
  for (const sweep of SWEEPS) {
    const plan = rollingPlan(sweep.choice);

    for (const image of ['ami-new', 'ami-bad'] as const) {
      // Whoever terminates first cannot go back.
      if (image === 'ami-bad' && sweep.choice === LESS) continue;
      const wanted = image === 'ami-new' ? 'swapped' : 'swapRolledBack';

      it(`${sweep.name}, ${image}: ends as an undisturbed run does, whichever change it dies at`, async () => {
        const calm = stageFor(sweep, image);
        expect((await calm.run(plan)).outcome).to.equal(wanted);
        const state = stateOf(calm);
        const changes = calm.changes().length;
        expect(changes).to.be.greaterThan(6);
        for (let change = 1; change <= changes; change++) {
          for (const when of ['before', 'after'] as const) {
            const stage = stageFor(sweep, image);
            const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
            expect((await stage.run(plan, { killAt: { change, when } })).outcome, at).to.equal('killed');
            // The successor was asked for something else: what is on the group decides.
            const second = await stage.run(
              change % 2 === 0
                ? plan
                : { ...plan, rolling: { surge: { count: 3 }, unavailable: { count: 0 }, serial: false } },
            );
            expect(second.outcome, `${at}: ${second.failure?.facts.what ?? ''}`).to.equal(wanted);
            expect(stateOf(stage), at).to.deep.equal(state);
            expect(stage.violations(), at).to.deep.equal([]);
          }
        }
      });
    }

    it(`${sweep.name}: resume finishes it, and rollback undoes it only before the verdict`, async () => {
      const before = stateOf(stageFor(sweep)) as readonly { readonly size: unknown; readonly instances: unknown }[];
      const calm = stageFor(sweep);
      await calm.run(plan);
      const judged = calm.changes().findIndex((change) => change.includes('"promote"')) + 1;
      expect(judged).to.be.greaterThan(1);
      const bare = (stage: Stage): readonly object[] =>
        (stateOf(stage) as typeof before).map(({ size, instances }) => ({ size, instances }));
      for (let change = 1; change <= calm.changes().length; change++) {
        const stage = stageFor(sweep);
        const at = `killed after change ${change}, ${calm.changes()[change - 1] ?? ''}`;
        await stage.run(plan, { killAt: { change, when: 'after' } });
        const left = JSON.stringify(stateOf(stage)).includes('ha-updater:rollout');
        const ending = await stage.run({ adoptOnly: true, undo: change % 2 === 0 });
        expect(stage.violations(), at).to.deep.equal([]);
        if (change % 2 !== 0 || !left)
          expect(ending.outcome, `${at}: ${ending.failure?.facts.what ?? ''}`).to.equal('swapped');
        else if (change < judged)
          expect(bare(stage), at).to.deep.equal(before.map(({ size, instances }) => ({ size, instances })));
        else {
          expect([ending.outcome, ending.failure?.facts.reasons[0]?.code], at).to.deep.equal([
            'refused',
            'rollback.judged',
          ]);
          expect((await stage.run({ adoptOnly: true })).outcome, at).to.equal('swapped');
          expect(stateOf(stage), at).to.deep.equal(stateOf(calm));
        }
      }
    });
  }
});
