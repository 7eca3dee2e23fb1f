import type { Instant, Milliseconds } from '../../clock.js';
import type { AtLimit, AwaitedInstance, Decision, Progress, Wait } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import { checked } from '../gates/hooks.js';
import { standing, verdictOf } from '../instances/classify.js';
import { warmup } from '../memory/proven.js';
import { factsOf } from '../strategies/facts-by-name.js';
import type { GroupView, RolloutView } from '../view.js';
import { expectedTime, healthChecksOf, LAUNCH_MS } from './expected-time.js';

/** A longer grace period says how long Auto Scaling is patient, and not how long an instance boots. */
const LONGEST_BOOT_MS: Milliseconds = 180_000;

/**
 * Adds to a decision what people ask of it besides what is done: how far each instance is that is waited for, what
 * happens when a wait comes to its limit, which way the rollout goes, and how long it should take. Nothing is decided
 * by it.
 */
export function withOutlook(view: RolloutView, decision: Decision): Decision {
  const of = (name: string): GroupView | undefined => view.groups.find((group) => group.name === name);
  if (decision.kind === 'act') return { ...decision, progress: decision.progress.map((one) => further(view, of, one)) };
  if (decision.kind !== 'wait') return decision;
  return {
    ...decision,
    progress: decision.progress.map((one) => further(view, of, one)),
    waits: decision.waits.map((wait) => withStates(view, of(wait.group), wait)),
  };
}

type Find = (name: string) => GroupView | undefined;

function further({ plan }: RolloutView, find: Find, progress: Progress): Progress {
  const { group, record, verdict, halves } = find(progress.group) ?? {};
  if (group === undefined || record === undefined || halves === undefined) return progress;
  const replaces = factsOf(record).kind === 'replacing';
  const fresh = replaces && verdict === undefined && halves.new.length === 0 && group.configurations.length > 0;
  return {
    ...progress,
    strategy: record.strategy,
    began: record.startedAt,
    ...(verdict !== undefined && { verdict: verdict.outcome }),
    ...(replaces && { expectedMs: expectedTime(plan.timing.warmupMs, group, record) }),
    ...(fresh && {
      from: [...new Set(halves.old.map(({ configuration }) => configuration))].filter((one) => one !== ''),
      to: group.configurations,
    }),
  };
}

function withStates(view: RolloutView, of: GroupView | undefined, wait: Wait): Wait {
  const then = wait.until === undefined ? undefined : atLimit(view, of, wait);
  const told = then === undefined ? wait : { ...wait, then };
  if (of === undefined) return told;
  const instances = wait.instances.map((row) => {
    const instance = of.group.instances.find(({ id }) => id === row.id);
    return instance === undefined ? row : { ...row, ...stateOf(view, of, instance) };
  });
  return { ...told, instances };
}

/** What happens when the wait comes to its limit; undefined where nobody can say before. */
function atLimit({ plan }: RolloutView, of: GroupView | undefined, { phase }: Wait): AtLimit | undefined {
  if (phase === 'bake' || phase === 'keep') return 'goOn';
  if (phase === 'preflight') return of?.record === undefined ? 'refuse' : 'stop';
  if (of?.record === undefined) return factsOf(plan).provesWithoutRecord ? 'fail' : undefined;
  // What a restart does then depends on what the other instances do.
  if (factsOf(of.record).kind !== 'replacing') return undefined;
  return of.verdict === undefined ? 'rollBack' : 'stop';
}

type State = Omit<AwaitedInstance, 'id' | 'why'>;

/** How far one instance is. While a restart works on it, its command and its balancers say more; nothing is added. */
function stateOf(view: RolloutView, of: GroupView, instance: Instance): State {
  const { observed, plan } = view;
  const { group } = of;
  const { lifecycle, launchedAt, healthy } = instance;
  const since = launchedAt === undefined ? {} : { launchedAt };
  const where = standing(lifecycle);
  if (where === 'leaving') return { state: 'leaving', ...since };
  if (where === 'coming') return { state: 'launching', ...since };
  if (where !== 'live') return { state: 'idle', ...since };
  if (plan.restart !== undefined) return {};
  const said = balancerWords(observed.at, group, instance);
  if (said !== undefined) return { ...said, ...since };
  if (!healthy) return { state: 'unhealthy', ...since };
  if (!checked(observed.seen, plan, instance)) return { state: 'checked', ...since };
  const began = observed.seen.inServiceSince[instance.id];
  return {
    state: 'warming',
    ...since,
    ...(began !== undefined && { provenAt: began + warmup(group, plan.timing.warmupMs) }),
  };
}

/** How far an instance is by the first balancer that does not call it healthy; undefined when all do. */
export function balancerState(at: Instant, group: Group, instance: Instance): Judged | undefined {
  return balancerWords(at, group, instance)?.state;
}

type Judged = 'booting' | 'unhealthy' | 'hopeless' | 'leaving';

/** What the first balancer says that does not call it healthy; undefined when all do, or were not asked. */
function balancerWords(at: Instant, group: Group, instance: Instance): (State & { state: Judged }) | undefined {
  const { launchedAt, healthy } = instance;
  for (const balancer of group.balancers) {
    if (!balancer.judged || group.unread?.includes(balancer.id) === true) continue;
    const { verdict, reason } = verdictOf(instance, balancer);
    if (verdict === 'healthy') continue;
    const words = {
      balancer: balancer.name,
      verdict,
      ...(balancer.deleted === true && { deleted: true as const }),
      ...(reason !== '' && { reason }),
    };
    if (verdict === 'hopeless') return { state: 'hopeless', ...words };
    if (verdict === 'draining') return { state: 'leaving', ...words };
    const patience = Math.max(LAUNCH_MS + healthChecksOf(group), Math.min(group.healthCheckGraceMs, LONGEST_BOOT_MS));
    const young = launchedAt !== undefined && at < launchedAt + patience;
    const coming = healthy && (verdict === 'starting' || verdict === 'absent' || young);
    return { state: coming ? 'booting' : 'unhealthy', ...words };
  }
  return undefined;
}
