import type { Instant } from '../../clock.js';
import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { alarmed } from '../gates/alarms.js';
import { finalTarget, isReached, raisedTo, type TargetSize } from './target-size.js';
import { bakesUntil, bakingWait, canaryOf, currentTarget, shareOf } from '../gates/gates.js';
import { notInService, units, type Split } from '../instances/classify.js';
import { act, sameReasons, seconds } from './finish.js';
import { failedCheck, notProvenYet } from '../gates/hooks.js';
import { hopeless } from '../instances/hopeless.js';
import { replaceable } from '../instances/externally-ended.js';
import { RESET_FIRST, SUSPENDED_BY_SWAP } from './preflight.js';
import { proven } from '../memory/remember.js';
import { raiseShield } from './scale-in-protection.js';
import type { Block, GroupStep } from './step.js';
import { cancelReason } from '../ownership/cancellation.js';

/** How often growing is asked for before somebody else's resizing makes the rollout fail. */
export const MAX_RESIZES = 10;

/** Until the verdict: what changes membership by itself is suspended, the group grows, and the new instances are proven. */
export function prepare(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  halves: Split,
  hold?: Block,
): GroupStep {
  const name = group.name;
  const aim = currentTarget(group, record);
  const canary = aim.purpose === 'canary';
  const lost = replaceable(observed, group, record, halves);
  const suspend = SUSPENDED_BY_SWAP.filter(
    (process) =>
      record.suspended.includes(process) &&
      !group.suspended.includes(process) &&
      !(process === 'ReplaceUnhealthy' && lost.length > 0),
  );
  // rule: not-suspended
  if (suspend.length > 0) {
    return act(
      'suspend',
      { type: 'suspend', group: name, processes: suspend },
      'nothing may change the membership by itself while two sets run',
    );
  }
  const failing = whyFailing(observed, plan, group, record, halves, aim);
  const reset = RESET_FIRST.filter(
    (process) => record.suspended.includes(process) && group.suspended.includes(process),
  );
  if (failing === undefined && reset.length > 0) {
    const why =
      group.notes.frozen?.processes.includes('Launch') === true
        ? 'an earlier roll-back left launching suspended'
        : 'nothing can be replaced while these are suspended, and --force resets them';
    return act('resume', { type: 'resume', group: name, processes: reset }, why);
  }
  if (failing === undefined && hold !== undefined) {
    // Whoever has the turn is proven for this group too.
    return {
      kind: 'proving',
      proven: true,
      needed: 0,
      wait: { group: name, phase: 'prove', why: hold.why, instances: [] },
    };
  }
  if (failing === undefined && lost.length > 0 && group.suspended.includes('ReplaceUnhealthy')) {
    const why = `${lost.map(({ id }) => `${id} (${observed.ended?.[id] ?? ''})`).join(', ')} was taken away while it was to be proven; Auto Scaling has to replace it`;
    return act('prove', { type: 'resume', group: name, processes: ['ReplaceUnhealthy'] }, why);
  }
  const grown = isReached(group.size, aim.size);
  const shield = failing === undefined && !grown ? raiseShield(observed, group, record, halves.old) : [];
  if (shield.length > 0) return { kind: 'act', phase: 'suspend', acts: shield };
  if (failing === undefined && !grown)
    return act(
      aim.purpose,
      { type: 'resize', group: name, size: raisedTo(aim, group.size), purpose: aim.purpose },
      aim.why,
    );
  const ready = proven(group, halves.new, observed.seen, plan, observed.at);
  const bakes = bakesUntil(observed, group, record);
  // rule: some-proven
  const enough = grown && units(ready) >= aim.needed;
  const through = enough && bakes === undefined;
  const full = finalTarget(record);
  return {
    kind: 'proving',
    proven: through && !canary,
    needed: full.needed,
    ...(failing === undefined ? {} : { failing }),
    wait:
      enough && bakes !== undefined
        ? bakingWait(group, record, units(ready), bakes)
        : provingWait(observed, plan, group, record, halves, ready, aim),
    ...(through ? { share: shareOf(aim.needed, record) } : {}),
    ...(through && canary && failing === undefined
      ? {
          next: {
            action: { type: 'resize', group: name, size: raisedTo(full, group.size), purpose: full.purpose },
            why: full.why,
          },
        }
      : {}),
    ...(record.gates?.canary !== undefined && !through && (canary || canaryOf(record) === 0)
      ? { canaryOpen: true }
      : {}),
  };
}

