import type { Target } from '../../../model/rollout/action.js';
import { count } from '../../../text/count.js';
import type { Balancer, Group, Instance } from '../../../model/rollout/group.js';
import type { OutInstance } from '../../../model/rollout/record.js';
import { inService, isAway } from '../../instances/classify.js';
import { checked, failedCheck, notProvenYet, outOfService, WARMING_UP, type Awaiting } from '../../gates/hooks.js';
import { countQuorum } from './quorum.js';
import { isBack, isListed, isRegistered, targetOf } from '../../instances/registered.js';
import type { LookAndPlan } from '../../view.js';
import { proven, warm } from '../../memory/proven.js';
import { limitFrom } from '../../memory/unseen-time.js';
import { timeLimits } from '../../rollout/time-limits.js';

/**
 * What shall become of an instance that is noted as out: the whole restart, back as it is, or left out because it
 * failed.
 */
export type Goal = 'restart' | 'back' | 'out';

/** The next step of one instance that is noted as out. */
export type InstanceStep =
  | {
      readonly kind: 'deregister' | 'register';
      readonly at: readonly { readonly balancer: Balancer; readonly target: Target }[];
    }
  | { readonly kind: 'run' | 'cancel' }
  | { readonly kind: 'wait'; readonly awaiting: Awaiting; readonly until: number }
  /** `open`: why it does not serve although nothing more is to be done; `out`: a balancer did not take it back. */
  | { readonly kind: 'finished'; readonly open?: string; readonly out?: true };

/** An instance of a restart that is noted as out, and what shall become of it. */
export interface OutGoal {
  readonly out: OutInstance;
  readonly goal: Goal;
}

/** The same of an instance that its group still shows. */
interface Member extends OutGoal {
  readonly group: Group;
  readonly instance: Instance;
}

/** What to do next with one instance. Nothing is stored: it follows from what balancers list and the command says. */
export function instanceStep({ observed, plan }: LookAndPlan, group: Group, { out, goal }: OutGoal): InstanceStep {
  const instance = group.instances.find(({ id }) => id === out.id);
  if (instance === undefined || isAway(instance)) return { kind: 'finished' };
  if (observed.gone?.includes(out.id)) return { kind: 'finished', open: 'EC2 does not run it any more' };
  const command = observed.commands?.[out.id];
  if (goal !== 'restart' && command?.state === 'running') return { kind: 'cancel' };
  const member: Member = { group, instance, out, goal };
  switch (goal) {
    case 'back':
      return backStep({ observed, plan }, member);
    case 'out':
      return leaveStep({ observed, plan }, member);
    case 'restart':
      if (command?.state === 'ended') return backStep({ observed, plan }, member);
      if (command?.state === 'running')
        return waitFor({ why: 'the command runs', awaits: 'command' }, command.since + (plan.restart?.commandMs ?? 0));
      return outStep({ observed, plan }, member);
  }
}

/** Out of every balancer for good, because it failed; unless it serves after all. */
function leaveStep({ observed, plan }: LookAndPlan, { group, instance, out }: Member): InstanceStep {
  const still = group.balancers.filter((balancer) => isRegistered(instance, balancer));
  if (still.length === 0) return { kind: 'finished' };
  if (!inService(group, instance)) return deregister(still, out);
  // The instance came late, and it serves: nothing is better without it.
  if (checked(observed.seen, plan, instance)) return { kind: 'finished' };
  // rule: restart-check-spares
  if (maySpare({ observed, plan }, group, instance)) return deregister(still, out);
  const why = failedCheck(observed.seen, plan, instance);
  return { kind: 'finished', open: `${why}; it stays in, because the quorum needs it` };
}

/** Out of every balancer, drained, then the command. */
function outStep({ observed, plan }: LookAndPlan, { group, instance, out }: Member): InstanceStep {
  const still = group.balancers.filter((balancer) => isRegistered(instance, balancer));
  if (still.length > 0) return deregister(still, out);
  const draining = group.balancers.filter((balancer) => isListed(instance, balancer));
  // rule: restart-undrained
  if (draining.length === 0) return { kind: 'run' };
  const until = limitFrom(
    observed.seen,
    observed.seen.outSince[out.id] ?? observed.at,
    timeLimits(plan, group).drainMs,
  );
  return waitFor({ why: `draining from ${draining.map(({ name }) => name).join(', ')}`, awaits: 'draining' }, until);
}

/** Into every balancer again, then in service for the warm-up, and checked if it was restarted; within the limit. */
function backStep({ observed, plan }: LookAndPlan, { group, instance, out, goal }: Member): InstanceStep {
  const until = limitFrom(
    observed.seen,
    observed.seen.backSince[out.id] ?? observed.at,
    timeLimits(plan, group).progressMs,
  );
  const late = observed.at >= until;
  const missing = group.balancers.filter((balancer) => !isBack(instance, balancer, out));
  if (missing.length > 0 && !late)
    return { kind: 'register', at: missing.map((balancer) => ({ balancer, target: targetOf(out, balancer) })) };
  // rule: restart-check-skipped
  const good = goal === 'restart' ? proven : warm;
  if (missing.length === 0 && good(observed, plan, group, [instance]).length > 0) return { kind: 'finished' };
  const open = outOfService(group, instance);
  // rule: restart-not-taken-back
  if (missing.length > 0 && instance.healthy) {
    const why = `${missing.map(({ name }) => name).join(', ')} did not take it back`;
    return { kind: 'finished', open: why, out: true };
  }
  if (late) return { kind: 'finished', open: open?.why ?? 'in service, but not for the whole warm-up' };
  return waitFor(open ?? (goal === 'restart' ? notProvenYet(observed.seen, plan, instance) : WARMING_UP), until);
}

function waitFor(awaiting: Awaiting, until: number): InstanceStep {
  return { kind: 'wait', awaiting, until };
}

/** Whether the quorum holds without the instances that serve and fail their check, up to this one. */
function maySpare({ observed: { seen }, plan }: LookAndPlan, group: Group, instance: Instance): boolean {
  const noted = group.notes.out?.instances ?? [];
  const { serving, floor } = countQuorum(group, noted, plan.restart?.quorum ?? 1);
  const going = group.instances.filter(
    (one) => seen.failed[one.id] !== undefined && inService(group, one) && !checked(seen, plan, one),
  );
  return going.indexOf(instance) < serving - floor;
}

function deregister(from: readonly Balancer[], out: OutInstance): InstanceStep {
  return { kind: 'deregister', at: from.map((balancer) => ({ balancer, target: targetOf(out, balancer) })) };
}

/** `3 instances (i-1, i-2, i-3)` */
export function named(ids: readonly string[]): string {
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  return `${count(ids.length, 'instance')} (${ids.slice(0, 5).join(', ')}${more})`;
}
