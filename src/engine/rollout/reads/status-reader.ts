import type { Instant } from '../../../clock.js';
import { STATUS_LAG_MS } from '../../../decide/read-lag.js';
import { AwsFault } from '../../../errors.js';
import type { ApplicationStatus, Instance } from '../../../model/rollout/group.js';
import type { BareGroup, Gateway } from '../../gateway.js';
import { NOT_HAD } from './cached-reads.js';

type Groups = readonly BareGroup[];

/** What was said of an instance last, and when. */
interface Said {
  readonly status: ApplicationStatus;
  readonly at: Instant;
}

/** What is known of the checks of groups and instances from earlier looks. */
export interface KnownChecks {
  /** Names of groups that were asked for once. */
  readonly asked: Set<string>;
  readonly checked: Set<string>;
  readonly said: Map<string, Said>;
  refused?: { readonly group: string; readonly text: string };
}

/** Nothing was asked yet. */
export function noChecksKnown(): KnownChecks {
  return { asked: new Set(), checked: new Set(), said: new Map() };
}

/** Names of the groups whose status matters in a look, and of those that no balancer judges. */
export interface WhichMatter {
  readonly matter: ReadonlySet<string>;
  readonly unjudged: ReadonlySet<string>;
}

/** What application status checks say, and the words with which AWS refused to tell, for the group that was asked. */
export interface StatusRead {
  readonly of: Readonly<Record<string, ApplicationStatus>>;
  /** Names of groups of which some instance was judged by such checks in this run. */
  readonly checked: ReadonlySet<string>;
  readonly refused?: { readonly group: string; readonly text: string };
}

/**
 * The application status of instances: once for all groups, then where it matters, of groups that no balancer judges
 * or of which such a check judges some instance. Where AWS refuses it, or does not know the call, it is not asked again
 * in this run, and the word of balancers and Auto Scaling is all that there is.
 *
 * @param once the same calls, sent once: nobody waits for a judge that no group is known to have, and the next look
 * asks again
 */
export function statusReader(
  gateway: Pick<Gateway, 'applicationStatus'>,
  once: Pick<Gateway, 'applicationStatus'>,
  known: KnownChecks = noChecksKnown(),
): (groups: Groups, which: WhichMatter, at: Instant) => Promise<StatusRead> {
  const { asked, checked, said } = known;
  let last: StatusRead['of'] = {};
  return async (groups, { matter, unjudged }, at) => {
    const wanted = groups.filter(
      ({ name }) => !asked.has(name) || (matter.has(name) && (unjudged.has(name) || checked.has(name))),
    );
    const ids = wanted.flatMap((group) => {
      const there = group.instances.filter(canHaveStatus);
      if (there.length > 0) asked.add(group.name);
      return there.map(({ id }) => id);
    });
    const isKnown = wanted.some(({ name }) => unjudged.has(name) || checked.has(name));
    if (known.refused === undefined && ids.length > 0)
      try {
        last = await (isKnown ? gateway : once).applicationStatus(ids);
        for (const [id, status] of Object.entries(last)) said.set(id, { status, at });
      } catch (error) {
        if (!(error instanceof AwsFault)) throw error;
        const isHad = error.kind !== 'missing' && !NOT_HAD.has(error.kind);
        if (isHad && isKnown) throw error;
        if (isHad) {
          for (const { name } of wanted) asked.delete(name);
          return { of: {}, checked };
        }
        // Where one of them has just gone, the next look asks again, and what was said last counts until then.
        if (error.kind !== 'missing')
          known.refused = { group: wanted[0]?.name ?? '', text: `${error.operation}: ${error.code}` };
      }
    for (const { name, instances } of wanted) if (instances.some(({ id }) => last[id] !== undefined)) checked.add(name);
    const judged = wanted.filter(({ name }) => checked.has(name)).flatMap(({ instances }) => instances);
    const heardOf = judged.filter(({ id }) => ids.includes(id));
    // rule: status-left-out
    last = { ...untold(heardOf, said, at), ...last };
    const { refused } = known;
    return { of: ids.length === 0 ? {} : last, checked, ...(refused !== undefined && { refused }) };
  };
}

/**
 * Forgets what need not be kept for a look elsewhere: silence about an instance that was healthy means the same as its
 * health, and what is old counts no more.
 */
export function forgetHealthy({ said }: KnownChecks, at: Instant): void {
  for (const [id, { status, at: then }] of said)
    if (status.verdict === 'healthy' || at - then > STATUS_LAG_MS) said.delete(id);
}

/** Whether an instance can be judged by a check already, and still. */
function canHaveStatus({ lifecycle, healthy, launchedAt }: BareGroup['instances'][number]): boolean {
  return lifecycle === 'InService' && healthy && launchedAt !== undefined;
}

/**
 * What counts of instances that an answer leaves out although such checks judge their group: what was said of each
 * last, and of a new one that nothing is told yet. An answer that lags behind does not know the newest ones, and who
 * took its silence for health would let others go for them. One that no check applies to is left out for good.
 */
function untold(
  instances: readonly Pick<Instance, 'id' | 'launchedAt'>[],
  said: ReadonlyMap<string, Said>,
  at: Instant,
): StatusRead['of'] {
  const rows = instances.flatMap(({ id, launchedAt = 0 }) => {
    const before = said.get(id);
    if (at - (before?.at ?? launchedAt) > STATUS_LAG_MS) return [];
    return [[id, before?.status ?? ({ verdict: 'starting', reason: 'not told yet' } as const)] as const];
  });
  return Object.fromEntries(rows);
}
