import type { Instant } from '../../../clock.js';
import type { Instance } from '../../../model/rollout/group.js';
import type { Verdict } from '../../../model/rollout/record.js';
import { chunks } from '../../../text/chunks.js';
import { count } from '../../../text/count.js';
import { seconds } from '../../../text/duration.js';
import { notInService, units } from '../../instances/classify.js';
import { keptHalf } from '../../gates/kept-half.js';
import { warm } from '../../memory/proven.js';
import { limitFrom } from '../../memory/unseen-time.js';
import { ourLease } from '../../ownership/lease.js';
import { finish, sameReasons } from '../../rollout/finish.js';
import { SUSPENDED_BY_SWAP } from '../../rollout/processes.js';
import { timeLimits } from '../../rollout/time-limits.js';
import { act, inSentence, withInstances, type GroupStep, type ReasonedAction } from '../../step.js';
import type { JudgedGroup, RolloutGroup, RolloutView } from '../../view.js';
import { matesOf } from './kept-mates.js';
import { wantedSize } from '../../sizes/wanted-size.js';
import { noteAskedFor, roomOf } from './kept-sizes.js';

/** The most ids that one call takes. Source: EnterStandby, ExitStandby, InstanceIds. */
export const MAX_STANDBY_PER_CALL = 20;

/** As many as one call takes; the rest at the next look. */
const MAX_ENDED = 20;

/**
 * The kept half serves again: nothing changes the membership meanwhile, max makes room, the instances leave standby and
 * are proven; only then the verdict is turned, and the new half goes as in any roll-back.
 */
export function serveAgain(view: RolloutView, of: JudgedGroup, backAt: Instant): GroupStep {
  const { name, group, record, halves } = of;
  const kept = keptHalf(group, record);
  if (kept.length === 0 && halves.old.length === 0) return nothingToGoBackTo(view, of, backAt);
  const suspend = SUSPENDED_BY_SWAP.filter(
    (process) => record.suspended.includes(process) && !group.suspended.includes(process),
  );
  // rule: back-not-suspended
  if (suspend.length > 0)
    return act(
      'back',
      { type: 'suspend', group: name, processes: suspend },
      'nothing may change the membership by itself while two sets run',
    );
  const late = view.observed.at >= limitOf(view, of, backAt);
  // rule: marked-in-standby
  const isLost = ({ id, healthy }: Instance): boolean =>
    view.observed.ended?.[id] !== undefined || (late && !healthy && provenOld(view, of).length === 0);
  const dead = halves.old.filter(isLost);
  // What is asked for is noted before anything of ours is added to it or taken off.
  // rule: noted-after-decrement
  const asked = dead.length + kept.length > 0 ? noteAskedFor(view, of) : undefined;
  if (asked !== undefined) return asked;
  // Those that come back raise the desired capacity first, so that it does not fall below what is asked for.
  if (kept.length > 0) return leaveStandby(view, of, kept, limitOf(view, of, backAt));
  if (dead.length > 0) return takeLostOut(of, dead.slice(0, MAX_ENDED), late);
  return prove(view, of, backAt);
}

/**
 * An instance was lost while it was kept, or Auto Scaling has marked it Unhealthy for good, and no other one was
 * proven: it would hold a place that something else could serve in. Where as many are asked for, another one is
 * launched for it.
 */
function takeLostOut({ name, group, record }: JudgedGroup, dead: readonly Instance[], late: boolean): GroupStep {
  const decrement = group.size.desired - units(dead) >= wantedSize(record).desired;
  return act(
    'back',
    { type: 'terminate', group: name, half: 'old', instances: dead.map(({ id }) => id), decrement },
    late ? 'it did not serve again within the time' : 'EC2 does not run it any more',
  );
}

