import type { Instant } from '../../clock.js';
import { count } from '../../text/count.js';
import type { Wait } from '../../model/rollout/decision.js';
import type { Instance } from '../../model/rollout/group.js';
import { batches } from '../instances/capacity.js';
import { whileSuspended } from './processes.js';
import { heldBy, inService, notInService, units } from '../instances/classify.js';
import { act, withInstances, type GroupStep } from '../step.js';
import type { JudgedGroup, RolloutGroup, RolloutView } from '../view.js';
import { seconds } from '../../text/duration.js';
import { missingKept, wholeRecord } from '../ownership/ignored-old.js';
import { noteTheirs } from '../sizes/note-theirs.js';
import { whyGivenBack } from '../sizes/wanted-size.js';
import { givenBack, originOf } from '../sizes/their-sizes.js';
import { timeLimits } from './time-limits.js';
import { limitFrom } from '../memory/unseen-time.js';

const EVENS_OUT_ZONES = 'AZRebalance';

/**
 * The end of a promoted rollout, once all that is old is on its way out: sizes and processes as they were found, as far
 * as nobody else changed them, so that scaling goes on while the old ones drain; then the wait until they are gone.
 * `since`: when that what is waited for began.
 */
export function finish(view: RolloutView, of: JudgedGroup, since: Instant): GroupStep {
  const { group, record, facts } = of;
  const aside = terminateParked(of);
  if (aside !== undefined) return aside;
  // Where one instance goes at a time, Auto Scaling may not even out zones before the last one has left.
  const last = facts.limits(record)?.serial === true ? stillLeaving(view, of, since) : undefined;
  const open = last ?? giveBack(view, of, since) ?? stillLeaving(view, of, since);
  if (open !== undefined) return open;
  return act(
    'clear',
    {
      type: 'clear',
      group: group.name,
      notes: ['record', 'verdict', 'lease', ...(group.notes.frozen === undefined ? [] : (['frozen'] as const))],
    },
    `the ${facts.words.short} is done`,
  );
}

/** Sizes and processes as they were found, as far as nobody else changed them; undefined once that is done. */
export function giveBack(view: RolloutView, of: JudgedGroup, since: Instant): GroupStep | undefined {
  const { group, record, halves, facts } = of;
  const suspended = record.suspended.filter((process) => group.suspended.includes(process));
  // Evening out zones takes an instance out before its replacement serves behind the balancers: not beside a drain.
  // rule: zones-while-draining
  const resume = halves.leaving.length === 0 ? suspended : suspended.filter((process) => process !== EVENS_OUT_ZONES);
  // Whatever scaling does once it goes on is meant to be.
  const scalingGoesOn = suspended.every((process) => process === EVENS_OUT_ZONES) && record.suspended.length > 1;
  const theirs = suspended.length === 0 || scalingGoesOn ? undefined : noteTheirs(view, of, 'restore');
  if (theirs !== undefined) return theirs;
  const back = givenBack(of, originOf(view.observed.seen.sizes[of.name]));
  if (back !== undefined) {
    // rule: resume-before-restore
    const surplus = beforeScaleIn(view, of, since, back.size.desired);
    if (surplus !== undefined) return surplus;
    return act(
      'restore',
      { type: 'resize', group: group.name, ...back, purpose: 'restore' },
      whyGivenBack(wholeRecord(record), facts.words.short),
    );
  }
  const tooMany =
    group.weighted || halves.new.some((instance) => instance.protectedFromScaleIn)
      ? 0
      : units(halves.new) - group.size.desired - missingKept(group);
  if (facts.endsWithTooMany && tooMany > 0) {
    const why = `${count(tooMany, 'instance')} more than ${group.size.desired} will be taken out by Auto Scaling`;
    return waitFor(view, of, since, { why, instances: [] });
  }
  // rule: clear-before-resume
  if (resume.length > 0)
    return act(
      'resume',
      { type: 'resume', group: group.name, processes: resume },
      'these were suspended by this rollout or by an earlier roll-back',
    );
  return undefined;
}

/**
 * Those that were in standby at the start go last, where that was asked for. The desired capacity does not count them,
 * so it stays. Where more are in standby by now, nobody knows which of them was meant, and all stay.
 * Source: EC2 Auto Scaling user guide, "Temporarily remove instances from your Auto Scaling group".
 */
