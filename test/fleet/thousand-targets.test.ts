import { expect } from 'chai';
import { driveFleet } from '../../src/fleet/drive-fleet.js';
import type { FleetStep, TargetPhase } from '../../src/fleet/fleet-step.js';
import type { Wave } from '../../src/fleet/waves.js';
import { SandboxClock } from '../../src/sandbox/clock.js';
import { seededRandom } from '../../src/sandbox/random.js';
import { sleepBeside } from '../support/beside-clock.js';
import { waveOf } from './waves.js';

const MINUTE = 60_000;
const ACCOUNTS = 20;

/** How a target of the model ends, and when. */
interface Fate {
  readonly afterMs: number;
  readonly phase: Exclude<TargetPhase, 'running'>;
}

/** What is seen of a fleet that was driven to its end. */
interface Story {
  readonly end: Extract<FleetStep, { do: 'end' }>;
  /** How often each target was started. */
  readonly starts: ReadonlyMap<string, number>;
  readonly broken: readonly string[];
  /** Most targets that ran at once, in all and in one account. */
  readonly most: { readonly together: number; readonly inAccount: number };
  readonly tookMs: number;
  readonly steps: number;
}

/** What happens to a fleet from outside. */
interface Happening {
  readonly ringsAt?: string;
  readonly stopAfterMs?: number;
  /** The waves that hold, where those that are driven are others. */
  readonly judgedBy?: readonly Wave[];
}

/** Drives waves in virtual time over a model of targets, and looks for broken promises at every start and end. */
async function drive(
  waves: readonly Wave[],
  fateOf: (target: string) => Fate,
  { ringsAt, stopAfterMs, judgedBy = waves }: Happening = {},
): Promise<Story> {
  const clock = new SandboxClock(0);
  const stop = new AbortController();
  if (stopAfterMs !== undefined) clock.after(stopAfterMs, () => stop.abort());
  const starts = new Map<string, number>();
  const running = new Map<string, Wave>();
  const failed = new Map<string, number>();
  const broken: string[] = [];
  const most = { together: 0, inAccount: 0 };
  let steps = 0;
  const waveNamed = new Map(judgedBy.flatMap((wave) => wave.targets.map(({ name }) => [name, wave] as const)));
  const accountOf = (target: string): number => Number(/\d+$/.exec(target)?.[0] ?? 0) % ACCOUNTS;
  const check = (target: string, wave: Wave): void => {
    if (stop.signal.aborted) broken.push(`${target} began after the signal`);
    if ([...running.values()].some((other) => other !== wave)) broken.push(`${target} began beside another wave`);
    if (running.size >= wave.concurrency) broken.push(`${target} began beside ${running.size} others`);
    for (const other of judgedBy.slice(0, judgedBy.indexOf(wave) + 1))
      if ((failed.get(other.name) ?? 0) > other.tolerated)
        broken.push(`${target} began after ${other.name} had failed`);
  };
  const over = driveFleet(waves, {
    clock: { now: () => clock.now(), sleep: (ms, signal) => sleepBeside(clock, ms, signal) },
    stop: stop.signal,
    start: async ({ name }) => {
      const wave = waveNamed.get(name);
      if (wave === undefined) throw new Error(name);
      check(name, wave);
      starts.set(name, (starts.get(name) ?? 0) + 1);
      running.set(name, wave);
      most.together = Math.max(most.together, running.size);
      const mine = [...running.keys()].filter((one) => accountOf(one) === accountOf(name));
      most.inAccount = Math.max(most.inAccount, mine.length);
      const { afterMs, phase } = fateOf(name);
      await sleepBeside(clock, afterMs);
      running.delete(name);
      if (phase === 'failed') failed.set(wave.name, (failed.get(wave.name) ?? 0) + 1);
      return phase;
    },
    mayBegin: () => Promise.resolve(true),
    bakes: () => Promise.resolve(true),
    ringing: ({ name }) => Promise.resolve(name === ringsAt ? 'errors' : undefined),
    tell: () => void (steps += 1),
  });
  if (!(await moving(clock, over))) throw new Error('It never ends.');
  for (const name of running.keys()) broken.push(`${name} was running at the end`);
  const end = await over;
  return { end, starts, broken, most, tookMs: clock.now(), steps };
}

/** Moves the time from event to event until the promise is fulfilled; false when that takes too many of them. */
async function moving(clock: SandboxClock, over: Promise<unknown>): Promise<boolean> {
  const state = { over: false };
  void over.then(() => (state.over = true));
  for (let turns = 0; turns < 50_000; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (state.over) return true;
    if (clock.nextAt !== undefined) clock.advanceTo(clock.nextAt);
  }
  return false;
}