function leaveStandby(
  { observed }: RolloutView,
  of: JudgedGroup,
  kept: readonly Instance[],
  until: Instant,
): GroupStep {
  const { name, group } = of;
  if (group.suspended.includes('Launch'))
    return {
      kind: 'stuck',
      why: 'no instance leaves standby while the process Launch is suspended, and somebody suspended it',
    };
  const waiting = kept.filter(({ lifecycle }) => lifecycle === 'Standby');
  const max = Math.max(group.size.max, roomOf(of), group.size.desired + units(kept));
  if (max > group.size.max)
    return act(
      'back',
      { type: 'resize', group: name, size: { ...group.size, max }, sets: ['max'], purpose: 'room' },
      'what leaves standby raises the desired capacity',
    );
  const acts = chunks(
    waiting.map(({ id }) => id),
    MAX_STANDBY_PER_CALL,
  ).map((instances): ReasonedAction => ({
    action: { type: 'standby', group: name, instances, on: false, decrement: false },
    why: 'the old instances serve again before the new ones go',
  }));
  if (acts.length > 0) return { kind: 'act', phase: 'back', acts };
  const why = `${count(kept.length, 'old instance')} ${kept.length === 1 ? 'is' : 'are'} still on the way into standby`;
  if (observed.at >= until) return { kind: 'stuck', why };
  return { kind: 'wait', wait: { group: name, phase: 'back', why, instances: [], until } };
}

/** The old ones are in service for the warm-up; then the verdict is turned, together with the groups beside it. */
function prove(view: RolloutView, of: JudgedGroup, backAt: Instant): GroupStep {
  const { observed, plan } = view;
  const { name, group, record, verdict, halves } = of;
  const until = limitOf(view, of, backAt);
  const ready = provenOld(view, of);
  if (isBack(view, of)) {
    const open = matesOf(view, of).filter((mate) => mate.verdict?.outcome !== 'rollBack' && !isBack(view, mate));
    if (open.length > 0 && of.block !== undefined) return { kind: 'stuck', why: of.block.why };
    if (open.length > 0) {
      const why = `the old instances serve; waiting for those of ${open.map((mate) => mate.name).join(', ')}`;
      return {
        kind: 'wait',
        wait: {
          group: name,
          phase: 'back',
          why,
          instances: [],
          until: Math.max(until, observed.at + plan.timing.pollMs),
        },
      };
    }
    const turned: Verdict = { ...verdict, run: record.run, outcome: 'rollBack', at: observed.at };
    return act(
      'judge',
      { type: 'judge', groups: [name], verdict: turned, lease: ourLease(observed, plan, [group]) },
      `${count(units(ready), 'old instance')} proven again after ${seconds(observed.at - backAt)}; ${verdict.why}`,
    );
  }
  const open = halves.old.filter((instance) => !ready.includes(instance));
  const rows = open.map((instance) => ({
    id: instance.id,
    why: notInService(group, instance) || 'in service, warming up',
  }));
  if (observed.at >= until) {
    const limit = seconds(timeLimits(plan, group).progressMs);
    const late = `no old instance was proven again within ${limit}, so the new ones stay`;
    return { kind: 'stuck', ...withInstances(late, sameReasons(rows)) };
  }
  const why = `${units(ready)} of ${units(halves.old)} old instances are proven in service again`;
  return { kind: 'wait', wait: { group: name, phase: 'back', why, instances: rows, until } };
}

function provenOld({ observed, plan }: RolloutView, { group, halves }: RolloutGroup): readonly Instance[] {
  // What served before has passed its check; the command is for new ones.
  return warm(observed, plan, group, halves.old);
}

function limitOf({ observed, plan }: RolloutView, { name, group }: RolloutGroup, backAt: Instant): Instant {
  const began = Math.max(backAt, observed.seen.adoptedAt[name] ?? 0);
  return limitFrom(observed.seen, began, timeLimits(plan, group).progressMs);
}

/** Whether the old half serves again: all of it, or what can be had of it in the time for that. */
function isBack(view: RolloutView, of: RolloutGroup): boolean {
  const { backAt } = of.record.gates ?? {};
  if (backAt === undefined || keptHalf(of.group, of.record).length > 0) return false;
  const ready = units(provenOld(view, of));
  // rule: back-unproven
  if (ready === 0 || ready < units(of.halves.old)) return ready > 0 && view.observed.at >= limitOf(view, of, backAt);
  return true;
}

/** All that was kept is gone: the new half stays, and the group becomes as it was. */
function nothingToGoBackTo(view: RolloutView, of: JudgedGroup, backAt: Instant): GroupStep {
  const step = finish(view, of, backAt);
  if (step.kind !== 'act') return step;
  const told = inSentence(
    of.verdict,
    (text) => `${text}; but no old instance was left to go back to, so the new ones serve`,
  );
  return {
    ...step,
    acts: step.acts.map((one) =>
      one.action.type === 'clear'
        ? { ...one, action: { ...one.action, result: { group: of.name, outcome: 'stuck', ...told } } }
        : one,
    ),
  };
}