function terminateParked({ group, record, halves }: JudgedGroup): GroupStep | undefined {
  const parked = halves.parked.filter(({ launchedAt = Infinity }) => launchedAt < record.startedAt);
  // rule: parked-stay
  if (parked.length === 0 || parked.length > (record.parked ?? 0)) return undefined;
  const acts = batches(parked).map((instances) => ({
    action: { type: 'terminate', group: group.name, half: 'old', instances, decrement: false, aside: true } as const,
    why: 'these were in standby when the rollout began (--standby terminate)',
  }));
  return { kind: 'act', phase: 'halve', acts };
}

/** Lets Auto Scaling replace new instances that died after the verdict: nothing else would bring them back. */
export function replaceDead(
  { group, record, facts }: RolloutGroup,
  staying: readonly Instance[],
): GroupStep | undefined {
  const dead = staying.filter((instance) => !instance.healthy);
  if (
    dead.length === 0 ||
    !group.suspended.includes('ReplaceUnhealthy') ||
    !record.suspended.includes('ReplaceUnhealthy')
  )
    return undefined;
  const ids = dead.map((instance) => instance.id).join(', ');
  return act(
    facts.leavingPhase,
    { type: 'resume', group: group.name, processes: ['ReplaceUnhealthy'] },
    `${ids} died after the verdict; Auto Scaling has to replace what is missing`,
  );
}

/**
 * More are there than shall stay: giving the size back lets Auto Scaling choose which instances leave, so all of them
 * have to serve first.
 */
function beforeScaleIn(view: RolloutView, of: JudgedGroup, since: Instant, stay: number): GroupStep | undefined {
  const { group, halves } = of;
  const idle = halves.new.filter((instance) => !inService(group, instance));
  if (units(halves.new) <= stay || idle.length === 0) return undefined;
  const there = `${units(halves.new)} instances are there and ${stay} should stay`;
  return (
    replaceDead(of, halves.new) ??
    waitFor(view, of, since, {
      why: `${there}; those that leave are chosen by Auto Scaling, so all must serve first`,
      instances: idle.map((instance) => ({ id: instance.id, why: notInService(group, instance) })),
    })
  );
}

/**
 * The wait for instances that are on their way out; undefined when there are none. The last one has the whole time that
 * its group takes, however late it began to leave.
 * @param which those that are waited for; absent: all
 */
export function stillLeaving(
  view: RolloutView,
  of: JudgedGroup,
  since: Instant,
  which: (instance: Instance) => boolean = () => true,
): GroupStep | undefined {
  const leaving = of.halves.leaving.filter(which);
  // rule: leaving-not-awaited
  if (leaving.length === 0) return undefined;
  const many = `${count(leaving.length, 'instance')} ${leaving.length === 1 ? 'is' : 'are'}`;
  return waitFor(view, of, Math.max(since, view.observed.seen.left[of.name]?.at ?? 0), {
    why: `${many} draining and leaving${whileSuspended(of.group, 'Terminate')}`,
    instances: leaving.map((instance) => ({
      id: instance.id,
      why: `${instance.lifecycle}${heldBy(of.group, instance)}`,
    })),
  });
}

/** A wait after the verdict, limited by the drain deadline. `since`: when that what is waited for began. */
export function waitFor(
  { observed, plan }: RolloutView,
  { name, group, verdict, facts }: JudgedGroup,
  since: Instant,
  { why, instances }: Pick<Wait, 'why' | 'instances'>,
): GroupStep {
  const began = Math.max(since, observed.seen.adoptedAt[name] ?? 0);
  const { drainMs } = timeLimits(plan, group);
  const until = limitFrom(observed.seen, began, drainMs);
  if (observed.at >= until) {
    return { kind: 'stuck', ...withInstances(`after ${seconds(drainMs)}, ${why}`, sameReasons(instances)) };
  }
  const phase = verdict.outcome === 'promote' ? facts.leavingPhase : 'halve';
  return { kind: 'wait', wait: { group: name, phase, why, instances, until } };
}

/** What keeps instances waiting, each reason once with the instances that share it; three reasons at most. */
export function sameReasons(rows: readonly { readonly id: string; readonly why: string }[]): string {
  const sharing = new Map<string, string[]>();
  for (const { id, why } of rows) sharing.set(why, [...(sharing.get(why) ?? []), id]);
  const told = [...sharing]
    .slice(0, 3)
    .map(([why, ids]) => `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''} ${why}`);
  return [...told, ...(sharing.size > 3 ? [`and ${sharing.size - 3} more reasons`] : [])].join('; ');
}
