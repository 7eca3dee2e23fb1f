import { systemClock } from '../clock.js';
import { readPace } from '../config/speed.js';
import { makePlan, readWanted } from '../config/plan.js';
import type { Deps } from '../engine/deps.js';
import { createObserver } from '../engine/observe.js';
import { retrying } from '../engine/retry.js';
import type { Group, GroupNotes } from '../model/group.js';
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

/** All groups with the health of every instance, through the eyes of the engine. */
export async function lookAtGroups(deps: Deps, names: readonly string[], region: string): Promise<{ readonly at: number; readonly groups: readonly Group[] }> {
  if (names.length === 0) return { at: deps.clock.now(), groups: [] };
  const plan = makePlan(readWanted({}), { strategy: 'swap', run: 'status', host: '', pid: 0, groups: names, region, again: '', adoptOnly: true });
  // The engine leaves out health that its rollout no longer needs; people want all of it. So it looks at
  // groups without notes, and gets them back afterwards.
  const notes = new Map<string, GroupNotes>();
  const bare: Deps['gateway'] = {
    ...deps.gateway,
    describeGroups: async (asked) => {
      const looked = await deps.gateway.describeGroups(asked);
      for (const group of looked.groups) notes.set(group.name, group.notes);
      return { ...looked, groups: looked.groups.map((group) => ({ ...group, notes: {} })) };
    },
  };
  const { at, groups } = await retrying(deps, 'autoscaling:DescribeAutoScalingGroups', () => createObserver({ ...deps, gateway: bare }, plan).look());
  return { at, groups: groups.map((group) => ({ ...group, notes: notes.get(group.name) ?? {} })) };
}
