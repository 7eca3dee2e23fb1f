import type { Instant } from '../../../clock.js';
import { count } from '../../../text/count.js';
import type { Observed, Wait } from '../../../model/rollout/decision.js';
import type { Group, Instance } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { RollingRecord, Verdict } from '../../../model/rollout/record.js';
import { surged } from '../../rollout/target-size.js';
import { MAX_TERMINATED_PER_CALL } from '../../instances/capacity.js';
import { batchStop, unitsUntilStop } from './batch-stop.js';
import { inService, notInService, overtaken, serving, units, type Split } from '../../instances/classify.js';
import { act, finish, replaceDead, sameReasons, seconds, stillLeaving } from '../../rollout/finish.js';
import { notProvenYet } from '../../gates/hooks.js';
import { hopeless } from '../../instances/hopeless.js';
import { isUneven, nextOut } from '../../instances/next-out.js';
import { MAX_RESIZES, lastFailure } from '../../rollout/prepare.js';
import { proven } from '../../memory/remember.js';
import type { Block, GroupStep } from '../../rollout/step.js';

/** What a rolling rollout works with after its verdict. Units. */
interface Fleet {
  /** Those that have to go, and those that stay. */
  readonly old: readonly Instance[];
  readonly fresh: readonly Instance[];
  /** Of those that stay, the ones that are proven. */
  readonly ready: readonly Instance[];
  /** New ones that are there, or that Auto Scaling has still to launch. */
  readonly coming: number;
}

/**
 * The next step of a rolling rollout whose first new instances are proven (or that terminates first): as many old ones
 * go as proven new ones allow. Nothing but the record and what is there decides it, so whoever resumes goes on with
 * the same batch.
 *
 * While more old ones are left than the surge, they are terminated without decrement and Auto Scaling launches their
 * replacements at once; the last ones go with decrement, which brings the desired capacity back to the original.
 */
export function roll(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RollingRecord,
  verdict: Verdict,
  halves: Split,
  hold?: Block,
): GroupStep {
  const fleet = fleetOf(observed, plan, group, halves);
  const since = observed.seen.progressAt[group.name]?.at ?? verdict.at;
  // rule: rolling-ends-early
  if (fleet.old.length === 0 && units(fleet.ready) >= record.size.desired)
    return (
      lastLaunch(observed, plan, group, record, since, fleet) ?? finish(observed, plan, group, record, since, halves)
    );
  if (hold !== undefined) return held(observed, plan, group, record, fleet, hold);
  if (record.suspended.includes('Launch') && group.suspended.includes('Launch')) {
    return act(
      'resume',
      { type: 'resume', group: group.name, processes: ['Launch'] },
      'an earlier roll-back left launching suspended',
    );
  }
  const settled = fleet.ready.length === fleet.fresh.length && fleet.coming === units(fleet.fresh);
  const standing = { ready: units(fleet.ready), coming: fleet.coming, settled };
  const stop = fleet.old.length === 0 ? undefined : batchStop(observed, group, record, standing);
  if (stop !== undefined) return stop;
  // While it bakes nothing goes that is not all proven.
  const bakes = record.gates?.bakeMs !== undefined && !settled;
  const next =
    grow(observed, group, record, fleet) ??
    (bakes ? undefined : takeOut(group, record, fleet, halves, unitsUntilStop(record, standing)));
  if (next !== undefined) return next;
  return (
    (record.serial && settled ? stillLeaving(observed, plan, group, since, halves) : undefined) ??
    waitForProof(observed, plan, group, record, fleet)
  );
}

function fleetOf(observed: Observed, plan: Plan, group: Group, halves: Split): Fleet {
  const gone = overtaken(group, halves.new, observed.seen.adoptedAt[group.name]);
  const fresh = halves.new.filter((instance) => !gone.includes(instance));
  const there = units(halves.old) + units(halves.new) + units(halves.unknown);
  // rule: rolling-unproven
  return {
    old: [...halves.old, ...gone],
    fresh,
    ready: proven(group, fresh, observed.seen, plan, observed.at),
    coming: units(fresh) + units(halves.unknown) + Math.max(0, group.size.desired - there),
  };
}

