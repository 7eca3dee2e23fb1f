import type { Decision, Observed, Reason } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { missingAlarms } from '../gates/alarms.js';
import { keptReasons, lackingReasons, pausedReasons } from '../gates/gates.js';
import { holder } from './lease.js';
import { busy } from '../memory/fold-look.js';
import { renewal } from './lease-renewal.js';
import { keepsOld, keptHalf } from '../gates/kept-half.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { describeHolder } from '../../text/holder.js';
import { limitFrom } from '../memory/unseen-time.js';
import { timestamp } from '../../text/timestamp.js';

/**
 * What is gone from a rolling rollout was the old configuration: nobody can launch it while the group names
 * another.
 */
const WAY_BACK =
  'Old instances that are gone cannot be launched again while the group names the new ' +
  'configuration. Finish it with resume; or give the group the former configuration (update-stack ' +
  'with the former values) and then resume: whatever runs another one is replaced.';

/** What stops the whole run, whichever group it stands on; undefined when nothing does. */
export function inTheWay(observed: Observed, plan: Plan): Decision | undefined {
  return (
    unreadable(observed, plan) ??
    heldByOthers(observed, plan) ??
    guardedElsewhere(observed, plan) ??
    judgedAlready(observed, plan) ??
    gatesInTheWay(observed, plan) ??
    cancelledBeforeStart(observed, plan) ??
    stackInTheWay(observed, plan)
  );
}

/** True while this run has begun nothing and taken nothing over. */
function isStranger({ groups, seen }: Observed, plan: Plan): boolean {
  if (groups.some(({ notes }) => notes.lease?.run === plan.run)) return false;
  return Object.keys(seen.known).length === 0 && Object.keys(seen.results).length === 0 && seen.pending.length === 0;
}

/** Notes of another version on a rollout: half-understood they could make us terminate the wrong half. */
function unreadable(observed: Observed, plan: Plan): Decision | undefined {
  const reasons = observed.groups.flatMap(({ name, notes }): Reason[] => {
    if (notes.unreadable === undefined || observed.seen.known[name] !== undefined) return [];
    // A group without a rollout is asked in preflight, with all its other reasons.
    if (!plan.adoptOnly && notes.record === undefined && notes.verdict === undefined && notes.lease === undefined)
      return [];
    return [
      {
        code: 'group.unreadable',
        group: name,
        text: `it carries a note that this version cannot read: ${notes.unreadable}`,
        remedy:
          'Use the version of ha-updater that wrote it; or, when you know that no rollout is going on, remove the tag.',
      },
    ];
  });
  return reasons.length > 0 && isStranger(observed, plan) ? { kind: 'refuse', reasons } : undefined;
}

/** Another live run has a group: nobody of this run goes on. It may wait, unless it has begun something itself. */
function heldByOthers(observed: Observed, plan: Plan): Decision | undefined {
  for (const group of observed.groups) {
    if (observed.seen.results[group.name] !== undefined) continue;
    const who = holder(observed, plan, group);
    const lost = observed.seen.known[group.name] !== undefined;
    // A lease that replaced ours is another run at work, whether it has moved since or not.
    const replaced = lost && who.state === 'silent' && observed.seen.known[group.name]?.lease?.run === plan.run;
    if (who.state !== 'live' && !replaced) continue;
    const until = observed.seen.firstLookAt + plan.timing.waitForLockMs;
    if (isStranger(observed, plan) && observed.at < until && observed.cancellation === undefined) {
      const why = `${describeHolder(who.lease)} works on it; waiting for it to end`;
      return {
        kind: 'wait',
        forMs: Math.min(plan.timing.pollMs, until - observed.at),
        waits: [{ group: group.name, phase: 'preflight', why, instances: [], until }],
        progress: [],
      };
    }
    return { kind: 'held', group: group.name, by: describeHolder(who.lease), since: who.lease.at, lost };
  }
  return undefined;
}

/**
 * A rollout that was made under a strict lock is left to whoever holds that lock: its run may be alive where
 * the lease on the tags cannot tell.
 */
