import type { Wait, Why } from '../../model/rollout/decision.js';
import type { Instance } from '../../model/rollout/group.js';
import type { Instant } from '../../clock.js';
import { anomalous } from '../gates/anomaly.js';
import { alarmed } from '../gates/alarms.js';
import { shareOf } from '../gates/gates.js';
import { failedCheck, notProvenYet, outOfService } from '../gates/hooks.js';
import { notInService, units } from '../instances/classify.js';
import { replaceable } from '../instances/externally-ended.js';
import { hopeless } from '../instances/hopeless.js';
import { markedForGood } from '../instances/marked-for-good.js';
import { act, type GroupStep, type ProvingStep } from '../step.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { sameReasons } from './finish.js';
import { pointAtImage } from './image/new-image.js';
import { RESET_FIRST, SUSPENDED_BY_SWAP, whileSuspended } from './processes.js';
import { raiseShield } from './scale-in-protection.js';
import { noteTheirs } from '../sizes/note-theirs.js';
import { finalTarget, isReached, raisedTo, type TargetSize } from './target-size.js';
import { list } from '../../text/list.js';
import { seconds } from '../../text/duration.js';
import { canaryOf, currentTarget } from '../gates/canary.js';
import { bakesUntil, bakingWait } from '../gates/bake.js';
import { timeLimits } from './time-limits.js';
import { limitFrom } from '../memory/unseen-time.js';
import { askingWait, stageState, type StageState } from '../gates/stage-gate.js';
import { sayWholeSize } from '../ownership/ignored-old.js';

/** How often growing is asked for before somebody else's resizing makes the rollout fail. */
export const MAX_RESIZES = 10;

/** Until the verdict: what changes membership by itself is suspended, the group grows, and new instances are proven. */
export function prepare(view: RolloutView, of: RolloutGroup): GroupStep {
  const { group, record } = of;
  const lost = replaceable(view.observed, group, record, of.halves);
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
      { type: 'suspend', group: group.name, processes: suspend },
      'nothing may change the membership by itself while two sets run',
    );
  }
  const target = currentTarget(group, record);
  const failing = whyFailing(view, of, target);
  const toProve = failing === undefined ? beforeProof(view, of, target, lost) : undefined;
  return toProve ?? prove(view, of, target, failing);
}

/** What has to be done before the new instances can be proven; undefined when it is done. */
function beforeProof(
  view: RolloutView,
  of: RolloutGroup,
  target: TargetSize,
  lost: readonly Instance[],
): GroupStep | undefined {
  const { group, record, block } = of;
  const { name } = group;
  const reset = RESET_FIRST.filter(
    (process) => record.suspended.includes(process) && group.suspended.includes(process),
  );
  if (reset.length > 0) {
    const why =
      group.notes.frozen?.processes.includes('Launch') === true
        ? 'an earlier roll-back left launching suspended'
        : 'nothing can be replaced while these are suspended, and --force resets them';
    return act('resume', { type: 'resume', group: name, processes: reset }, why);
  }
  const image = pointAtImage(of);
  // rule: shield-before-image
  if (image !== undefined) return shieldOld(view, of) ?? image;
  if (block !== undefined) {
    // The group whose turn it is is proven for this one too.
    const wait: Wait = { group: name, phase: 'prove', why: block.why, instances: [] };
    return { kind: 'proving', proven: true, needed: 0, wait };
  }
  if (lost.length > 0 && group.suspended.includes('ReplaceUnhealthy')) {
    const ids = lost.map(({ id }) => `${id} (${view.observed.ended?.[id] ?? ''})`).join(', ');
    const why = `${ids} was taken away while it was to be proven; Auto Scaling has to replace it`;
    return act('prove', { type: 'resume', group: name, processes: ['ReplaceUnhealthy'] }, why);
  }
  const theirs = noteTheirs(view, of, 'prove');
  if (theirs !== undefined) return theirs;
  if (isReached(group.size, target.size)) return undefined;
  return shieldOld(view, of) ?? act(target.purpose, growTo(of, target), target.why);
}

