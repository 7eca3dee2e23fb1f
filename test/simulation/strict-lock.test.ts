import { expect } from 'chai';
import { LOCK_TIMING } from '../../src/lock/lock-session.js';
import { LockFault } from '../../src/lock/store.js';
import { seededRandom } from '../../src/sandbox/random.js';
import { memoryStore } from '../support/lock-stores.js';
import { createStage, stateOf, type Ending, type Stage } from '../support/stage.js';

const MINUTE = 60_000;

/** Slow ones outlast a lease while they boot. */
function stage(boot: readonly [number, number] = [30, 40]): Stage {
  const made = createStage({ images: { 'ami-new': { behaviour: 'healthy', boot } } }, [
    { name: 'web', size: 2, min: 1, max: 3, grace: 3_600 },
  ]);
  made.groups[0]?.changeImage('ami-new');
  return made;
}

const PROMOTED = [{ name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] }];

/** Of two runs, no change of the one that came first leaves after the other one's first. */
function oneAfterTheOther(first: Ending, second: Ending, about: string): void {
  const begins = Math.min(Infinity, ...second.changes.map(({ at }) => at));
  expect(
    first.changes.filter(({ at }) => at >= begins),
    about,
  ).to.deep.equal([]);
}

describe('runs under a strict lock', function () {
  this.timeout(120_000);

  it('started together, exactly one changes anything', async () => {
    for (const apart of [0, 50, 500, 1_000, 3_000, 10_000, 2 * MINUTE]) {
      const [both, lock] = [stage([400, 500]), memoryStore()];
      const endings = await both.race([
        { afterMs: 0, mishap: { lock } },
        { afterMs: apart, mishap: { lock } },
      ]);
      expect(endings.map(({ outcome }) => outcome).sort(), `${apart} ms apart`).to.deep.equal(['held', 'swapped']);
      expect(endings.find(({ outcome }) => outcome === 'held')?.changes).to.deep.equal([]);
      expect(stateOf(both)).to.deep.equal(PROMOTED);
      expect(both.violations()).to.deep.equal([]);
      expect(lock.entries.size, 'given back').to.equal(0);
    }
  });

  it('killed before or after any change: the next one waits for the lock alone, then finishes what is left', async () => {
    const calm = stage();
    await calm.run({}, { lock: memoryStore() });
    for (let change = 1; change <= calm.changes().length; change++) {
      for (const when of ['before', 'after'] as const) {
        const [world, lock] = [stage(), memoryStore()];
        const first = await world.run({}, { lock, otherHost: true, killAt: { change, when } });
        const { clock } = world.sandbox;
        const diedAt = clock.now();
        const second = await world.run({}, { lock, otherHost: true });
        const at = `killed ${when} change ${change}`;
        expect([first.outcome, second.outcome], at).to.deep.equal(['killed', 'swapped']);
        // The lease on the tags is 300 s: it need not be waited out as well.
        if (second.changes.length > 0)
          expect((second.changes[0]?.at ?? 0) - diedAt, at).to.be.within(
            LOCK_TIMING.leaseMs - LOCK_TIMING.beatMs,
            LOCK_TIMING.leaseMs + MINUTE,
          );
        expect(stateOf(world), at).to.deep.equal(PROMOTED);
        expect(world.violations(), at).to.deep.equal([]);
      }
    }
  });

  it('stopped right before any change leaves, and taken over: that change never leaves', async () => {
    const calm = stage();
    const changes = (await calm.run({}, { lock: memoryStore() })).changes.length;
    for (let change = 1; change <= changes; change++) {
      const [world, lock] = [stage(), memoryStore()];
      let rival: Ending | undefined;
      const meanwhile = async (): Promise<void> => void (rival = await world.run({}, { lock, otherHost: true }));
      const first = await world.run({}, { lock, otherHost: true, stopAt: { change, meanwhile } });
      const at = `stopped before change ${change}`;
      expect([first.outcome, rival?.outcome], at).to.deep.equal(['stopped', 'swapped']);
      expect(first.lost, at).to.match(/^the lock web in memory:\/\/locks was not confirmed for \d+ s/);
      expect(first.changes, at).to.have.length(change - 1);
      expect(stateOf(world), at).to.deep.equal(PROMOTED);
      expect(world.violations(), at).to.deep.equal([]);
    }
  });

  it('cut off from the store at any time: no change leaves later than the margin allows, the record is kept, the next one finishes', async () => {
    for (const cutAt of [10, 60, 300, 420, 480].map((seconds) => seconds * 1_000)) {
      const world = stage([400, 500]);
      const { clock } = world.sandbox;
      const cut = clock.now() + cutAt;
      let down = true;
      const lock = memoryStore({
        before: () =>
          down && clock.now() >= cut
            ? Promise.reject(new LockFault('unreachable', 'memory:renew', 'ECONNRESET', 'cut off'))
            : Promise.resolve(),
      });
      const first = await world.run({}, { lock, otherHost: true });
      const late = first.changes.filter(({ at }) => at > cut + LOCK_TIMING.leaseMs - LOCK_TIMING.marginMs);
      expect(late, `cut off at ${cutAt / 1000} s`).to.deep.equal([]);
      down = false;
      if (first.outcome === 'swapped') continue;
      expect(first.outcome, `cut off at ${cutAt / 1000} s`).to.equal('stopped');
      const second = await world.run({}, { lock, otherHost: true });
      expect(second.outcome).to.equal('swapped');
      oneAfterTheOther(first, second, `cut off at ${cutAt / 1000} s`);
      expect(stateOf(world)).to.deep.equal(PROMOTED);
      expect(world.violations()).to.deep.equal([]);
    }
  });

  it('whatever happens to the store and to both of them, they never change things by turns (40 seeds)', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const world = stage();
      const random = seededRandom(seed).fork('lock');
      const trouble = random.between(0, 0.4);
      const unreachable = (): LockFault => new LockFault('unreachable', 'memory:call', 'ECONNRESET', 'drawn');
      const lock = memoryStore({
        before: () => (random.chance(trouble) ? Promise.reject(unreachable()) : Promise.resolve()),
        after: () => {
          if (random.chance(trouble / 2)) throw unreachable();
        },
      });
      const mishap = (other: boolean): object => ({
        lock,
        otherHost: true,
        ...(random.chance(0.5) && {
          stopAt: {
            [random.pick(['read', 'change'])]: random.int(1, 12),
            meanwhile: () => {
              world.sandbox.clock.advance(random.int(1, 200) * 1_000);
              return Promise.resolve();
            },
          },
        }),
        ...(!other &&
          random.chance(0.4) && {
            killAt: { change: random.int(1, 8), when: random.pick(['before', 'after'] as const) },
          }),
      });
      const [first, second] = (await world.race([
        { afterMs: 0, mishap: mishap(false) },
        { afterMs: random.int(0, 300) * 1_000, mishap: mishap(true) },
      ])) as [Ending, Ending];
      const about = `seed ${seed}: ${first.outcome} ${first.lost ?? ''}, ${second.outcome} ${second.lost ?? ''}`;
      const order = [first, second].sort((a, b) => (a.changes[0]?.at ?? Infinity) - (b.changes[0]?.at ?? Infinity));
      oneAfterTheOther(order[0]!, order[1]!, about);
      expect(world.violations(), about).to.deep.equal([]);
    }
  });
});
