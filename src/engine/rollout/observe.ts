import type { Instant } from '../../clock.js';
import { standing, units } from '../../decide/instances/classify.js';
import { nothingSeen, afterLook, afterAction } from '../../decide/memory/remember.js';
import { cancellationOfOwnRun } from '../../decide/ownership/cancellation.js';
import type { Observed, Seen } from '../../model/rollout/decision.js';
import type { Balancer, BalancerHealth, FailedActivity, Group, Precautions } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import type { BareGroup } from '../gateway.js';
import { PATIENCE, repeating } from '../retry.js';
import { retrying } from '../retrying-gateway.js';
import { createSignOfLife } from './renew-while-failing.js';

/** How old an answer about failed launches may be: it explains a wait and costs a call per group. */
const FAILURES_MS = 15_000;
/** How old resolved template versions may be. They decide only whether a group is outdated. */
const VERSIONS_MS = 30_000;

/**
 * Looks at the world. Keeps answers that cannot change (launch times) or that may be a little old, so
 * that a look costs one call for all groups and one per load balancer, however many instances there are.
 */
export interface Observer {
  /** One look, folded into what was seen before. @throws AwsFault */
  look(): Promise<Observed>;
  /** Replaces what is remembered, after an action was sent. */
  readonly recall: (change: (seen: Seen) => Seen) => void;
}