function guardedElsewhere(observed: Observed, plan: Plan): Decision | undefined {
  if (!isStranger(observed, plan)) return undefined;
  const reasons = observed.groups.flatMap(({ name, notes: { record, lease } }): Reason[] => {
    if (record === undefined || lease?.lock === undefined || lease.lock === plan.lock) return [];
    const mine = plan.lock === undefined ? 'this run holds no lock' : `this run holds ${plan.lock}`;
    return [
      {
        code: 'group.locked',
        group: name,
        text: `the rollout of ${describeHolder(lease)} is guarded by the lock ${lease.lock}, and ${mine}`,
        remedy: `Say --lock '${lease.lock}'.`,
      },
    ];
  });
  return reasons.length === 0 ? undefined : { kind: 'refuse', reasons };
}

/** Asked to roll back what is judged otherwise: the old half is going already, and no verdict is ever turned. */
function judgedAlready(observed: Observed, plan: Plan): Decision | undefined {
  if (!plan.undo || !isStranger(observed, plan)) return undefined;
  const reasons = observed.groups.flatMap((group): Reason[] => {
    const { name, notes } = group;
    const { record, verdict } = notes;
    if (record === undefined || verdict?.run !== record.run || verdict.outcome !== 'promote') return [];
    // What is kept, or will be as soon as it has left the balancers, can serve again.
    const { keptUntil, backAt } = record.gates ?? {};
    if (keepsOld(record) && (keptUntil === undefined || backAt !== undefined || keptHalf(group, record).length > 0))
      return [];
    return [
      {
        code: 'rollback.judged',
        group: name,
        text:
          `run ${record.run} was judged ${timestamp(verdict.at)}: promote ` +
          `(${verdict.why}); its old instances are going already`,
        remedy: factsOf(record).provesAfterVerdict
          ? WAY_BACK
          : 'Finish it with resume, then roll out the configuration that you want.',
      },
    ];
  });
  return reasons.length === 0 ? undefined : { kind: 'refuse', reasons };
}

/** What somebody else began is not taken over by accident, nor with less to pass than it was begun with. */
function gatesInTheWay(observed: Observed, plan: Plan): Decision | undefined {
  const reasons = [
    ...pausedReasons(observed, plan),
    ...keptReasons(observed, plan),
    ...lackingReasons(observed, plan),
    ...missingAlarms(observed, plan),
  ];
  return reasons.length > 0 && isStranger(observed, plan) ? { kind: 'refuse', reasons } : undefined;
}

/** A signal before anything is ours: what others left is not touched any more. */
function cancelledBeforeStart(observed: Observed, plan: Plan): Decision | undefined {
  if (observed.cancellation === undefined || !isStranger(observed, plan)) return undefined;
  return {
    kind: 'refuse',
    reasons: [
      {
        code: 'run.interrupted',
        text: observed.cancellation.why,
        remedy: 'Nothing was begun. Start again when you want to.',
      },
    ],
  };
}

/** No group is touched while its stack is in progress. */
function stackInTheWay(observed: Observed, plan: Plan): Decision | undefined {
  const { stackStatus } = observed;
  // rule: stack-busy
  if (stackStatus === undefined || !busy(stackStatus)) return undefined;
  const begun = observed.groups.filter(
    (group) => group.notes.record !== undefined && observed.seen.results[group.name] === undefined,
  );
  if (begun.length === 0) {
    return {
      kind: 'refuse',
      reasons: [
        {
          code: 'stack.busy',
          text: `the stack ${plan.stack ?? 'of the group'} is in ${stackStatus}`,
          remedy: 'Wait until the stack operation has ended and start again.',
        },
      ],
    };
  }
  const until = limitFrom(observed.seen, observed.seen.stackBusySince ?? observed.at, plan.timing.totalMs);
  const why = `the stack ${plan.stack ?? 'of the group'} is in ${stackStatus}; no group is touched meanwhile`;
  if (observed.at >= until)
    return { kind: 'finish', results: begun.map((group) => ({ group: group.name, outcome: 'stuck', why })) };
  const waits = begun.map((group) => ({ group: group.name, phase: 'prove' as const, why, instances: [], until }));
  const renew = renewal(observed, plan);
  if (renew.length > 0) return { kind: 'act', actions: renew, progress: [] };
  return { kind: 'wait', forMs: plan.timing.pollMs, waits, progress: [] };
}
