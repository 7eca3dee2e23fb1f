import type { Instant, Milliseconds } from '../../../src/clock.js';
import { driveFleet } from '../../../src/fleet/drive-fleet.js';
import { backOff } from '../../../src/engine/retry.js';
import type { FleetStep } from '../../../src/fleet/fleet-step.js';
import type { Target, Wave } from '../../../src/fleet/waves.js';
import { SandboxClock } from '../../../src/sandbox/clock.js';
import { sleepBeside } from '../../support/beside-clock.js';
import { limitOf } from './aws-limits.js';
import type { ProfiledCall, RolloutProfile } from './rollout-profile.js';

/** A fleet to play, and what happens to it. */
export interface FleetScene {
  readonly waves: readonly Wave[];
  readonly accountOf: (target: Target) => number;
  /** What the rollout of a target asks and takes. */
  readonly profileOf: (target: Target) => RolloutProfile;
  /** Whether a target fails: it ends with its profile, and is no done one. */
  readonly fails: (target: Target) => boolean;
  /** How long a person takes to approve. */
  readonly approvesAfterMs: Milliseconds;
  /** Others in the same accounts take this share of every bucket's refill, from 0 to 1. */
  readonly takenByOthers: number;
}

/** The busiest that some operations of one account were, against their limit. */
interface Busiest {
  readonly name: string;
  readonly account: number;
  /** Most requests within one second. */
  readonly perSecond: number;
  /** The fewest tokens that were left, of those that AWS's bucket holds; absent where AWS publishes none. */
  readonly fewestTokens?: number;
}

/** How it went. */
export interface FleetPlayed {
  readonly end: Extract<FleetStep, { do: 'end' }>;
  /** Targets that were begun. */
  readonly begun: readonly Target[];
  readonly tookMs: Milliseconds;
  readonly calls: number;
  /** Requests that found their bucket empty, and were sent again. */
  readonly throttled: number;
  readonly mostAtOnce: number;
  /** By name: of all accounts the busiest. */
  readonly busiest: readonly Busiest[];
  /** What the scheduler decided. */
  readonly steps: number;
}

/** Requests of one kind in one account. */
interface Meter {
  readonly name: string;
  readonly account: number;
  second: number;
  inSecond: number;
  most: number;
  tokens: number;
  fewest: number;
  at: Instant;
}

/** Plays the fleet's own scheduler in simulated time over rollouts that ask what their profiles say. */
export async function playFleet(scene: FleetScene): Promise<FleetPlayed> {
  const { waves, accountOf, profileOf, fails } = scene;
  const clock = new SandboxClock(0);
  const counts = { calls: 0, throttled: 0, running: 0, mostAtOnce: 0, steps: 0 };
  const begun: Target[] = [];
  const meters = new Map<string, Meter>();
  const ask = (account: number, { service, operation }: ProfiledCall): boolean => {
    counts.calls += 1;
    const taken = takeToken(meters, scene, { account, service, operation, at: clock.now() });
    if (!taken) counts.throttled += 1;
    return taken;
  };
  const end = driveFleet(waves, {
    clock: { now: () => clock.now(), sleep: (ms, signal) => sleepBeside(clock, ms, signal) },
    stop: new AbortController().signal,
    start: async (target) => {
      begun.push(target);
      counts.mostAtOnce = Math.max(counts.mostAtOnce, ++counts.running);
      const { calls, tookMs } = profileOf(target);
      const account = accountOf(target);
      const began = clock.now();
      await inOrder(clock, calls, (call) => ask(account, call));
      await sleepBeside(clock, Math.max(0, began + tookMs - clock.now()));
      counts.running -= 1;
      return fails(target) ? 'failed' : 'done';
    },
    mayBegin: () => sleepBeside(clock, scene.approvesAfterMs).then(() => true),
    bakes: () => Promise.resolve(true),
    ringing: () => Promise.resolve(undefined),
    tell: () => void (counts.steps += 1),
  });
  await passing(clock, end);
  return { ...counts, begun, end: await end, tookMs: clock.now(), busiest: busiestOf([...meters.values()]) };
}

/** How long AWS takes to answer a request, which in a sandbox is no time at all. */
const ANSWERED_MS: Milliseconds = 60;

/**
 * Asks one after the other, as a look does, with the pauses between them that the profile has. One that is throttled is
 * sent again as the tool does, and the rest waits for it.
 */
function inOrder(
  clock: SandboxClock,
  calls: readonly ProfiledCall[],
  ask: (call: ProfiledCall) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (index: number, attempt: number): void => {
      const call = calls[index];
      if (call === undefined) return void resolve();
      if (!ask(call)) return void clock.after(backOff(attempt), () => goOn(index, attempt + 1));
      const pause = (calls[index + 1]?.afterMs ?? call.afterMs) - call.afterMs;
      clock.after(Math.max(pause, ANSWERED_MS), () => goOn(index + 1, 1));
    };
    goOn(0, 1);
  });
}

/** Takes a token; false where there is none. */
function takeToken(
  meters: Map<string, Meter>,
  { takenByOthers }: FleetScene,
  request: { readonly account: number; readonly service: string; readonly operation: string; readonly at: Instant },
): boolean {
  const { account, service, operation, at } = request;
  const limit = limitOf(service, operation);
  const name = limit?.name ?? `${service}:*`;
  const key = `${account} ${name}`;
  const bucket = limit?.bucket ?? Infinity;
  const meter: Meter = meters.get(key) ?? {
    ...{ name, account, second: 0, inSecond: 0, most: 0, at },
    ...{ tokens: bucket, fewest: bucket },
  };
  meters.set(key, meter);
  const second = Math.floor(at / 1000);
  meter.inSecond = meter.second === second ? meter.inSecond + 1 : 1;
  meter.second = second;
  meter.most = Math.max(meter.most, meter.inSecond);
  if (limit === undefined) return true;
  const refill = limit.refill * (1 - takenByOthers);
  meter.tokens = Math.min(limit.bucket, meter.tokens + ((at - meter.at) / 1000) * refill);
  meter.at = at;
  if (meter.tokens < 1) return false;
  meter.tokens -= 1;
  meter.fewest = Math.min(meter.fewest, meter.tokens);
  return true;
}

function busiestOf(meters: readonly Meter[]): readonly Busiest[] {
  const names = [...new Set(meters.map(({ name }) => name))].sort();
  return names.map((name) => {
    const mine = meters.filter((meter) => meter.name === name);
    const top = mine.reduce((most, one) => (one.most > most.most ? one : most));
    const fewest = Math.min(...mine.map((meter) => meter.fewest));
    const found = { name, account: top.account, perSecond: top.most };
    return Number.isFinite(fewest) ? { ...found, fewestTokens: Math.floor(fewest) } : found;
  });
}

/** Moves the time from event to event until the promise is fulfilled. @throws Error when it never is */
async function passing(clock: SandboxClock, over: Promise<unknown>): Promise<void> {
  const state = { over: false };
  void over.then(() => (state.over = true));
  for (;;) {
    // What follows from an event is decided before the next one.
    await new Promise((resolve) => setImmediate(resolve));
    if (state.over) return;
    if (clock.nextAt === undefined) throw new Error('Nothing happens any more, and the fleet has not ended.');
    clock.advanceTo(clock.nextAt);
  }
}
