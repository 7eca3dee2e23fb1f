import type { Action } from '../../model/rollout/action.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RollingRecord, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { MAX_TERMINATED_PER_CALL } from '../instances/capacity.js';
import { inService } from '../instances/classify.js';
import { hasLeft, isNew, isOld } from './halves.js';
import { keepSizeRule } from './keep-size-rules.js';
import { restartRule } from './restart-rules.js';
import { askedFor, decrementRule, fitRule, givesBack, makeUpRule, showsGrowth } from './size-rules.js';
import { busy } from '../memory/fold-look.js';
import { withNotes } from '../memory/known-notes.js';

/**
 * Checks an action against the invariants once more, by other reasoning than the decision's: here
 * every rule stands alone and looks only at the group and the action. Answers the rule that the
 * action would break, or undefined. A broken rule is a bug of ours; the run stops with the record kept.
 */
export function guard(shown: Observed, plan: Plan, action: Action): string | undefined {
  // rule: guard-off
  const names = 'groups' in action ? action.groups : [action.group];
  for (const name of names) {
    const found = shown.groups.find((group) => group.name === name);
    if (found === undefined) return `${action.type}: the group ${name} is not there`;
    if (!plan.groups.includes(name)) return `${action.type}: the group ${name} is not in the plan`;
    const group = withNotes(found, shown.seen);
    const broken =
      stackRule(shown, action) ??
      (plan.strategy === 'unfreeze'
        ? unfreezeRule(group, action)
        : (leaseRule(plan, group, action) ??
          (group.notes.record?.strategy === 'restart'
            ? restartRule(plan, group, group.notes.record, action, shown.gone)
            : group.notes.record?.strategy === 'keep-size'
              ? keepSizeRule(group, group.notes.record, action)
              : ruleOf(group, action))));
    const gate = broken ?? gateRule(shown, plan, group, action);
    if (gate !== undefined) return `${action.type} on ${name}: ${gate}`;
  }
  return undefined;
}

/** What the user wants to have happened first has happened. */
function gateRule({ groups, seen }: Observed, { gates }: Plan, group: Group, action: Action): string | undefined {
  if (action.type === 'terminate' && gates?.hooks?.beforeTerminate !== undefined) {
    const early = action.instances.find((id) => seen.hooks[`beforeTerminate ${id}`] === undefined);
    if (early !== undefined) return `the command before the termination of ${early} has not run`;
  }
  const { record } = group.notes;
  if (
    action.type === 'judge' &&
    action.verdict.outcome === 'promote' &&
    gates?.hooks?.check !== undefined &&
    record !== undefined
  ) {
    const passed = group.instances.filter(
      ({ id, launchedAt }) => isNew(launchedAt, record.startedAt) && seen.hooks[`check ${id}`]?.passed === true,
    );
    const has = passed.reduce((sum, { weight }) => sum + weight, 0);
    // A mate's verdict binds the others, whatever their checks say.
    const bound = groups.some(
      ({ notes }) => notes.verdict?.run === action.verdict.run && notes.verdict.outcome === 'promote',
    );
    // Of a cluster that takes turns, one group is proven for all.
    const needed =
      record.strategy === 'swap'
        ? record.size.desired
        : record.strategy !== 'rolling' || record.serial
          ? 0
          : launchedBySurge(record);
    if (has < needed && !bound) return `the check command has passed for ${has} of ${needed}`;
  }
  return undefined;
}

/** No group is touched while its stack is in progress. */
function stackRule(observed: Observed, action: Action): string | undefined {
  // Who keeps its size through the change goes on to say so.
  const notes = action.type === 'renew' || (action.type === 'rewrite' && action.record.strategy === 'keep-size');
  // rule: guard-stack
  if (notes || observed.stackStatus === undefined || !busy(observed.stackStatus)) return undefined;
  return `its stack is in ${observed.stackStatus}`;
}