/** Why the new half cannot be waited for any longer, or undefined. */
function whyFailing(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  halves: Split,
  aim: TargetSize,
): string | undefined {
  const called = cancelReason(observed, plan, group);
  if (called !== undefined) return called;
  const lost = alarmed(observed, plan, record.startedAt) ?? hopeless(group, record, observed.failures, halves.new);
  if (lost !== undefined) return lost;
  const ready = proven(group, halves.new, observed.seen, plan, observed.at);
  if (units(ready) >= aim.needed) return undefined;
  if ((observed.seen.doubled[group.name] ?? 0) > MAX_RESIZES)
    return `somebody else keeps changing its sizes (now ${group.size.min}/${group.size.desired}/${group.size.max})`;
  const deadlines = deadlinesOf(observed, plan, group, record);
  const state = (): string => {
    const open = halves.new
      .map((instance) => ({
        id: instance.id,
        why: notInService(group, instance) || failedCheck(observed.seen, plan, instance),
      }))
      .filter((row) => row.why !== '');
    const first = sameReasons(open);
    const missing = aim.needed - units(halves.new);
    return [first, ...(missing > 0 ? [`${missing} were not launched${lastFailure(observed, group)}`] : [])]
      .filter((part) => part !== '')
      .join('; ');
  };
  if (observed.at >= deadlines.total) return `not proven within ${seconds(plan.timing.totalMs)}: ${state()}`;
  if (observed.at >= deadlines.progress)
    return `no further instance was proven for ${seconds(plan.timing.progressMs)} (${units(ready)} of ${aim.needed}${aim.purpose === 'canary' ? ', the canary' : ''}): ${state()}`;
  return undefined;
}

function deadlinesOf(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
): { readonly progress: Instant; readonly total: Instant } {
  const began = Math.max(record.startedAt, observed.seen.adoptedAt[group.name] ?? 0);
  return {
    progress: (observed.seen.progressAt[group.name]?.at ?? Math.max(began, observed.at)) + plan.timing.progressMs,
    total: began + plan.timing.totalMs,
  };
}

function provingWait(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  halves: Split,
  ready: readonly Instance[],
  aim: TargetSize,
): Wait {
  const rows: { id: string; why: string; since?: Instant }[] = [];
  for (const instance of [...halves.new, ...halves.unknown]) {
    if (ready.includes(instance)) continue;
    const open = notInService(group, instance);
    const since = observed.seen.inServiceSince[instance.id];
    if (open !== '') rows.push({ id: instance.id, why: open });
    else
      rows.push({
        id: instance.id,
        why: notProvenYet(observed.seen, plan, instance),
        ...(since === undefined ? {} : { since }),
      });
  }
  const missing = aim.needed - units(halves.new) - units(halves.unknown);
  const launch =
    missing <= 0
      ? ''
      : group.suspended.includes('Launch')
        ? `; ${missing} cannot launch: the process Launch is suspended`
        : `; ${missing} still to launch${lastFailure(observed, group)}`;
  const { progress, total } = deadlinesOf(observed, plan, group, record);
  return {
    group: group.name,
    phase: 'prove',
    why: `${units(ready)} of ${aim.needed} new instances ${aim.purpose === 'canary' ? '(the canary) ' : ''}are proven${launch}`,
    instances: rows,
    until: Math.min(progress, total),
  };
}

export function lastFailure(observed: Observed, group: Group): string {
  const failure = observed.failures.filter((one) => one.group === group.name).at(-1);
  return failure === undefined ? '' : ` (${failure.message})`;
}
