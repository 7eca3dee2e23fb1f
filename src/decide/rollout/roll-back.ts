import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { sameSize } from '../instances/capacity.js';
import { notInService, serving, type Split } from '../instances/classify.js';
import { act, stillLeaving, waitFor } from './finish.js';
import { terminateHalf } from '../strategies/swap/terminate-half.js';
import { liftShield } from './scale-in-protection.js';
import { RESET_FIRST } from './preflight.js';
import type { GroupStep } from './step.js';

/** Time between the first and the last of the clean looks: launches in flight surface late. */
const CLEAN_MS = 10_000;

/** The new instances go, the sizes are as they were, and the group is left frozen. */
export function rollBack(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  verdict: Verdict,
  halves: Split,
): GroupStep {
  const name = group.name;
  // rule: launch-not-suspended
  if (!group.suspended.includes('Launch')) {
    return act(
      'halve',
      { type: 'suspend', group: name, processes: ['Launch'] },
      'no further instance of the failed configuration may start',
    );
  }
  if (halves.new.length > 0) {
    // With nothing to go back to, the new ones are all that there is.
    // rule: nothing-to-go-back-to
    if (record.size.desired > 0 && serving(group, halves.old).length === 0) {
      return waitFor(
        observed,
        plan,
        group,
        verdict.at,
        'no old instance serves, so the new ones are left alone',
        halves.new.map((instance) => ({ id: instance.id, why: notInService(group, instance) })),
      );
    }
    return terminateHalf(observed, plan, group, record, verdict, 'new', halves.new, halves.old);
  }
  if (halves.unknown.length > 0) {
    return waitFor(
      observed,
      plan,
      group,
      verdict.at,
      'EC2 does not say yet when these were launched',
      halves.unknown.map((instance) => ({ id: instance.id, why: instance.lifecycle })),
    );
  }
  const leaving = stillLeaving(observed, plan, group, verdict.at, halves);
  if (leaving !== undefined) return leaving;
  const clean = observed.seen.clean[name];
  // rule: one-clean-look
  if (clean === undefined || clean.looks < 2 || observed.at - clean.since < CLEAN_MS) {
    return {
      kind: 'wait',
      wait: {
        group: name,
        phase: 'halve',
        why: 'looking again: a launch that was under way shows up late',
        instances: [],
      },
    };
  }
  if (!sameSize(group.size, record.size)) {
    return act(
      'restore',
      { type: 'resize', group: name, size: record.size, purpose: 'restore' },
      `the sizes were like this before the ${record.strategy === 'swap' ? 'swap' : 'rollout'}`,
    );
  }
  // rule: shield-left
  const shield = liftShield(observed, group, record, halves.old);
  if (shield.length > 0) return { kind: 'act', phase: 'resume', acts: shield };
  // rule: not-frozen
  if (group.notes.frozen?.run !== record.run) {
    // What --force reset is suspended no more.
    const processes = [
      ...new Set([
        ...record.suspended.filter(
          (process) => group.suspended.includes(process) || !(RESET_FIRST as readonly string[]).includes(process),
        ),
        'Launch',
      ]),
    ];
    const note = { run: record.run, at: observed.at, processes, why: verdict.why };
    return act(
      'resume',
      { type: 'freeze', group: name, note },
      'the group would launch the failed configuration; it stays frozen until somebody decides',
    );
  }
  return act('clear', { type: 'clear', group: name, notes: ['record', 'verdict', 'lease'] }, 'the roll-back is done');
}