/** A freeze is taken back only where no rollout is on, and only what its note names. */
function unfreezeRule({ notes, suspended }: Group, action: Action): string | undefined {
  if (notes.record !== undefined) return 'a rollout is on it';
  if (notes.frozen === undefined) return 'it is not frozen';
  const { processes } = notes.frozen;
  if (action.type === 'resume')
    return action.processes.every((process) => processes.includes(process))
      ? undefined
      : 'the note does not name these processes';
  if (action.type !== 'clear') return 'that is no part of it';
  if (action.notes.some((note) => note !== 'frozen')) return 'only the note of the freeze may go';
  return processes.some((process) => suspended.includes(process)) ? 'its processes are suspended still' : undefined;
}

/** Only the holder of a rollout changes its group. */
function leaseRule(plan: Plan, group: Group, action: Action): string | undefined {
  if (action.type === 'record') return action.lease.run === plan.run ? undefined : 'the lease is not ours';
  if (action.type === 'renew') return undefined;
  // Resuming what was paused and taking it over is one call.
  if (action.type === 'rewrite' && plan.goOn === true && action.record.gates?.passed !== undefined) return undefined;
  const lease = group.notes.lease;
  // rule: guard-lease
  return lease?.run === plan.run ? undefined : `run ${lease?.run ?? '(nobody)'} holds it, not this one`;
}