/** The size that so many old ones need, where it is not there: at the start of a group's turn, or after somebody shrank it. */
function grow(observed: Observed, group: Group, record: RollingRecord, { old }: Fleet): GroupStep | undefined {
  const size = surged(record, units(old));
  if (group.size.desired >= size.desired) return undefined;
  if ((observed.seen.doubled[group.name] ?? 0) > MAX_RESIZES)
    return {
      kind: 'stuck',
      why: `somebody else keeps changing its sizes (now ${group.size.min}/${group.size.desired}/${group.size.max})`,
    };
  const why =
    old.length === 0
      ? 'what is missing has to be launched'
      : `${size.desired - record.size.desired} more than ${record.size.desired} may run, so that new ones are proven before old ones go`;
  return act(
    'surge',
    { type: 'resize', group: group.name, size: { ...size, max: Math.max(size.max, group.size.max) }, purpose: 'surge' },
    why,
  );
}

/** One too many is on its way: back at the original size, Auto Scaling would take a proven one out when it comes. */
function lastLaunch(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RollingRecord,
  since: Instant,
  { coming, fresh }: Fleet,
): GroupStep | undefined {
  const until = since + plan.timing.progressMs;
  const missing = coming - units(fresh);
  // rule: last-launch
  if (missing <= 0 || group.size.desired <= record.size.desired || observed.at >= until) return undefined;
  // Where nothing more can be launched there is nothing to wait for.
  if (observed.failures.some((failure) => failure.group === group.name && failure.startedAt >= since)) return undefined;
  const why = `all ${record.size.desired} are new and proven; ${missing} still to launch, before those that are too many go`;
  return { kind: 'wait', wait: { group: group.name, phase: 'replace', why, instances: [], until } };
}

/** The batch that may go now: one call per look, so that each is checked against what is really there. */
function takeOut(
  group: Group,
  record: RollingRecord,
  fleet: Fleet,
  halves: Split,
  room: number,
): GroupStep | undefined {
  const floor = record.size.desired - record.unavailable;
  const open = units(fleet.fresh) - units(fleet.ready) + units(halves.unknown);
  // One at a time means that the one before has left.
  const most = !record.serial ? MAX_TERMINATED_PER_CALL : halves.leaving.length + open > 0 ? 0 : 1;
  const batch = within(nextOut(group, fleet.old, fleet.ready, floor).slice(0, most), room);
  let replaced = fleet.coming;
  let there = units(fleet.old) + units(fleet.fresh) + units(halves.unknown);
  const [first, ...rest] = batch.map((instance) => {
    there -= instance.weight;
    const enough = replaced + instance.weight > record.size.desired;
    if (!enough) replaced += instance.weight;
    // Where more is there than desired, nothing is launched in its place anyway.
    // rule: rolling-decrement
    return { instance, decrement: enough && there < group.size.desired };
  });
  if (first === undefined) return undefined;
  if (first.decrement && record.surge > 0 && evensZones(group, record) && isUneven(group, fleet.fresh)) {
    // One more is launched where it is missing, and one too many goes in the end, when all serve.
    if (fleet.coming > units(fleet.fresh)) return undefined;
    const why = 'its zone is short of new instances, which Auto Scaling would even out without proving anything';
    return act(
      'replace',
      { type: 'terminate', group: group.name, half: 'old', instances: [first.instance.id], decrement: false },
      why,
    );
  }
  const other = rest.findIndex(({ decrement }) => decrement !== first.decrement);
  const going = [first, ...rest.slice(0, other < 0 ? rest.length : other)].map(({ instance }) => instance);
  const { min, max, desired } = group.size;
  const lowest = Math.max(record.size.desired, min);
  if (first.decrement && desired - units(going) < lowest) {
    // Weights do not always add up to the surge: one more is launched instead of falling below the original.
    const size = { min, desired: lowest + units(going), max: Math.max(max, lowest + units(going)) };
    return act(
      'surge',
      { type: 'resize', group: group.name, size, purpose: 'surge' },
      'the desired capacity must not fall below the original when the last old ones go',
    );
  }
  const why = `${units(serving(group, fleet.ready))} proven new and ${units(serving(group, fleet.old))} old are in service, ${floor} must be`;
  return act(
    'replace',
    {
      type: 'terminate',
      group: group.name,
      half: 'old',
      instances: going.map(({ id }) => id),
      decrement: first.decrement,
    },
    why,
  );
}

