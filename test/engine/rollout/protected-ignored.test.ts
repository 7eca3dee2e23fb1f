import type { Instance } from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { idsOf, instancesOf, sizesOf } from '../../support/ask.js';
import { call } from '../../support/sandbox.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { createStage, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const IGNORE = { protected: 'ignore' } as const;
const rolling = (serial: boolean): Partial<Plan> => ({
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial },
});
const EACH = [{}, rolling(false), rolling(true)];

function protect({ sandbox: { world } }: Stage, ids: readonly string[], on = true): void {
  const what = { AutoScalingGroupName: 'web', InstanceIds: ids, ProtectedFromScaleIn: on };
  call(world, 'autoscaling', 'SetInstanceProtection', what);
}

/** A group of four whose two oldest are protected, and their ids. */
function stageOf(
  image = 'ami-new',
  faults: readonly Fault[] = [],
): { readonly stage: Stage; readonly ids: readonly string[] } {
  const images = { 'ami-bad': { behaviour: 'unhealthy' } } as const;
  const stage = createStage({ images, faults }, [{ name: 'web', size: 4, min: 3, max: 6, drain: 5 }]);
  const ids = idsOf(stage.sandbox.world).slice(0, 2);
  protect(stage, ids);
  stage.groups[0]?.changeImage(image);
  return { stage, ids };
}

const versionOf = (one: Instance): string | undefined => one.LaunchTemplate?.Version ?? one.LaunchConfigurationName;

/** The rest is new, and the group is as it was. */
function expectReplaced(stage: Stage, ids: readonly string[]): void {
  const { world } = stage.sandbox;
  const all = instancesOf(world);
  const was = all.filter(({ InstanceId: id }) => ids.includes(id!));
  const ran = new Set(was.map(versionOf));
  expect([all.length, was.length]).to.deep.equal([4, 2]);
  expect(all.filter((one) => ran.has(versionOf(one)))).to.have.length(2);
  expect(sizesOf(world)).to.deep.equal([3, 6, 4]);
  expect(stage.violations()).to.deep.equal([]);
}

const warned = ({ events }: Ending, code: string): readonly string[] =>
  events.flatMap((event) => (event.type === 'warning' && event.reason.code === code ? [event.reason.remedy] : []));

describe('protected instances that are ignored', () => {
  it('stay old beside the new ones, by each strategy, and that is told before; a second run has nothing to do', async () => {
    for (const plan of EACH) {
      const { stage, ids } = stageOf();
      const ending = await stage.run({ ...plan, ...IGNORE });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(warned(ending, 'group.protected')).to.deep.equal(['2 of its instances stay old (--protected ignore).']);
      expectReplaced(stage, ids);
      const again = await stage.run({ ...plan, ...IGNORE });
      expect(
        again.results.map(({ outcome, why }) => [outcome, why.replace(/run .* already/, 'run X already')]),
      ).to.deep.equal([
        ['skipped', 'all 2 other instances run X already; 2 that are protected from scale-in stay as they are'],
      ]);
    }
  });

  it('stay when all is rolled back, and when a run is killed and another one goes on that was told nothing', async () => {
    const bad = stageOf('ami-bad');
    expect((await bad.stage.run(IGNORE)).outcome).to.equal('swapRolledBack');
    expect(idsOf(bad.stage.sandbox.world))
      .to.have.length(4)
      .and.include.members([...bad.ids]);
    expect(bad.stage.violations()).to.deep.equal([]);
    for (const plan of [{}, rolling(false)])
      for (const change of [1, 5, 7, 9])
        for (const when of ['before', 'after'] as const) {
          const { stage, ids } = stageOf();
          await stage.run({ ...plan, ...IGNORE }, { killAt: { change, when } } satisfies Mishap);
          await stage.run({ adoptOnly: true });
          if (change > 1) expectReplaced(stage, ids);
          else expect(stage.violations()).to.deep.equal([]);
        }
  });

  it('stay where their protection is lifted meanwhile, and beside sizes that others set', async () => {
    for (const plan of EACH.slice(0, 2)) {
      const { stage, ids } = stageOf();
      stage.sandbox.clock.after(70_000, () => protect(stage, ids.slice(0, 1), false));
      const { outcome, failure } = await stage.run({ ...plan, ...IGNORE });
      expect(outcome, failure?.facts.what).to.equal('swapped');
      expect(sizesOf(stage.sandbox.world)).to.deep.equal([3, 6, 4]);
      // Where one more was launched to even out the zones, Auto Scaling may choose who is not protected any more.
      expect(idsOf(stage.sandbox.world))
        .to.have.length(4)
        .and.include.members(plan === EACH[0] ? [...ids] : ids.slice(1));
      // The monitor takes whoever lifts the protection for the run.
      expect(stage.violations().filter(({ rule }) => rule !== 'protection')).to.deep.equal([]);
    }
    const { stage, ids } = stageOf('ami-new', [{ kind: 'resize', group: 'web', at: 370, max: 9, desired: 8 }]);
    const ending = await stage.run(IGNORE);
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([3, 9, 8]);
    expect(idsOf(stage.sandbox.world))
      .to.have.length(8)
      .and.include.members([...ids]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('that are all there is leave nothing to do', async () => {
    const { stage } = stageOf();
    protect(stage, idsOf(stage.sandbox.world));
    const { results } = await stage.run(IGNORE);
    expect(results.map(({ why }) => why)).to.deep.equal(['all its 4 instances are protected (--protected ignore)']);
  });
});