function ruleOf(group: Group, action: Action): string | undefined {
  const { record, verdict } = group.notes;
  switch (action.type) {
    case 'renew':
      return undefined;
    case 'pause':
      if (record === undefined || action.record.run !== record.run) return 'that is not the record of this rollout';
      if (verdict !== undefined && (record.strategy === 'swap' || verdict.outcome === 'rollBack'))
        return 'it is judged already';
      return (action.record.gates?.paused ?? 0) >= (record.gates?.paused ?? 0) ? undefined : 'it was paused further on';
    case 'rewrite':
      return action.record.run === record?.run ? undefined : 'that is not the record of this rollout';
    case 'record':
      if (record !== undefined) return 'there is a record already';
      return action.record.size.desired === group.size.desired &&
        action.record.size.min === group.size.min &&
        action.record.size.max === group.size.max
        ? undefined
        : 'its sizes are not the ones in the record';
    case 'suspend': {
      if (record === undefined) return 'there is no record yet';
      const harmful = action.processes.filter((process) =>
        ['Terminate', 'AddToLoadBalancer', 'HealthCheck'].includes(process),
      );
      if (harmful.length > 0) return `${harmful.join(', ')} is needed`;
      const refreezes = verdict === undefined && group.notes.frozen?.processes.includes('Launch') === true;
      if (action.processes.includes('Launch') && verdict?.outcome !== 'rollBack' && !refreezes)
        return 'Launch is suspended only to roll back';
      const ours = action.processes.every(
        (process) => process === 'Launch' || record.suspended.includes(process) || group.suspended.includes(process),
      );
      return ours || verdict === undefined ? undefined : 'the record does not name these processes';
    }
    case 'resume': {
      if (record === undefined) return 'there is no record to tell which';
      const foreign = action.processes.filter((process) => !record.suspended.includes(process));
      if (foreign.length > 0) return `${foreign.join(', ')} was not suspended by us`;
      if (verdict?.outcome === 'rollBack') return 'after a roll-back the group stays frozen';
      // Replacing dead new instances, and launching, is all that can go on before the old half has left.
      const needed = action.processes.every((process) => process === 'ReplaceUnhealthy' || process === 'Launch');
      if (verdict === undefined || needed) return undefined;
      if (group.instances.some((one) => isOld(one.launchedAt, record.startedAt) && !hasLeft(one.lifecycle)))
        return 'the old half is still there';
      return showsGrowth(group, record) ? 'the sizes are not restored yet' : undefined;
    }
    case 'resize': {
      if (record === undefined) return 'there is no record of the original sizes';
      // rule: guard-surge
      if (action.purpose === 'surge')
        return record.strategy === 'swap'
          ? makeUpRule(group, record, verdict, action.size)
          : surgeRule(group, record, verdict, action.size);
      if (action.purpose === 'canary' || action.purpose === 'double') {
        const canary = record.gates?.canary ?? 0;
        const all = record.strategy === 'rolling' ? launchedBySurge(record) : record.size.desired;
        const fresh = newInService(group, record);
        if (action.purpose === 'double' && canary < record.size.desired && fresh < canary)
          return `${fresh} of the canary's ${canary} are in service`;
        if (
          action.purpose === 'canary' &&
          action.size.desired !== Math.max(record.size.desired, record.old + canary, group.size.desired)
        )
          return 'that is not the canary';
        if (action.purpose === 'canary' && (canary === 0 || canary >= all)) return 'no canary was asked for';
        if (action.purpose === 'double' && record.strategy !== 'swap') return 'only a swap doubles';
        if (verdict !== undefined) return 'it is judged already';
        // rule: guard-min
        if (action.size.min !== group.size.min) return 'doubling must leave min alone';
        if (action.purpose === 'double' && action.size.desired !== record.size.desired + record.old)
          return 'that is not double';
        return undefined;
      }
      if (verdict === undefined) return 'it is not judged yet';
      if (action.purpose === 'fit') return fitRule(group, action.size);
      const foreign = givesBack(group, record, action.size);
      if (foreign !== undefined) return foreign;
      const wrong = verdict.outcome === 'promote' ? isOld : isNew;
      const left = group.instances.filter(
        (instance) =>
          !hasLeft(instance.lifecycle) &&
          (instance.healthy || instance.launchedAt !== undefined) &&
          wrong(instance.launchedAt, record.startedAt),
      );
      if (left.length === 0) return undefined;
      return verdict.outcome === 'rollBack'
        ? standInRule(group, record, left, action.size)
        : 'the other half is still there';
    }
    case 'judge':
      if (record === undefined) return 'there is no record';
      if (verdict !== undefined && verdict.outcome !== action.verdict.outcome)
        return `the verdict ${verdict.outcome} stands`;
      return action.verdict.run === record.run ? undefined : 'the verdict is not of this rollout';
    case 'terminate': {
      if (record === undefined) return 'there is no record';
      if (verdict === undefined) return 'there is no verdict';
      if (action.instances.length > MAX_TERMINATED_PER_CALL) return `more than ${MAX_TERMINATED_PER_CALL} at once`;
      if (verdict.outcome === 'rollBack' && action.half === 'old') return givenUpRule(group, record, action);
      // rule: guard-half
      if (verdict.outcome !== (action.half === 'old' ? 'promote' : 'rollBack'))
        return `the verdict ${verdict.outcome} spares the ${action.half} half`;
      const mine = action.half === 'old' ? isOld : isNew;
      for (const id of action.instances) {
        const instance = group.instances.find((one) => one.id === id);
        // rule: guard-foreign
        if (instance === undefined) return `${id} is not an instance of the group`;
        if (instance.launchedAt === undefined) return `nobody knows when ${id} was launched`;
        // rule: guard-parked
        if (instance.lifecycle.includes('Standby') && record.parked === undefined)
          return `${id} was put aside, and the record does not say that it goes`;
        // A rolling rollout that was stopped and mended replaces what it had launched before that, too.
        const superseded =
          record.strategy === 'rolling' &&
          action.half === 'old' &&
          group.configurations.length > 0 &&
          !couldBeLaunched(group, instance);
        if (!mine(instance.launchedAt, record.startedAt) && !superseded)
          return `${id} is not of the ${action.half} half`;
      }
      if (
        action.half === 'new' &&
        record.size.desired > 0 &&
        served(group) > 0 &&
        served(
          group,
          group.instances.filter((one) => !isOld(one.launchedAt, record.startedAt)).map((one) => one.id),
        ) === 0
      ) {
        return 'no old instance would be left in service';
      }
      const floor =
        record.strategy === 'rolling' && action.half === 'old'
          ? record.size.desired - Math.max(0, record.unavailable - idleUnits(group))
          : record.size.desired;
      const before = served(group);
      const after = served(group, action.instances);
      // rule: guard-service
      if (after < before && after < floor) return `${after} would stay in service, less than ${floor}`;
      if (record.strategy === 'rolling' && action.half === 'old')
        // rule: guard-rolling
        return rollingRule(group, record, action.instances, action.decrement);
      return decrementRule(group, record, action);
    }
    case 'shield':
      return shieldRule(group, record, verdict, action);
    case 'note':
    case 'deregister':
    case 'register':
    case 'run':
    case 'cancel':
      return 'that belongs to a restart';
    case 'freeze':
      return verdict?.outcome === 'rollBack' ? undefined : 'only a roll-back freezes a group';
    case 'clear':
      if (record !== undefined && verdict === undefined && showsGrowth(group, record))
        return 'the sizes are not restored';
      if (verdict?.outcome === 'rollBack' && group.notes.frozen === undefined)
        return 'the frozen processes are not noted yet';
      return undefined;
  }
}

