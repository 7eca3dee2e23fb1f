import type { Instant } from '../../clock.js';
import type { Action, Phase } from '../../model/rollout/action.js';
import { count } from '../../text/count.js';
import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { sameSize } from '../instances/capacity.js';
import { inService, notInService, units, type Split } from '../instances/classify.js';
import type { GroupStep } from './step.js';

/** The end of a promoted rollout, once nothing old is left: wait for those that leave, then everything as it was found. */
export function finish(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  since: Instant,
  halves: Split,
): GroupStep {
  const leaving = stillLeaving(observed, plan, group, since, halves);
  if (leaving !== undefined) return leaving;
  if (!sameSize(group.size, record.size)) {
    // rule: resume-before-restore
    const surplus = beforeScaleIn(observed, plan, group, record, since, halves.new);
    if (surplus !== undefined) return surplus;
    return act(
      'restore',
      { type: 'resize', group: group.name, size: record.size, purpose: 'restore' },
      `the sizes were like this before the ${record.strategy === 'swap' ? 'swap' : 'rollout'}`,
    );
  }
  const tooMany =
    group.weighted || halves.new.some((instance) => instance.protectedFromScaleIn)
      ? 0
      : units(halves.new) - record.size.desired;
  if (record.strategy === 'rolling' && tooMany > 0)
    return waitFor(
      observed,
      plan,
      group,
      since,
      `${count(tooMany, 'instance')} more than ${record.size.desired} will be taken out by Auto Scaling`,
      [],
    );
  const resume = record.suspended.filter((process) => group.suspended.includes(process));
  // rule: clear-before-resume
  if (resume.length > 0)
    return act(
      'resume',
      { type: 'resume', group: group.name, processes: resume },
      'these were suspended by this rollout or by an earlier roll-back',
    );
  return act(
    'clear',
    {
      type: 'clear',
      group: group.name,
      notes: ['record', 'verdict', 'lease', ...(group.notes.frozen === undefined ? [] : (['frozen'] as const))],
    },
    `the ${record.strategy === 'swap' ? 'swap' : 'rollout'} is done`,
  );
}

/** Lets Auto Scaling replace new instances that died after the verdict: nothing else would bring them back. */
export function replaceDead(group: Group, record: RolloutRecord, staying: readonly Instance[]): GroupStep | undefined {
  const dead = staying.filter((instance) => !instance.healthy);
  if (
    dead.length === 0 ||
    !group.suspended.includes('ReplaceUnhealthy') ||
    !record.suspended.includes('ReplaceUnhealthy')
  )
    return undefined;
  const why = `${dead.map((instance) => instance.id).join(', ')} died after the verdict; Auto Scaling has to replace what is missing`;
  return act(
    record.strategy === 'rolling' ? 'replace' : 'halve',
    { type: 'resume', group: group.name, processes: ['ReplaceUnhealthy'] },
    why,
  );
}

/**
 * Somebody made the group larger meanwhile: going back to its size lets Auto Scaling choose who leaves,
 * so all of them have to serve first.
 */
function beforeScaleIn(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  since: Instant,
  fresh: readonly Instance[],
): GroupStep | undefined {
  const idle = fresh.filter((instance) => !inService(group, instance));
  if (units(fresh) <= record.size.desired || idle.length === 0) return undefined;
  const why = `${units(fresh)} instances are there and ${record.size.desired} shall stay; those that leave are chosen by Auto Scaling, so all must serve first`;
  return (
    replaceDead(group, record, fresh) ??
    waitFor(
      observed,
      plan,
      group,
      since,
      why,
      idle.map((instance) => ({ id: instance.id, why: notInService(group, instance) })),
    )
  );
}

export function stillLeaving(
  observed: Observed,
  plan: Plan,
  group: Group,
  since: Instant,
  halves: Split,
): GroupStep | undefined {
  // rule: leaving-not-awaited
  if (halves.leaving.length === 0) return undefined;
  return waitFor(
    observed,
    plan,
    group,
    since,
    `${count(halves.leaving.length, 'instance')} ${halves.leaving.length === 1 ? 'is' : 'are'} draining and leaving`,
    halves.leaving.map((instance) => ({ id: instance.id, why: instance.lifecycle })),
  );
}

function isRolling({ notes: { record, verdict } }: Group): boolean {
  return record?.strategy === 'rolling' && verdict?.outcome === 'promote';
}

/** A wait after the verdict, limited by the drain deadline. `since`: when that what is waited for began. */
export function waitFor(
  observed: Observed,
  plan: Plan,
  group: Group,
  since: Instant,
  why: string,
  instances: Wait['instances'],
): GroupStep {
  const until = Math.max(since, observed.seen.adoptedAt[group.name] ?? 0) + plan.timing.drainMs;
  if (observed.at >= until)
    return { kind: 'stuck', why: `after ${seconds(plan.timing.drainMs)}, ${why}: ${sameReasons(instances)}` };
  return {
    kind: 'wait',
    wait: { group: group.name, phase: isRolling(group) ? 'replace' : 'halve', why, instances, until },
  };
}

export function act(phase: Phase, action: Action, why: string): GroupStep {
  return { kind: 'act', phase, acts: [{ action, why }] };
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** What holds instances up, each reason once with those that share it; three reasons at most. */
export function sameReasons(rows: readonly { readonly id: string; readonly why: string }[]): string {
  const sharing = new Map<string, string[]>();
  for (const { id, why } of rows) sharing.set(why, [...(sharing.get(why) ?? []), id]);
  const told = [...sharing]
    .slice(0, 3)
    .map(([why, ids]) => `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''} ${why}`);
  return [...told, ...(sharing.size > 3 ? [`and ${sharing.size - 3} more reasons`] : [])].join('; ');
}
