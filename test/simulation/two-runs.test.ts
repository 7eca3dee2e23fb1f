import { expect } from 'chai';
import { createStage, stateOf, type Stage } from '../support/stage.js';

const MINUTE = 60_000;

function stage(): Stage {
  // Slow enough for the first run to show a second sign of life while the other one watches.
  const made = createStage({ images: { 'ami-new': { behaviour: 'healthy', boot: [400, 500] } } }, [
    { name: 'web', size: 2, min: 1, max: 3, grace: 3_600 },
  ]);
  made.groups[0]?.changeImage('ami-new');
  return made;
}

const PROMOTED = [{ name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] }];

describe('two runs at once', () => {
  it('the second one is told who holds the group, and changes nothing', async () => {
    const both = stage();
    const [first, second] = await both.race([{ afterMs: 0 }, { afterMs: 2 * MINUTE }]);
    expect(first?.outcome).to.equal('swapped');
    expect(second?.outcome).to.equal('held');
    expect(second?.failure?.facts.what).to.match(/^web is held by run run-\d on agent-\d \(pid \d+\), last heard of /);
    expect(second?.events.filter(({ type }) => type === 'action.started')).to.deep.equal([]);
    expect(stateOf(both)).to.deep.equal(PROMOTED);
    expect(both.violations()).to.deep.equal([]);
  });

  it('with --wait-for-lock it waits, and then finds nothing to do', async () => {
    const both = stage();
    const timing = { ...(await import('../support/groups.js')).PLAN.timing, waitForLockMs: 60 * MINUTE };
    const [first, second] = await both.race([{ afterMs: 0 }, { afterMs: 2 * MINUTE, differs: { timing } }]);
    expect([first?.outcome, second?.outcome]).to.deep.equal(['swapped', 'swapped']);
    expect(second?.results.map(({ outcome }) => outcome)).to.deep.equal(['skipped']);
    expect(second?.events.flatMap((event) => (event.type === 'group.waiting' ? [event.wait.why] : [])).join()).to.match(
      /run run-\d on agent-\d .* works on it; waiting for it to end/,
    );
    expect(both.violations()).to.deep.equal([]);
  });

  it('with --wait-for-lock it takes over when the holder dies in the meantime', async () => {
    const both = stage();
    const timing = { ...(await import('../support/groups.js')).PLAN.timing, waitForLockMs: 60 * MINUTE };
    // Its sixth change is a renewal in the middle of the proving.
    const [first, second] = await both.race([
      { afterMs: 0, mishap: { killAt: { change: 5, when: 'after' } } },
      { afterMs: 2 * MINUTE, differs: { timing } },
    ]);
    expect([first?.outcome, second?.outcome], second?.failure?.facts.what).to.deep.equal(['killed', 'swapped']);
    expect(second?.results.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect(stateOf(both)).to.deep.equal(PROMOTED);
    expect(both.violations()).to.deep.equal([]);
  });

  it('with --wait-for-lock it sees the holder double the group, takes over, and gives the sizes back', async () => {
    const timing = { ...(await import('../support/groups.js')).PLAN.timing, waitForLockMs: 60 * MINUTE };
    const gates = { words: [], canary: 1 };
    for (const change of [8, 9, 10]) {
      const both = stage();
      // It is doubled once its canary is proven, and the second run looks on meanwhile.
      const [first, second] = await both.race([
        { afterMs: 0, differs: { gates }, mishap: { killAt: { change, when: 'after' } } },
        { afterMs: 2 * MINUTE, differs: { timing, gates } },
      ]);
      const words = `killed after ${change}: ${second?.failure?.facts.what ?? ''}`;
      expect([first?.outcome, second?.outcome], words).to.deep.equal(['killed', 'swapped']);
      expect(stateOf(both), words).to.deep.equal(PROMOTED);
      expect(both.violations(), words).to.deep.equal([]);
    }
  });

  it('started together, one of them wins and nothing is broken', async () => {
    for (const apart of [0, 50, 500, 1_000, 3_000, 10_000]) {
      const both = stage();
      const endings = await both.race([{ afterMs: 0 }, { afterMs: apart }]);
      const outcomes = endings.map(({ outcome }) => outcome).sort();
      expect(
        outcomes,
        `${apart} ms apart: ${endings.map(({ failure }) => failure?.facts.what ?? '').join(' | ')}`,
      ).to.satisfy(
        (all: readonly string[]) => all.includes('swapped') && ['held', 'stopped', 'swapped'].includes(all[0] ?? ''),
      );
      expect(stateOf(both)).to.deep.equal(PROMOTED);
      expect(both.violations()).to.deep.equal([]);
    }
  });

  it('a run whose tags somebody removed writes them again and finishes', async () => {
    const alone = stage();
    alone.sandbox.clock.after(2 * MINUTE, () => {
      for (const Key of ['ha-updater:rollout', 'ha-updater:lease'])
        alone.sandbox.world.invoke(
          'autoscaling',
          'DeleteTags',
          { Tags: [{ ResourceId: 'web', ResourceType: 'auto-scaling-group', Key }] },
          'outside',
        );
    });
    const ending = await alone.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(
      ending.events.filter((event) => event.type === 'action.done' && event.action.type === 'rewrite'),
    ).to.have.length(1);
    expect(stateOf(alone)).to.deep.equal(PROMOTED);
  });
});