/** New instances that stay after a roll-back serve for missing old ones, and Auto Scaling may let none of them go. */
function standInRule(group: Group, { size }: RolloutRecord, left: readonly Instance[], to: Size): string | undefined {
  const spare = left.find((one) => !inService(group, one) || served(group, [one.id]) >= size.desired);
  if (spare !== undefined) return 'the other half is still there';
  const there = group.instances
    .filter(({ lifecycle }) => !hasLeft(lifecycle))
    .reduce((sum, { weight }) => sum + weight, 0);
  return to.desired < Math.min(there, group.size.desired)
    ? `${there} are there, and Auto Scaling would choose which of them leave`
    : undefined;
}

/** After a roll-back old ones stay, but those that Auto Scaling has given up, where new ones stay in their places. */
function givenUpRule(
  group: Group,
  { startedAt, size }: RolloutRecord,
  { instances, decrement }: Extract<Action, { type: 'terminate' }>,
): string | undefined {
  const wanted = instances.find((id) => group.instances.find((one) => one.id === id)?.healthy !== false);
  // rule: guard-given-up
  if (wanted !== undefined) return `the verdict rollBack spares the old half, and ${wanted} is not given up`;
  const stays = group.instances.filter((one) => isNew(one.launchedAt, startedAt) && inService(group, one));
  if (stays.length === 0) return 'no new instance stands in for it';
  if (!decrement) return 'without decrement more would be launched';
  const there = group.instances
    .filter(({ id, lifecycle }) => !instances.includes(id) && !hasLeft(lifecycle))
    .reduce((sum, { weight }) => sum + weight, 0);
  return there < Math.min(size.desired, group.size.desired) ? `no more than ${there} would be there` : undefined;
}

/** Only old instances are shielded, only by a record that says so, and only until it is decided who stays. */
function shieldRule(
  group: Group,
  record: RolloutRecord | undefined,
  verdict: Verdict | undefined,
  { instances, on }: Extract<Action, { type: 'shield' }>,
): string | undefined {
  if (record?.strategy !== 'swap' || record.shield !== true)
    return 'no record says that its old instances are shielded';
  const foreign = instances.find(
    (id) => !group.instances.some((one) => one.id === id && isOld(one.launchedAt, record.startedAt)),
  );
  if (foreign !== undefined) return `${foreign} is not of the old half`;
  if (on && verdict !== undefined) return 'it is judged already';
  if (!on && verdict?.outcome === 'promote') return 'the old half is leaving';
  return !on && showsGrowth(group, record) ? 'the sizes are not restored yet' : undefined;
}

