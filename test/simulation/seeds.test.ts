import { expect } from 'chai';
import { simulateChange } from './change/change-simulator.js';
import { drawChange } from './change/change-story.js';
import { wrongOverBrokenWire } from './worlds/broken-worlds.js';
import { draw, drawSwarm, simulate } from './simulator.js';
import { shrink } from './shrink.js';

/** The share of `npm run sim` that every test run plays. */
const SEEDS = 40;
const SWARM = 20;
/**
 * Where a monitor was wrong: Auto Scaling with weights lets go what it launched above a loss (4065, 5015), looks from
 * before come after the reply to the first note was lost (4073, 9094, 9106, 9158), one that the world took long ago is let go
 * at last (31036), the reply to the end of standby is lost (60010), somebody sets the size that is there (95037), and one is
 * lost that came out of standby (95044).
 */
const MISTOLD = [4065, 4073, 5015, 9094, 9106, 9158, 31_036, 60_010, 95_037, 95_044];
/**
 * Where the tool was wrong, of swaps: a person puts an old one into standby in a roll-back that cannot be closed then
 * (90042), and during a take-over (90091); one that stays old stands by (91031), or goes before the first action (91095);
 * somebody asks for less than there are of those (95033), or puts one into standby while a half is kept there (97058);
 * somebody resumes all of a frozen group before a run that dies (92039). New ones that stand in where `--image` rolls
 * back, for ever (400039). Standby by hand: of one that stays old (300350), while nobody looks (300271), before a verdict
 * where a half is to be kept (410668), and of a new one where old ones go there (418722). Sizes that others set: after
 * somebody took one off (300516), less than before while a half is kept (300679, 412944), or before all goes back
 * (415942). A look that is older than the one before it (301369), a new one that somebody ends as all goes back (410226), a
 * roll-back of `--image` that froze a group of which nothing was changed (415545), the run's own size, sent long after the
 * look (420010), processes that somebody resumes before the sizes are given back (412871), and a max for what nobody asks
 * for any more (501832, 503161). What a lost one takes off on the way back (413403), and a max that somebody set where
 * weights are (301587).
 */
const MISLED = [
  90_042, 90_091, 91_031, 91_095, 92_039, 95_033, 97_058, 300_271, 300_350, 300_516, 300_679, 301_369, 400_039, 410_226,
  410_668, 412_944, 412_871, 415_545, 415_942, 418_722, 420_010, 501_832, 503_161, 413_403, 301_587,
];
/**
 * The same of rolling rollouts: sizes set while nobody ran it (91037, 92005), weights that overshoot (95066), a person who
 * takes one out before the verdict (302923), and a size that was never set, as its reply was lost (300714). In 300578 and
 * 302622 a monitor was wrong: others resume scaling, or ask for less, while no run is at work.
 */
const MISLED_ROLLING = [91_037, 92_005, 95_066, 302_923, 300_714, 300_578, 302_622];
/**
 * The same in the swarm: standby by hand (70006, 90012), one that was taken out of a window in whose place scaling let a
 * new one go (70110), a protected one that is gone when all goes back (70139, 90158), a scheduled action of a weighted
 * group right after the rollout has resumed it (90124), and a bake that never ended (92086).
 */
const MISLED_SWARM = [70_006, 70_110, 70_139, 90_012, 90_124, 90_158, 92_086];
/** Over the wire. In the last two the next group began while Auto Scaling was about to let go of the one that was too many. */
const SERIAL = [1, 2, 3, 25, 38];
/**
 * Of whole changes of a stack. In 20 somebody removes the notes while the size is kept; in 217 and 424 looks from before
 * the change show what a dead run kept, or nothing suspended. In 6024 a new one stands in for an old one that was given
 * up, and a hook abandons what another group launches.
 */