/** 1,000 targets in 12 waves, as people build them: a canary of one, and larger and larger waves behind it. */
function thousand(): readonly Wave[] {
  const sizes = [1, 4, 15, 30, 50, 100, 100, 100, 150, 150, 150, 150];
  return sizes.map((size, index) =>
    waveOf(`w${index}x`, size, {
      concurrency: Math.min(20, Math.max(1, Math.floor(size / 2))),
      bakeMs: index < 4 ? 30 * MINUTE : 5 * MINUTE,
      tolerated: index < 3 ? 0 : Math.floor(size / 25),
      alarms: index % 3 === 0 ? ['errors'] : [],
      approval: index === 5,
    }),
  );
}

/** Most targets take minutes; some are slow, and some fail, by a seed. */
function fates(seed: number, failing: number): (target: string) => Fate {
  const random = seededRandom(`fleet ${seed}`);
  const known = new Map<string, Fate>();
  return (target) => {
    const fate = known.get(target) ?? {
      afterMs: random.next() < 0.05 ? 3 * 60 * MINUTE : Math.floor((2 + random.next() * 10) * MINUTE),
      phase: random.next() < failing ? ('failed' as const) : ('done' as const),
    };
    known.set(target, fate);
    return fate;
  };
}

describe('a fleet of 1,000 targets in 12 waves over 20 accounts', function () {
  this.timeout(60_000);

  it('ends well when all targets do: each is started once, never more at once than a wave says', async () => {
    const waves = thousand();
    const { end, starts, broken, most, tookMs, steps } = await drive(waves, fates(1, 0));
    expect(end.how).to.equal('done');
    expect(broken).to.deep.equal([]);
    expect(starts.size).to.equal(1000);
    expect([...starts.values()].every((times) => times === 1)).to.equal(true);
    expect(most.together).to.equal(20);
    expect(most.inAccount).to.be.at.most(20);
    // Every step is taken for something: a start, an end, a bake or a look at alarms.
    expect(steps).to.be.lessThan(4000);
    expect(tookMs).to.be.lessThan(4 * 24 * 60 * MINUTE);
  });

  it('keeps its promises with targets that fail and are slow, and stops behind the wave that fails', async () => {
    const hows = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const waves = thousand();
      const { end, starts, broken } = await drive(waves, fates(seed, seed / 200));
      const words = `seed ${seed}`;
      hows.add(end.how);
      expect(broken, words).to.deep.equal([]);
      expect(
        [...starts.values()].every((times) => times === 1),
        words,
      ).to.equal(true);
      if (end.how === 'done') expect(starts.size, words).to.equal(1000);
      const at = waves.findIndex(({ name }) => name === end.wave);
      const later = at < 0 ? [] : waves.slice(at + 1).flatMap(({ targets }) => targets);
      expect(
        later.filter(({ name }) => starts.has(name)),
        words,
      ).to.deep.equal([]);
    }
    expect([...hows].sort()).to.include('failed');
  });

  it('begins nothing after a signal, and ends when the running ones have', async () => {
    const { end, broken, starts } = await drive(thousand(), fates(3, 0), { stopAfterMs: 8 * 60 * MINUTE });
    expect(end.how).to.equal('stopped');
    expect(broken).to.deep.equal([]);
    expect(starts.size).to.be.within(20, 999);
  });

  it('ends behind a wave whose alarm rings, before the next one begins', async () => {
    const { end, broken, starts } = await drive(thousand(), fates(4, 0), { ringsAt: 'w3x' });
    expect([end.how, end.wave, starts.size]).to.deep.equal(['alarm', 'w3x', 50]);
    expect(broken).to.deep.equal([]);
  });

  it('would notice a wave that goes on after too many failures, and more at once than it says', async () => {
    const careless = [waveOf('a', 4, { concurrency: 3, tolerated: 4 }), waveOf('b', 1)];
    const judgedBy = [waveOf('a', 4, { concurrency: 2, tolerated: 0 }), waveOf('b', 1)];
    const { broken } = await drive(careless, () => ({ afterMs: MINUTE, phase: 'failed' }), { judgedBy });
    expect(broken).to.deep.equal([
      'a2 began beside 2 others',
      'a3 began after a had failed',
      'b0 began after a had failed',
    ]);
  });
});