/** The size while a rolling rollout goes on: never less than there is, never more than the surge above. */
function surgeRule(
  { size, weighted, ...rest }: Group,
  record: RolloutRecord,
  verdict: Verdict | undefined,
  to: Size,
): string | undefined {
  if (record.strategy !== 'rolling') return 'only a rolling rollout surges';
  if (verdict?.outcome === 'rollBack') return 'it is judged already';
  if (to.min !== size.min) return 'a surge must leave min alone';
  if (to.desired < size.desired || to.max < size.max) return 'a surge must not make the group smaller';
  const canary = record.gates?.canary ?? 0;
  if (
    verdict === undefined &&
    canary < launchedBySurge(record) &&
    newInService({ size, weighted, ...rest }, record) < canary
  )
    return `the canary of ${canary} is not in service`;
  // Weights do not always add up: the heaviest of a weighted group may overshoot.
  const most = Math.max(record.size.desired, askedFor(record)) + record.surge;
  if (to.desired > most && !weighted) return `that is more than ${record.surge} above ${most - record.surge}`;
  return undefined;
}

/** Units that the surge brings; old ones whose weights overshoot the desired capacity take a part of it already. */
function launchedBySurge({ size, surge, old }: RollingRecord): number {
  return size.desired + Math.min(surge, old) - old;
}

function newInService(group: Group, { startedAt }: RolloutRecord): number {
  return group.instances
    .filter((one) => isNew(one.launchedAt, startedAt) && inService(group, one))
    .reduce((sum, { weight }) => sum + weight, 0);
}

/**
 * One batch: in the order of age, no more than surge and unavailable allow, and never with fewer instances in the
 * end.
 */
function rollingRule(
  group: Group,
  record: RollingRecord,
  going: readonly string[],
  decrement: boolean,
): string | undefined {
  const leaving = group.instances.filter(({ id }) => going.includes(id));
  const weight = leaving.reduce((sum, instance) => sum + instance.weight, 0);
  if (decrement && group.size.desired - weight < Math.max(record.size.desired, askedFor(record)))
    return `the desired capacity would fall to ${group.size.desired - weight}, below ${record.size.desired}`;
  if (record.serial && going.length > 1) return 'one instance at a time was asked for';
  const youngest = Math.max(
    ...leaving.filter((instance) => inService(group, instance)).map(({ launchedAt }) => launchedAt ?? 0),
  );
  const spared = group.instances.find(
    (instance) =>
      !going.includes(instance.id) &&
      isOld(instance.launchedAt, record.startedAt) &&
      inService(group, instance) &&
      muchOlder(group, instance.launchedAt ?? 0, youngest),
  );
  return spared === undefined ? undefined : `${spared.id} is older and has to go before`;
}

/** Older by more than a launch in the same minute explains, with no other instance's launch in between. */
function muchOlder({ instances }: Group, at: number, than: number): boolean {
  const between = instances
    .flatMap(({ launchedAt }) =>
      launchedAt !== undefined && launchedAt >= at && launchedAt <= than ? [launchedAt] : [],
    )
    .sort((a, b) => a - b);
  return between.some((one, index) => one - (between[index - 1] ?? one) > 60_000);
}

/** By the group's configuration, and by the types and images of its overrides where they are known. */
function couldBeLaunched({ configurations, ways = [] }: Group, { configuration, type, image }: Instance): boolean {
  const own = ways.filter((way) => way.configuration === configuration);
  if (own.length === 0) return configurations.includes(configuration);
  const same = (known: string | undefined, wanted: string | undefined): boolean =>
    known === undefined || wanted === undefined || known === wanted;
  return own.some((way) => same(type, way.type) && same(image, way.image));
}

/** Units of the instances that the rollout leaves as they are, and that do not serve. */
function idleUnits(group: Group): number {
  const { units = 0, instances = [] } = group.kept ?? {};
  const serve = instances.filter((instance) => inService(group, instance));
  return units - serve.reduce((sum, { weight }) => sum + weight, 0);
}

/** Units in service, without those that are about to go. */
function served(group: Group, without: readonly string[] = []): number {
  return group.instances
    .filter((instance) => !without.includes(instance.id) && inService(group, instance))
    .reduce((sum, instance) => sum + instance.weight, 0);
}