const CHANGE = [2, 3, 20, 217, 424, 6024, 60_002, 60_004, 60_023];
describe('simulation: drawn worlds with faults, kills and signals', function () {
  this.timeout(240_000);

  it(`${SEEDS} seeds break no invariant, and all of them end, nor do those of which monitors told wrongly`, async () => {
    const wrong: string[] = [];
    for (const seed of [...Array.from({ length: SEEDS }, (_, index) => index + 1), ...MISTOLD]) {
      const told = await simulate(draw(seed));
      wrong.push(...told.wrong.map((sentence) => `seed ${seed} (npm run sim -- --replay ${seed}): ${sentence}`));
    }
    expect(wrong).to.deep.equal([]);
  });

  it(`${SWARM} swarm seeds, with other people, rivals and recoveries, break none either`, async () => {
    const wrong: string[] = [];
    for (const seed of [...Array.from({ length: SWARM }, (_, index) => index + 1), ...MISLED_SWARM]) {
      const told = await simulate(drawSwarm(seed));
      wrong.push(
        ...told.wrong.map((sentence) => `seed ${seed} (npm run sim -- --swarm --replay ${seed}): ${sentence}`),
      );
    }
    expect(wrong).to.deep.equal([]);
  });

  it('the same of swaps and rolling rollouts in which the tool went wrong', async () => {
    const wrong: string[] = [];
    for (const [strategy, seeds] of [
      ['swap', MISLED],
      ['rolling', MISLED_ROLLING],
    ] as const)
      for (const seed of seeds) {
        const told = await simulate(draw(seed, strategy));
        wrong.push(
          ...told.wrong.map((sentence) => `npm run sim -- --strategy ${strategy} --replay ${seed}: ${sentence}`),
        );
      }
    expect(wrong).to.deep.equal([]);
  });

  it(`${SERIAL.length} seeds of several groups with one instance at a time over all of them`, async () => {
    const wrong: string[] = [];
    for (const seed of SERIAL) {
      const told = await simulate(draw(seed, 'serial'), { wire: true });
      wrong.push(
        ...told.wrong.map(
          (sentence) => `seed ${seed} (npm run sim -- --wire --strategy serial --replay ${seed}): ${sentence}`,
        ),
      );
    }
    expect(wrong).to.deep.equal([]);
  });

  it(`${CHANGE.length} seeds of whole runs of update-stack, and of what comes after them`, async () => {
    const wrong: string[] = [];
    for (const seed of CHANGE) {
      const told = await simulateChange(drawChange(seed));
      wrong.push(...told.wrong.map((sentence) => `npm run sim -- --strategy change --replay ${seed}: ${sentence}`));
    }
    expect(wrong).to.deep.equal([]);
  });

  it('seed 1 of each strategy over a wire on which answers break', async () => {
    expect(await wrongOverBrokenWire([1])).to.deep.equal([]);
  });

  it('what goes wrong is shrunk to what it takes', async () => {
    // Nothing goes wrong with the engine here, so a kill stands in for what went wrong.
    const story = drawSwarm(7);
    const broken = {
      ...story,
      images: story.groups.map(() => 'ami-good'),
      mishaps: [...story.mishaps, { killAt: { change: 3, when: 'after' as const }, otherHost: true }],
    };
    const shortest = await shrink(broken, (told) =>
      Promise.resolve(told.mishaps.some(({ killAt }) => killAt !== undefined)),
    );
    expect({
      groups: shortest.groups.length,
      faults: shortest.scenario.faults,
      mishaps: shortest.mishaps.filter(({ killAt }) => killAt !== undefined).length,
    }).to.deep.equal({ groups: 1, faults: [], mishaps: 1 });
  });

  it('the same seed gives the same journal, byte for byte', async () => {
    for (const seed of [4, 8, 9]) {
      const once = await simulate(draw(seed));
      const again = await simulate(draw(seed));
      expect(once.journal.length).to.be.greaterThan(1000);
      expect(again.journal).to.equal(once.journal);
    }
  });
});