/** Makes an observer for the groups of a plan. */
export function createObserver(deps: Deps, plan: Plan): Observer {
  const alive = createSignOfLife(deps, plan);
  const gateway = retrying(deps, PATIENCE, async () => {
    const renewed = seen === undefined ? undefined : await alive(seen);
    if (renewed !== undefined)
      seen = afterAction(seen ?? nothingSeen(renewed.at), renewed.action, renewed.at, true, plan);
  });
  let seen: Seen | undefined;
  const launched: Record<string, Instant> = {};
  const members = new Map<string, BareGroup['instances'][number]>();
  const balancers = new Map<string, Balancer>();
  const precautions = new Map<string, Precautions>();
  const failures = new Map<string, { readonly at: Instant; readonly found: readonly FailedActivity[] }>();
  let versions: { at: Instant; readonly of: Awaited<ReturnType<typeof gateway.templateVersions>> } | undefined;

  /** Promoted in this run. One that was rolled back for a dead run may start again. */
  const isDone = (group: BareGroup): boolean => seen?.results[group.name]?.outcome === 'promoted';

  async function learnLaunchTimes(groups: readonly BareGroup[]): Promise<void> {
    const unknown = groups.filter((group) =>
      group.instances.some((instance) => (instance.launchedAt ?? launched[instance.id]) === undefined),
    );
    if (unknown.length > 0) Object.assign(launched, await gateway.launchTimes(unknown.map((group) => group.name)));
  }

  async function learnBalancers(groups: readonly BareGroup[]): Promise<void> {
    const refs = new Map(groups.flatMap((group) => group.balancerRefs.map((ref) => [ref.id, ref] as const)));
    const unknown = [...refs.values()].filter((ref) => !balancers.has(ref.id));
    // One by one: each takes several calls, and when many fail a list of them would hardly ever come through whole.
    for (const ref of unknown)
      for (const balancer of await gateway.describeBalancers([ref]))
        balancers.set(
          balancer.id,
          plan.gates?.skipBalancers === true
            ? { ...balancer, judged: false, note: 'left out by --skip-elb-health-check' }
            : balancer,
        );
  }

  /** Health matters while there is somebody to prove or to terminate: what stays must be known to serve. */
  async function readHealth(
    groups: readonly BareGroup[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, BalancerHealth>>>> {
    const needed = new Set(
      groups.filter((group) => needsHealth(group)).flatMap((group) => group.balancerRefs.map((ref) => ref.id)),
    );
    // A restart has to know who is registered, also where that says nothing of health.
    const restarting = new Set(
      groups.filter((group) => isRestart(group)).flatMap((group) => group.balancerRefs.map((ref) => ref.id)),
    );
    const judged = [...needed]
      .map((id) => balancers.get(id))
      .filter(
        (balancer): balancer is Balancer => balancer !== undefined && (balancer.judged || restarting.has(balancer.id)),
      );
    return new Map(
      await Promise.all(judged.map(async (balancer) => [balancer.id, await gateway.health(balancer)] as const)),
    );
  }

  function isRestart({ notes }: BareGroup): boolean {
    return notes.record === undefined ? plan.strategy === 'restart' : notes.record.strategy === 'restart';
  }

  function needsHealth(group: BareGroup): boolean {
    if (isDone(group)) return false;
    const { record, verdict } = group.notes;
    if (record === undefined || record.strategy === 'restart') return true;
    const here = group.instances.filter((instance) => standing(instance.lifecycle) !== 'leaving');
    const isNew = (id: string): boolean => (launched[id] ?? Infinity) >= record.startedAt;
    if (verdict === undefined) return here.some((instance) => isNew(instance.id));
    // A rolling rollout proves new ones until its end.
    if (record.strategy === 'rolling') return true;
    // A surplus of new ones is scaled in at the end; then it matters who serves.
    if (verdict.outcome === 'promote' && units(here) > record.size.desired) return true;
    return here.some((instance) => isNew(instance.id) === (verdict.outcome === 'rollBack'));
  }

  /** What would be launched now matters until a rollout has begun, and to whoever takes over a rolling one. */
  async function resolve(groups: readonly BareGroup[], at: Instant): Promise<ReadonlyMap<string, readonly string[]>> {
    const takenOver = ({ record, verdict }: BareGroup['notes']): boolean =>
      record?.strategy === 'rolling' && record.run !== plan.run && verdict?.outcome === 'promote';
    const undecided = groups.filter(
      (group) =>
        (group.notes.record === undefined || takenOver(group.notes)) && !isDone(group) && plan.strategy !== 'restart',
    );
    const moving = new Set(
      undecided.flatMap((group) => group.configurationRefs.map(movingTemplate)).filter((id) => id !== undefined),
    );
    // One may have been unasked for as long as its group was a dead run's.
    const unread = [...moving].some((id) => versions?.of[id] === undefined);
    if (moving.size > 0 && (versions === undefined || unread || at - versions.at >= VERSIONS_MS))
      versions = { at, of: { ...versions?.of, ...(await gateway.templateVersions([...moving])) } };
    return new Map(
      groups.map((group) => [group.name, group.configurationRefs.flatMap((ref) => resolved(ref, versions?.of ?? {}))]),
    );
  }

  async function readFailures(groups: readonly BareGroup[], at: Instant): Promise<readonly FailedActivity[]> {
    const found: FailedActivity[] = [];
    for (const group of groups) {
      const { record, verdict } = group.notes;
      const since = record?.startedAt ?? (plan.strategy === 'prove' ? 0 : undefined);
      const have = group.instances.filter((instance) => standing(instance.lifecycle) !== 'leaving').length;
      const proving =
        record?.strategy !== 'restart' &&
        (verdict === undefined || (record?.strategy === 'rolling' && verdict.outcome === 'promote'));
      if (since === undefined || !proving || isDone(group) || have >= group.size.desired) continue;
      const last = failures.get(group.name);
      const fresh =
        last !== undefined && at - last.at < FAILURES_MS
          ? last
          : { at, found: await gateway.failedLaunches(group.name, since) };
      failures.set(group.name, fresh);
      found.push(...fresh.found);
    }
    return found;
  }

  /** Who is out of a balancer without a group is shown by our note alone: reads of it that lag must not make us forget anybody. */
  function withOut(group: BareGroup): BareGroup {
    if (group.balancerOnly !== true) return group;
    for (const instance of group.instances) members.set(instance.id, instance);
    const out = [...(group.notes.out?.instances ?? []), ...(seen?.known[group.name]?.out?.instances ?? [])];
    const missing = [...new Set(out.map(({ id }) => id))].filter((id) => !group.instances.some((one) => one.id === id));
    return { ...group, instances: [...group.instances, ...missing.flatMap((id) => members.get(id) ?? [])] };
  }

  /** Those of the instances that should be back and are nowhere registered which EC2 does not run any more. */
  async function lookForGone(groups: readonly Group[]): Promise<readonly string[]> {
    const absent = groups.flatMap(({ notes, balancers: own, instances }) =>
      instances
        .filter(
          ({ id, health }) =>
            seen?.backSince[id] !== undefined &&
            notes.record?.strategy === 'restart' &&
            own.length > 0 &&
            !health.some(({ verdict }) => verdict !== 'absent'),
        )
        .map(({ id }) => id),
    );
    if (absent.length === 0) return [];
    const running = await gateway.running(absent);
    return absent.filter((id) => !running.includes(id));
  }

  /** What EC2 says of those that Auto Scaling calls unhealthy: whoever is to be proven may have been taken away. */
  async function lookForEnded(groups: readonly Group[]): Promise<Pick<Observed, 'ended'>> {
    const proving = groups.filter(
      ({ notes: { record, verdict } }) =>
        record !== undefined && record.strategy !== 'restart' && verdict === undefined,
    );
    const unhealthy = proving.flatMap(({ instances }) =>
      instances.filter(({ healthy, lifecycle }) => !healthy && standing(lifecycle) === 'live').map(({ id }) => id),
    );
    return unhealthy.length === 0 ? {} : { ended: await gateway.endings(unhealthy) };
  }

  async function lookAtCommands(): Promise<Observed['commands']> {
    const { commands } = deps;
    return commands === undefined ? undefined : repeating(deps, () => commands.look(), PATIENCE);
  }

  /** Alarms matter before a rollout starts and for as long as something is to be proven. */
  async function readAlarms(groups: readonly BareGroup[]): Promise<Pick<Observed, 'alarms'>> {
    const names = plan.gates?.alarms ?? [];
    const matter = groups.some(
      ({ name, notes: { record, verdict } }) =>
        seen?.results[name] === undefined &&
        (record === undefined ||
          verdict === undefined ||
          (record.strategy === 'rolling' && verdict.outcome === 'promote')),
    );
    return names.length === 0 || !matter || plan.strategy === 'unfreeze' ? {} : { alarms: await gateway.alarms(names) };
  }

  async function takePrecautions(groups: readonly BareGroup[]): Promise<void> {
    if (plan.strategy === 'prove' || plan.adoptOnly) return;
    const unasked = groups.filter((group) => group.notes.record === undefined && !precautions.has(group.name));
    for (const found of await Promise.all(unasked.map((group) => gateway.precautions(group.name))))
      precautions.set(found.group, found);
  }

  /** A signal means: put everything back. So does a note that cancels, and it is not taken back by reads that lag. */
  let asked: ReturnType<typeof cancellationOfOwnRun>;
  function cancellationOf(groups: readonly Group[]): Pick<Observed, 'cancellation'> {
    const signal = deps.interrupt.received;
    // rule: signal-ignored
    if (signal !== undefined) return { cancellation: { outcome: 'rollBack', why: `interrupted by ${signal}` } };
    const found = asked ?? cancellationOfOwnRun(groups, plan);
    if (found !== undefined && asked === undefined) {
      asked = found;
      deps.emit({ type: 'interrupt', signal: found.by, effect: effectOf(groups) });
    }
    return found === undefined ? {} : { cancellation: { outcome: 'rollBack', why: found.why } };
  }

  return {
    async look() {
      const { at, groups: shown } = await gateway.describeGroups(plan.groups);
      const bare = shown.map(withOut);
      await learnLaunchTimes(bare);
      await learnBalancers(bare);
      await takePrecautions(bare);
      const configurations = await resolve(bare, at);
      const health = await readHealth(bare);
      const failed = await readFailures(bare, at);
      const commands = await lookAtCommands();
      const alarms = await readAlarms(bare);
      const groups = bare.map((group): Group => {
        const own = group.balancerRefs
          .map((ref) => balancers.get(ref.id))
          .filter((balancer): balancer is Balancer => balancer !== undefined);
        const instances = group.instances.map((instance) => {
          const launchedAt = launched[instance.id];
          const rows = own.flatMap((balancer) => health.get(balancer.id)?.[instance.id] ?? []);
          return { ...instance, ...(launchedAt === undefined ? {} : { launchedAt }), health: rows };
        });
        const { balancerRefs, configurationRefs, ...rest } = group;
        return { ...rest, instances, balancers: own, configurations: configurations.get(group.name) ?? [] };
      });
      const gone = await lookForGone(groups);
      const ended = await lookForEnded(groups);
      // Last: the reads before may take long while AWS fails, and no group is touched once its stack is changed.
      const stack = plan.stack === undefined ? undefined : await gateway.describeStack(plan.stack);
      const look: Omit<Observed, 'seen'> = {
        at,
        groups,
        missing: plan.groups.filter((name) => !groups.some((group) => group.name === name)),
        ...(stack === undefined ? {} : { stackStatus: stack.status }),
        precautions: [...precautions.values()],
        failures: failed,
        ...(commands === undefined ? {} : { commands }),
        ...alarms,
        ...(gone.length === 0 ? {} : { gone }),
        ...ended,
        abandoned: groups
          .filter(
            ({ notes }) => notes.lease !== undefined && notes.lease.run !== plan.run && deps.holderIsGone(notes.lease),
          )
          .map((group) => group.name),
        ...cancellationOf(groups),
      };
      seen = afterLook(seen ?? nothingSeen(at), look, plan);
      return { ...look, seen };
    },
    recall: (change) => {
      if (seen !== undefined) seen = change(seen);
    },
  };
}

/** What a cancellation does, by how far the groups are. */
function effectOf(groups: readonly Group[]): string {
  if (groups.some(({ notes }) => notes.record?.strategy === 'restart'))
    return 'Stops the commands that run and puts back what was taken out.';
  const open = groups.some(({ notes }) => notes.record !== undefined && notes.verdict === undefined);
  return open
    ? 'Rolls back: the new instances go, the old ones stay.'
    : 'The verdict is written already; what it says is finished.';
}

/** The template of a reference such as `lt/ID:$Latest`, when its version moves. */
function movingTemplate(ref: string): string | undefined {
  return /^lt\/(.+):\$(?:Latest|Default)$/.exec(ref)?.[1];
}

function resolved(
  ref: string,
  versions: Readonly<Record<string, { readonly latest: string; readonly default: string }>>,
): readonly string[] {
  const template = movingTemplate(ref);
  if (template === undefined) return [ref];
  const found = versions[template];
  if (found === undefined) return [];
  return [`lt/${template}:${ref.endsWith('$Latest') ? found.latest : found.default}`];
}
