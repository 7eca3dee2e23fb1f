import type { Clock, Instant, Milliseconds } from '../clock.js';
import { nextStep, type Bake, type FleetStep, type TargetPhase } from './fleet-step.js';
import type { Target, Wave } from './waves.js';

/** What the waves of a fleet are driven with. */
export interface FleetPorts {
  readonly clock: Clock;
  /** Aborted when nothing further shall begin. */
  readonly stop: AbortSignal;
  /** Rolls a target out to its end. Must not throw. Undefined: a wish to stop came before it was begun. */
  readonly start: (target: Target) => Promise<Exclude<TargetPhase, 'running'> | undefined>;
  /** Whether a wave that needs a person may begin. */
  readonly mayBegin: (wave: Wave) => Promise<boolean>;
  /** Whether the time after a wave has to be waited for; false where an earlier run did. */
  readonly bakes: (wave: Wave) => Promise<boolean>;
  /** Why the next wave must not begin, by the wave's alarms; undefined while they are quiet. */
  readonly ringing: (wave: Wave) => Promise<string | undefined>;
  /** Hears of each step before it is taken. */
  readonly tell: (step: FleetStep, bake?: Bake) => void;
}

/** How often alarms are asked in a bake time. */
const LOOK_EVERY_MS: Milliseconds = 30_000;

/** Takes step after step until the end, which it answers. */
export async function driveFleet(
  waves: readonly Wave[],
  ports: FleetPorts,
): Promise<Extract<FleetStep, { do: 'end' }>> {
  const { clock, stop, tell } = ports;
  const phases = new Map<string, TargetPhase>();
  const approvals = new Map<string, boolean>();
  const bakes = new Map<string, Bake>();
  const named = new Map(waves.map((wave) => [wave.name, wave]));
  let wake: () => void = () => undefined;
  const begin = (target: Target): void => {
    phases.set(target.name, 'running');
    void ports.start(target).then((phase) => {
      if (phase === undefined) phases.delete(target.name);
      else phases.set(target.name, phase);
      wake();
    });
  };
  for (;;) {
    const step = nextStep(waves, { now: clock.now(), phases, approvals, bakes, stopping: stop.aborted });
    tell(step, step.wave === undefined ? undefined : bakes.get(step.wave));
    if (step.do === 'end') return step;
    const wave = named.get(step.wave);
    if (wave === undefined) throw new Error(`There is no wave ${step.wave}.`);
    switch (step.do) {
      case 'start':
        wave.targets.filter(({ name }) => step.targets.includes(name)).forEach(begin);
        break;
      case 'await':
        await new Promise<void>((resolve) => (wake = resolve));
        break;
      case 'approve':
        approvals.set(wave.name, await ports.mayBegin(wave));
        break;
      case 'bake':
        bakes.set(wave.name, firstBake(wave, clock.now(), await ports.bakes(wave)));
        break;
      case 'look':
        bakes.set(wave.name, await looked(wave, bakes.get(wave.name), ports));
        break;
      case 'sleep':
        await clock.sleep(Math.max(0, step.until - clock.now()), stop);
        break;
    }
  }
}

function firstBake({ bakeMs, alarms }: Wave, now: Instant, isNeeded: boolean): Bake {
  if (!isNeeded) return { until: now, nextLook: Infinity };
  return { until: now + bakeMs, nextLook: alarms.length === 0 ? Infinity : now };
}

/** The bake time after a look at the alarms; the last look is at its end. */
async function looked(wave: Wave, bake: Bake | undefined, { clock, ringing }: FleetPorts): Promise<Bake> {
  const asked = clock.now();
  const until = bake?.until ?? asked;
  const rings = await ringing(wave);
  const nextLook = asked >= until ? Infinity : Math.min(asked + LOOK_EVERY_MS, until);
  return { until, nextLook, ...(rings !== undefined && { rings }) };
}