/** Old ones are protected before anything is made or launched: a size that somebody lowers then takes none of them. */
function shieldOld(view: RolloutView, of: RolloutGroup): GroupStep | undefined {
  const shield = raiseShield(view, of);
  return shield.length > 0 ? { kind: 'act', phase: 'suspend', acts: shield } : undefined;
}

function growTo({ group }: RolloutGroup, target: TargetSize): Parameters<typeof act>[1] {
  const size = raisedTo(target.size, group.size);
  return { type: 'resize', group: group.name, size, sets: ['max', 'desired'], purpose: target.purpose };
}

/** How far the proof of the group is, and what follows. */
function prove(view: RolloutView, of: RolloutGroup, target: TargetSize, failing: Why | undefined): ProvingStep {
  const { group, record } = of;
  const canary = target.purpose === 'canary';
  const grown = isReached(group.size, target.size);
  const ready = of.proven;
  const bakes = bakesUntil(view.observed, group, record);
  // rule: some-proven
  const enough = grown && units(ready) >= target.needed;
  const gate = gateOf(view, of, target, enough && bakes === undefined && failing === undefined);
  const through = enough && bakes === undefined && gate.kind === 'open';
  const why = failing ?? (gate.kind === 'failed' ? { why: gate.why } : undefined);
  const full = finalTarget(record);
  const canaryOpen = record.gates?.canary !== undefined && !through && (canary || canaryOf(record) === 0);
  return {
    kind: 'proving',
    proven: through && !canary,
    needed: full.needed,
    ...(why !== undefined && { failing: why }),
    wait: openWait(view, of, target, { gate, bakes: enough ? bakes : undefined }),
    ...(through && { share: shareOf(target.needed, record) }),
    ...(through && canary && failing === undefined && { next: { action: growTo(of, full), why: full.why } }),
    ...(canaryOpen && { canaryOpen }),
  };
}

/** What is waited for: proof, then the bake, then the gate command. */
function openWait(
  view: RolloutView,
  of: RolloutGroup,
  target: TargetSize,
  { gate, bakes }: { readonly gate: StageState; readonly bakes: Instant | undefined },
): Wait {
  if (gate.kind === 'asking') return askingWait(of.name, 'prove', gate);
  return bakes === undefined ? provingWait(view, of, target) : bakingWait(of.group, of.record, units(of.proven), bakes);
}

/** What the gate command says of the stage that is proven. A rolling rollout may prove nothing before its verdict. */
function gateOf(view: RolloutView, { name }: RolloutGroup, target: TargetSize, isDue: boolean): StageState {
  const stage = target.purpose === 'canary' ? 'canary' : 'verdict';
  const { seen, at } = view.observed;
  const since = seen.bakingSince[name] ?? at;
  return isDue && target.needed > 0
    ? stageState(view, { group: name, stage, part: target.needed, since })
    : { kind: 'open' };
}

/** Why the new half cannot be waited for any longer, or undefined. */
function whyFailing(view: RolloutView, of: RolloutGroup, target: TargetSize): Why | undefined {
  const { observed, plan } = view;
  const { group, record, halves, cancellation, proven: ready } = of;
  if (cancellation !== undefined) return { why: cancellation };
  const lost =
    alarmed(observed, plan, record.startedAt) ??
    anomalous(group, plan, halves.new) ??
    hopeless(group, record, observed.failures, halves.new) ??
    markedForGood(observed, group, halves.new);
  if (lost !== undefined) return { why: lost };
  if (units(ready) >= target.needed) return undefined;
  if ((observed.seen.doubled[group.name] ?? 0) > MAX_RESIZES)
    return { why: `somebody else keeps changing its sizes (now ${sayWholeSize(group)})` };
  const { total, progress } = deadlinesOf(view, of);
  const limits = timeLimits(plan, group);
  if (observed.at >= total) return withOpenState(`not proven within ${seconds(limits.totalMs)}`, view, of, target);
  if (observed.at < progress) return undefined;
  const far = `${units(ready)} of ${target.needed}${target.purpose === 'canary' ? ', the canary' : ''}`;
  const limit = seconds(limits.progressMs);
  return withOpenState(`no further instance was proven for ${limit} (${far})`, view, of, target);
}

