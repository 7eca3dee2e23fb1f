import type { Instant } from '../../clock.js';
import type { Stamped } from '../../model/event.js';
import type { InstanceRow, InstanceState } from '../../model/rollout/instance-row.js';
import { list } from '../../text/list.js';

/** A stretch of an instance's time in one state. */
interface Stretch {
  readonly from: Instant;
  readonly until: Instant;
  readonly state: InstanceState;
  /** What the balancers said that did not call it healthy. */
  readonly words: string;
}

/** What one instance went through, or several in exactly the same way. */
export interface Lane {
  readonly ids: readonly string[];
  readonly half: 'old' | 'new' | 'unknown';
  readonly stretches: readonly Stretch[];
}

interface Open {
  readonly row: InstanceRow;
  readonly stretches: readonly Stretch[];
}

/** One lane for each instance, those that are alike in one: old ones first, in the order in which they were seen. */
export function lanesOf(events: readonly Stamped[], until: Instant): readonly Lane[] {
  const open = new Map<string, Open>();
  const closed = new Map<string, Open>();
  const end = (id: string, at: Instant): void => {
    const known = open.get(id);
    if (known === undefined) return;
    closed.set(id, { ...known, stretches: ended(known.stretches, at) });
    open.delete(id);
  };
  for (const { event, at } of events) {
    if (event.type !== 'group.instances') continue;
    const here = new Set(event.instances.map(({ id }) => id));
    event.gone.forEach((id) => end(id, at));
    if (event.all === true) [...open.keys()].filter((id) => !here.has(id)).forEach((id) => end(id, at));
    for (const row of event.instances) {
      const known = open.get(row.id) ?? closed.get(row.id);
      open.set(row.id, { row, stretches: withState(known?.stretches ?? [], row, at) });
    }
  }
  [...open.keys()].forEach((id) => end(id, until));
  return together([...closed.values()]);
}

/** The last stretch goes on in the same state, or ends where the next begins. */
function withState(stretches: readonly Stretch[], row: InstanceRow, at: Instant): readonly Stretch[] {
  const words = row.says
    .map(({ balancer, verdict, reason }) => `${balancer}: ${reason === '' ? verdict : reason}`)
    .join('; ');
  const last = stretches.at(-1);
  if (last?.state === row.state && last.words === words) return stretches;
  return [...ended(stretches, at), { from: at, until: at, state: row.state, words }];
}

function ended(stretches: readonly Stretch[], at: Instant): readonly Stretch[] {
  const last = stretches.at(-1);
  return last === undefined ? [] : [...stretches.slice(0, -1), { ...last, until: at }];
}

function together(all: readonly Open[]): readonly Lane[] {
  const lanes = new Map<string, { ids: string[]; half: Lane['half']; stretches: readonly Stretch[] }>();
  for (const { row, stretches } of all) {
    const { half = 'unknown', id } = row;
    const key = JSON.stringify([half, stretches]);
    const same = lanes.get(key);
    if (same === undefined) lanes.set(key, { ids: [id], half, stretches });
    else same.ids.push(id);
  }
  return [...lanes.values()].sort((a, b) => rank(a) - rank(b) || begin(a) - begin(b));
}

function rank({ half }: Lane): number {
  return half === 'old' ? 0 : 1;
}

function begin({ stretches }: Lane): Instant {
  return stretches[0]?.from ?? 0;
}

/** The name of a lane: its instance, or how many there are. */
export function laneName({ ids }: Lane): string {
  return ids.length === 1 ? (ids[0] ?? '') : `${ids.length} × ${ids[0] ?? ''} …`;
}

/** All instances of a lane, for whoever asks. */
export function laneIds({ ids }: Lane): string {
  return list(ids, 40);
}

/** States as people read them. */
export const STATE_WORDS: Readonly<Record<InstanceState, string>> = {
  launching: 'launching',
  booting: 'booting, first checks',
  unhealthy: 'unhealthy',
  hopeless: 'can never serve',
  serving: 'in service',
  proven: 'proven',
  leaving: 'draining, leaving',
  idle: 'set aside',
};
