import type { Instant } from '../../../clock.js';
import { count } from '../../../text/count.js';
import type { Wait } from '../../../model/rollout/decision.js';
import type { RollingRecord } from '../../../model/rollout/record.js';
import { notProvenYet, outOfService } from '../../gates/hooks.js';
import { overtaken, serving, units } from '../../instances/classify.js';
import { hopeless } from '../../instances/hopeless.js';
import { finish, replaceDead, sameReasons, stillLeaving } from '../../rollout/finish.js';
import { whileSuspended } from '../../rollout/processes.js';
import { lastFailure, MAX_RESIZES } from '../../rollout/prepare.js';
import { act, type Block, type GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutView } from '../../view.js';
import { batchStop, unitsUntilStop } from './batch-stop.js';
import { rollingRecord } from './facts.js';
import type { RollingMembers } from './rolling-members.js';
import { noteTheirs } from '../../sizes/note-theirs.js';
import { towardGoal, wantedSize } from '../../sizes/wanted-size.js';
import { raisedTo } from '../../rollout/target-size.js';
import { surged } from './surge.js';
import { takeOut } from './take-out.js';
import { seconds } from '../../../text/duration.js';
import { timeLimits } from '../../rollout/time-limits.js';
import { limitFrom } from '../../memory/unseen-time.js';
import { sayWholeSize } from '../../ownership/ignored-old.js';

/** A rolling rollout past its verdict. */
type Rolling = JudgedGroup<RollingRecord>;

/**
 * The next step of a rolling rollout whose first new instances are proven (or that terminates first): as many old ones
 * go as proven new ones allow. Nothing but the record and what is there decides it, so a run that resumes goes on with
 * the same batch.
 *
 * While more old ones are left than the surge, they are terminated without decrement and Auto Scaling launches their
 * replacements at once; the last ones go with decrement, which brings the desired capacity back to the original.
 */
export function replaceBatch(view: RolloutView, judged: JudgedGroup): GroupStep {
  const noted: Rolling = { ...judged, record: rollingRecord(judged.record) };
  const members = rollingMembers(view, noted);
  const of: Rolling = { ...noted, record: workedToward(noted.record, members) };
  const { group, record, verdict, block } = of;
  const since = view.observed.seen.progressAt[of.name]?.at ?? verdict.at;
  // Scaling goes on already, and what it takes out is not launched again.
  const scales = members.old.length === 0 && goesOnScaling(noted);
  const needed = scales ? Math.min(record.size.desired, group.size.desired) : record.size.desired;
  // rule: rolling-ends-early
  if (members.old.length === 0 && units(members.ready) >= needed)
    return lastLaunch(view, of, since, members) ?? finish(view, noted, since);
  if (scales) return waitForProof(view, of, members);
  return (
    noteTheirs(view, noted, 'replace') ??
    (block && whileBlocked(view, of, members, block)) ??
    goOn(view, of, noted, members)
  );
}

/**
 * The record with the size to work toward. Whoever asked for less gets it once no old one is left: what Auto Scaling
 * takes out then is not launched again.
 */
function workedToward(record: RollingRecord, { old }: RollingMembers): RollingRecord {
  // rule: less-is-given-back
  return old.length > 0 ? towardGoal(record) : { ...record, size: wantedSize(record) };
}

/** What was suspended for the rollout runs again. */
function goesOnScaling({ group, record }: Rolling): boolean {
  return record.suspended.length > 0 && !record.suspended.some((process) => group.suspended.includes(process));
}

/** The next batch, or what it waits for. @param noted the group with its record as it is noted */
function goOn(view: RolloutView, of: Rolling, noted: Rolling, members: RollingMembers): GroupStep {
  const { group, record, verdict } = of;
  const since = view.observed.seen.progressAt[of.name]?.at ?? verdict.at;
  if (record.suspended.includes('Launch') && group.suspended.includes('Launch')) {
    return act(
      'resume',
      { type: 'resume', group: group.name, processes: ['Launch'] },
      'an earlier roll-back left launching suspended',
    );
  }
  const settled = members.ready.length === members.fresh.length && members.coming === units(members.fresh);
  const progress = { ready: units(members.ready), coming: members.coming, settled };
  const stop = members.old.length === 0 ? undefined : batchStop(view, noted, progress);
  if (stop !== undefined) return stop;
  // While it bakes nothing goes that is not all proven.
  const bakes = record.gates?.bakeMs !== undefined && !settled;
  return (
    grow(view, of, members) ??
    (bakes ? undefined : takeOut(of, members, unitsUntilStop(record, progress))) ??
    (record.serial && settled ? stillLeaving(view, of, since) : undefined) ??
    waitForProof(view, of, members)
  );
}

function rollingMembers({ observed }: RolloutView, { group, halves, proven }: Rolling): RollingMembers {
  const gone = overtaken(group, halves.new, observed.seen.adoptedAt[group.name]);
  const fresh = halves.new.filter((instance) => !gone.includes(instance));
  const there = units(halves.old) + units(halves.new) + units(halves.unknown);
  // rule: rolling-unproven
  return {
    old: [...halves.old, ...gone],
    fresh,
    ready: proven.filter((instance) => fresh.includes(instance)),
    coming: units(fresh) + units(halves.unknown) + Math.max(0, group.size.desired - there),
  };
}

