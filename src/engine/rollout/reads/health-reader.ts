import type { Instant, Milliseconds } from '../../../clock.js';
import { launchedSince, earliestService } from '../../../decide/looks/booting.js';
import type { ReadsNeeded } from '../../../decide/looks/reads-needed.js';
import { factsOf } from '../../../decide/strategies/facts-by-name.js';
import { AwsFault } from '../../../errors.js';
import type { Seen } from '../../../model/rollout/decision.js';
import type { Balancer, BalancerHealth } from '../../../model/rollout/group.js';
import type { BareGroup } from '../../gateway.js';
import type { RepeatableGateway } from '../../retrying-gateway.js';

/** How long the word of a balancer may be left out: one that says that nothing helps has to be heard. Milliseconds. */
const ALL_MS = 60_000;

type Rows = Readonly<Record<string, BalancerHealth>> | 'deleted';

/** By balancer and instance; `deleted` where the balancer itself is gone. */
export type Health = ReadonlyMap<string, Rows>;

/** What the look knows before it asks for health. */
interface Before {
  readonly groups: readonly BareGroup[];
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly needed: Pick<ReadsNeeded, 'health' | 'registrations'>;
  readonly seen: Seen | undefined;
  readonly at: Instant;
  /** Nothing is done by the look without another one. */
  readonly sparing: boolean;
}

/** What is registered there; a balancer that goes away in the middle of a run answers as one that is gone. */
export async function healthOf(
  ask: Pick<RepeatableGateway, 'health'>,
  balancer: Balancer,
): Promise<readonly [string, Rows]> {
  try {
    return [balancer.id, await ask.health(balancer)];
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    return [balancer.id, 'deleted'];
  }
}

/**
 * Makes a reader of what balancers say. While nothing new of a group serves, a sparing look asks none of its balancers
 * before the first checks can have passed, and after that one by one until one says no to all that is new. Where all
 * that is new serves, it asks once in `calmMs`, however often other groups make it look. What is not asked is as it was
 * read last, at most a minute ago.
 */
export function healthReader(
  ask: Pick<RepeatableGateway, 'health'>,
  calmMs: Milliseconds,
): (before: Before) => Promise<{ readonly health: Health; readonly old: boolean }> {
  const last = new Map<string, { readonly at: Instant; readonly rows: Rows }>();
  const saidNo = new Map<string, string>();
  return async (before) => {
    const { balancers, needed, at } = before;
    const wanted = [...needed.health].flatMap((id) => {
      const balancer = balancers.get(id);
      const isAsked = balancer?.deleted !== true && (balancer?.judged === true || needed.registrations.has(id));
      return balancer !== undefined && isAsked ? [balancer] : [];
    });
    const asked = new Map<string, Promise<Rows>>();
    const rowsOf = (balancer: Balancer): Promise<Rows> => {
      const rows = asked.get(balancer.id) ?? healthOf(ask, balancer).then(([, found]) => found);
      asked.set(balancer.id, rows);
      return rows;
    };
    const ageOf = ({ id }: Balancer): Milliseconds => at - (last.get(id)?.at ?? -Infinity);
    await Promise.all(
      before.groups.map(async (group) => {
        const own = wanted.filter(({ id }) => group.balancerRefs.some((ref) => ref.id === id));
        const booting =
          before.sparing && own.every((one) => ageOf(one) < ALL_MS) ? onlyBooting(group, before.seen) : undefined;
        if (before.sparing && isCalm(group, before.seen) && own.every((one) => ageOf(one) < calmMs)) return;
        if (booting === undefined) return void (await Promise.all(own.map(rowsOf)));
        if (at < earliestService(booting, own)) return;
        const first = saidNo.get(group.name);
        for (const balancer of [...own].sort((a, b) => Number(b.id === first) - Number(a.id === first))) {
          const rows = await rowsOf(balancer);
          if (rows === 'deleted' || booting.some(({ id }) => rows[id]?.verdict === 'healthy')) continue;
          saidNo.set(group.name, balancer.id);
          return;
        }
      }),
    );
    for (const [id, rows] of asked) last.set(id, { at, rows: await rows });
    const health = new Map(
      wanted.flatMap(({ id }) => {
        const known = last.get(id);
        return known === undefined ? [] : [[id, known.rows] as const];
      }),
    );
    return { health, old: asked.size < wanted.length };
  };
}

/** All that is new in a group that is to be proven was in service at the last look. */
function isCalm({ instances, size, notes: { record, verdict } }: BareGroup, seen: Seen | undefined): boolean {
  if (record === undefined || verdict !== undefined || !factsOf(record).replaces) return false;
  const since = launchedSince(instances, record);
  const isWhole = instances.length >= size.desired && since.length > 0;
  return isWhole && since.every(({ id, healthy }) => healthy && seen?.inServiceSince[id] !== undefined);
}

/** The new instances of a group that is to be proven, as long as none of them was in service; else undefined. */
function onlyBooting(
  { instances, notes: { record, verdict } }: BareGroup,
  seen: Seen | undefined,
): BareGroup['instances'] | undefined {
  if (record === undefined || verdict !== undefined || !factsOf(record).replaces) return undefined;
  const booting = launchedSince(instances, record);
  return booting.some(({ id }) => seen?.inServiceSince[id] !== undefined) ? undefined : booting;
}