/** The sentence, and after a colon what keeps the new instances from being proven, as far as something shows it. */
function withOpenState(why: string, { observed, plan }: RolloutView, of: RolloutGroup, target: TargetSize): Why {
  const { group, halves } = of;
  const open = halves.new
    .map((instance) => ({
      id: instance.id,
      why:
        notInService(group, instance) ||
        failedCheck(observed.seen, plan, instance) ||
        (of.proven.includes(instance) ? '' : notProvenYet(observed.seen, plan, instance).why),
    }))
    .filter((row) => row.why !== '');
  const missing = target.needed - units(halves.new);
  const absent = sayMissing(observed, group, missing);
  const rest = absent === '' ? '' : `: ${absent}`;
  if (open.length === 0) return { why: `${why}${rest}` };
  const unknown = whileSuspended(group, 'AddToLoadBalancer');
  const parts = [`${sameReasons(open)}${unknown}`, absent].filter((part) => part !== '');
  return { why: `${why}: ${parts.join('; ')}`, brief: `${why}${rest}` };
}

/** Why new ones are not there: nothing launched them, or somebody else takes them away; none of that is told as ''. */
function sayMissing(observed: RolloutView['observed'], group: RolloutGroup['group'], missing: number): string {
  const taken = observed.seen.left[group.name]?.taken ?? [];
  const failure = lastFailure(observed, group);
  const held = whileSuspended(group, 'Launch');
  const [what, were] = taken.length === 1 ? ['new instance', 'was'] : ['new instances', 'were'];
  return [
    ...(missing > 0 && (taken.length === 0 || failure !== '' || held !== '')
      ? [`${missing} ${missing === 1 ? 'was' : 'were'} not launched${held}${failure}`]
      : []),
    ...(taken.length > 0
      ? [
          `${taken.length} ${what} ${were} terminated before the proof, and not by this rollout (${list(taken, 3)}); ` +
            'the activities of the group say why',
        ]
      : []),
  ].join('; ');
}

/** Until when one more instance has to be proven, and until when all that are needed. */
function deadlinesOf(
  { observed, plan }: RolloutView,
  { name, group, record }: RolloutGroup,
): { readonly progress: Instant; readonly total: Instant } {
  const began = Math.max(record.startedAt, observed.seen.adoptedAt[name] ?? 0);
  const { progressMs, totalMs } = timeLimits(plan, group);
  const provenAt = observed.seen.progressAt[name]?.at ?? Math.max(began, observed.at);
  return {
    progress: limitFrom(observed.seen, provenAt, progressMs),
    total: limitFrom(observed.seen, began, totalMs),
  };
}

function provingWait(view: RolloutView, of: RolloutGroup, target: TargetSize): Wait {
  const { observed, plan } = view;
  const { group, halves, proven: ready } = of;
  const instances = [...halves.new, ...halves.unknown]
    .filter((instance) => !ready.includes(instance))
    .map((instance) => {
      const out = outOfService(group, instance);
      if (out !== undefined) return { id: instance.id, ...out };
      const since = observed.seen.inServiceSince[instance.id];
      return {
        id: instance.id,
        ...notProvenYet(observed.seen, plan, instance),
        ...(since !== undefined && { since }),
      };
    });
  const missing = target.needed - units(halves.new) - units(halves.unknown);
  const launch =
    missing <= 0
      ? ''
      : group.suspended.includes('Launch')
        ? `; ${missing} cannot launch: the process Launch is suspended`
        : `; ${missing} still to launch${lastFailure(observed, group)}`;
  const { progress, total } = deadlinesOf(view, of);
  const what = `new instances ${target.purpose === 'canary' ? '(the canary) ' : ''}are proven`;
  return {
    group: group.name,
    phase: 'prove',
    why: `${units(ready)} of ${target.needed} ${what}${launch}`,
    instances,
    until: Math.min(progress, total),
  };
}

/** The newest failed launch of a group in AWS's words, in brackets; '' when there was none. */
export function lastFailure({ failures }: RolloutView['observed'], { name }: RolloutGroup['group']): string {
  const [failure] = failures.filter((one) => one.group === name).sort((a, b) => b.startedAt - a.startedAt);
  return failure === undefined ? '' : ` (${failure.message})`;
}