/** The size that the old instances need, where it is not there: as a group's turn starts, or somebody shrank it. */
function grow({ observed }: RolloutView, { group, record }: Rolling, { old }: RollingMembers): GroupStep | undefined {
  const size = surged(record, units(old));
  if (group.size.desired >= size.desired) return undefined;
  if ((observed.seen.doubled[group.name] ?? 0) > MAX_RESIZES)
    return {
      kind: 'stuck',
      why: `somebody else keeps changing its sizes (now ${sayWholeSize(group)})`,
    };
  const more = `${size.desired - record.size.desired} more than ${record.size.desired} may run`;
  return act(
    'surge',
    { type: 'resize', group: group.name, size: raisedTo(size, group.size), sets: ['max', 'desired'], purpose: 'surge' },
    old.length === 0 ? 'what is missing has to be launched' : `${more}, so that new ones are proven before old ones go`,
  );
}

/** One too many is on its way: back at the original size, Auto Scaling would take a proven one out when it comes. */
function lastLaunch(
  { observed, plan }: RolloutView,
  { group, record }: Rolling,
  since: Instant,
  { coming, fresh }: RollingMembers,
): GroupStep | undefined {
  const until = limitFrom(observed.seen, since, timeLimits(plan, group).progressMs);
  const missing = coming - units(fresh);
  // rule: last-launch
  if (missing <= 0 || group.size.desired <= record.size.desired || observed.at >= until) return undefined;
  // Where nothing more can be launched there is nothing to wait for.
  if (observed.failures.some((failure) => failure.group === group.name && failure.startedAt >= since)) return undefined;
  const done = `all ${record.size.desired} are new and proven`;
  const why = `${done}; ${missing} still to launch, before those that are too many go`;
  return { kind: 'wait', wait: { group: group.name, phase: 'replace', why, instances: [], until } };
}

/** Nothing may go before more new ones are proven; when none is proven for too long, nothing more is tried. */
function waitForProof(view: RolloutView, of: Rolling, members: RollingMembers): GroupStep {
  const { observed, plan } = view;
  const { group, record } = of;
  const began = observed.seen.progressAt[group.name]?.at ?? observed.at;
  const lost = hopeless(
    group,
    record,
    observed.failures.filter(({ startedAt }) => startedAt >= began),
    members.fresh,
  );
  const state = stateOf(record, members);
  if (lost !== undefined) return { kind: 'stuck', why: `${lost}; ${state}` };
  const dead = replaceDead(of, members.fresh);
  if (dead !== undefined) return dead;
  const instances = openRows(view, of, members);
  const missing = members.coming - units(members.fresh);
  const held = whileSuspended(group, 'Launch');
  const launch = missing > 0 ? `; ${missing} still to launch${held}${lastFailure(observed, group)}` : '';
  const limit = timeLimits(plan, group).progressMs;
  const until = limitFrom(observed.seen, began, limit);
  if (observed.at >= until) {
    const late = `no further instance was proven for ${seconds(limit)}`;
    const rest = [launch.slice(2), state].filter((part) => part !== '');
    const told = (parts: readonly string[]): string => `${late}: ${parts.join('; ')}`;
    if (instances.length === 0) return { kind: 'stuck', why: told(rest) };
    return { kind: 'stuck', why: told([sameReasons(instances), ...rest]), brief: told(rest) };
  }
  const why = `${units(members.ready)} of ${record.size.desired} instances are new and proven${launch}`;
  return { kind: 'wait', wait: { group: group.name, phase: 'replace', why, instances, until } };
}

/** A blocked group waits; when it is to stop, what is under way is brought to an end first, within the limit. */
function whileBlocked(view: RolloutView, of: Rolling, members: RollingMembers, block: Block): GroupStep {
  const { observed, plan } = view;
  const { group, record } = of;
  const wait = (why: string, instances: Wait['instances'], until?: Instant): GroupStep => ({
    kind: 'wait',
    wait: { group: group.name, phase: 'replace', why, instances, ...(until !== undefined && { until }) },
  });
  if (!block.stop) return wait(block.why, []);
  const have = units(members.ready) + units(serving(group, members.old));
  const since = observed.seen.progressAt[group.name]?.at ?? observed.at;
  const until = limitFrom(observed.seen, since, timeLimits(plan, group).progressMs);
  if (have < record.size.desired && observed.at < until) {
    const missing = `before it stops, what was taken out is replaced: ${have} of ${record.size.desired} serve`;
    return wait(`${block.why}; ${missing}`, openRows(view, of, members), until);
  }
  return { kind: 'stuck', why: `${block.why}; ${stateOf(record, members)}` };
}

function stateOf(record: RollingRecord, { old, ready }: RollingMembers): string {
  const left = `${count(units(old), 'old instance')} ${units(old) === 1 ? 'is' : 'are'} left`;
  return `${units(ready)} of ${record.size.desired} are new and proven, ${left}`;
}

/** The new instances that are not proven, each with what keeps it. */
function openRows({ observed, plan }: RolloutView, { group }: Rolling, members: RollingMembers): Wait['instances'] {
  return members.fresh
    .filter((instance) => !members.ready.includes(instance))
    .map((instance) => {
      const since = observed.seen.inServiceSince[instance.id];
      const out = outOfService(group, instance);
      if (out !== undefined) return { id: instance.id, ...out };
      return {
        id: instance.id,
        ...notProvenYet(observed.seen, plan, instance),
        ...(since !== undefined && { since }),
      };
    });
}