/** Whether Auto Scaling will even out the zones once it may again, and would take one too many out by itself. */
function evensZones(group: Group, record: RollingRecord): boolean {
  return (
    record.suspended.includes('AZRebalance') &&
    !group.weighted &&
    !group.instances.some((instance) => instance.protectedFromScaleIn)
  );
}

/** The first of them, up to so many units. The first may be heavier than what is left of them. */
function within(batch: readonly Instance[], room: number): readonly Instance[] {
  let left = room;
  const end = batch.findIndex(({ weight }) => {
    const full = left <= 0;
    left -= weight;
    return full;
  });
  return end < 0 ? batch : batch.slice(0, end);
}

/** Nothing may go before more new ones are proven; when none is proven for too long, nothing more is tried. */
function waitForProof(observed: Observed, plan: Plan, group: Group, record: RollingRecord, fleet: Fleet): GroupStep {
  const began = observed.seen.progressAt[group.name]?.at ?? observed.at;
  const lost = hopeless(
    group,
    record,
    observed.failures.filter(({ startedAt }) => startedAt >= began),
    fleet.fresh,
  );
  const state = stateOf(record, fleet);
  if (lost !== undefined) return { kind: 'stuck', why: `${lost}; ${state}` };
  const dead = replaceDead(group, record, fleet.fresh);
  if (dead !== undefined) return dead;
  const rows = openRows(observed, plan, group, fleet);
  const missing = fleet.coming - units(fleet.fresh);
  const launch = missing > 0 ? `; ${missing} still to launch${lastFailure(observed, group)}` : '';
  const until = began + plan.timing.progressMs;
  if (observed.at >= until) {
    const why = [sameReasons(rows), launch.slice(2)].filter((part) => part !== '').join('; ');
    return {
      kind: 'stuck',
      why: `no further instance was proven for ${seconds(plan.timing.progressMs)}: ${why === '' ? state : `${why}; ${state}`}`,
    };
  }
  return {
    kind: 'wait',
    wait: {
      group: group.name,
      phase: 'replace',
      why: `${units(fleet.ready)} of ${record.size.desired} instances are new and proven${launch}`,
      instances: rows,
      until,
    },
  };
}

/** Held: waits; or, when it is to stop, brings what is under way to an end first, as long as that may take. */
function held(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RollingRecord,
  fleet: Fleet,
  hold: Block,
): GroupStep {
  const wait = (why: string, instances: Wait['instances'], until?: Instant): GroupStep => ({
    kind: 'wait',
    wait: { group: group.name, phase: 'replace', why, instances, ...(until === undefined ? {} : { until }) },
  });
  if (!hold.stop) return wait(hold.why, []);
  const have = units(fleet.ready) + units(serving(group, fleet.old));
  const until = (observed.seen.progressAt[group.name]?.at ?? observed.at) + plan.timing.progressMs;
  if (have < record.size.desired && observed.at < until) {
    return wait(
      `${hold.why}; before it stops, what was taken out is replaced: ${have} of ${record.size.desired} serve`,
      openRows(observed, plan, group, fleet),
      until,
    );
  }
  return { kind: 'stuck', why: `${hold.why}; ${stateOf(record, fleet)}` };
}

function stateOf(record: RollingRecord, { old, ready }: Fleet): string {
  return `${units(ready)} of ${record.size.desired} are new and proven, ${count(units(old), 'old instance')} ${units(old) === 1 ? 'is' : 'are'} left`;
}

function openRows(observed: Observed, plan: Plan, group: Group, { fresh, ready }: Fleet): Wait['instances'] {
  return fresh
    .filter((instance) => !ready.includes(instance))
    .map((instance) => {
      const since = observed.seen.inServiceSince[instance.id];
      if (!inService(group, instance)) return { id: instance.id, why: notInService(group, instance) };
      return {
        id: instance.id,
        why: notProvenYet(observed.seen, plan, instance),
        ...(since === undefined ? {} : { since }),
      };
    });
}
