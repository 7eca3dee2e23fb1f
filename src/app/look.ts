import { systemClock } from '../clock.js';
import { readPace } from '../config/speed.js';
import type { Deps } from '../engine/deps.js';
import { thisMachine } from './machine.js';
import { connect, type CommonFlags } from './run.js';
import type { Surroundings } from './surroundings.js';

/** What a command works with that looks and changes nothing: no run, no events, no signals. */
export async function onlyLook(asked: CommonFlags, surroundings: Pick<Surroundings, 'env' | 'version' | 'command' | 'host'>): Promise<{ readonly deps: Deps; readonly region: string }> {
  const pace = readPace(surroundings.env);
  const { gateway, region } = await connect(asked, pace.endpoint, surroundings);
  const deps: Deps = {
    gateway,
    clock: systemClock(pace.speed),
    emit: () => undefined,
    interrupt: { received: undefined, wake: new AbortController().signal },
    holderIsGone: thisMachine(surroundings.host).holderIsGone,
  };
  return { deps, region };
}
