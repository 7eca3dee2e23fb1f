import type { Seen, Why } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { GroupResult } from '../../model/rollout/group-result.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { notInService, serving, units } from '../instances/classify.js';
import { recordWords } from '../outlook/again-words.js';
import { heldBackSince } from '../outlook/held-back.js';
import { act, inSentence, whyOf, type GroupStep } from '../step.js';
import { count } from '../../text/count.js';
import type { JudgedGroup, RolloutView } from '../view.js';
import { stillLeaving, waitFor } from './finish.js';
import { noteTheirs } from '../sizes/note-theirs.js';
import { whyGivenBack } from '../sizes/wanted-size.js';
import { wholeRecord } from '../ownership/ignored-old.js';
import { givenBack, originOf } from '../sizes/their-sizes.js';
import { RESET_FIRST } from './processes.js';
import { MAX_TERMINATED_PER_CALL } from '../instances/capacity.js';
import { givenUp, isCrowded, mayServe, nothingToGoBackTo, standIn } from '../instances/stand-ins.js';
import { liftShield } from './scale-in-protection.js';
import { isPointedBack, pointBack } from './image/new-image.js';
import { terminateHalf } from './terminate-half.js';

/** Time between the first and the last of the clean looks: launches in flight surface late. */
const CLEAN_MS = 10_000;

/**
 * The new instances go, the sizes are as they were, and the group is left frozen. New ones that stand in for missing
 * old ones stay, and take their places.
 */
export function rollBack(view: RolloutView, of: JudgedGroup): GroupStep {
  const { group } = of;
  const name = group.name;
  const over = launchesAgain(view, of);
  if (over !== undefined) return over;
  // rule: launch-not-suspended
  if (!group.suspended.includes('Launch')) {
    return act(
      'halve',
      { type: 'suspend', group: name, processes: ['Launch'] },
      'no further instance of the failed configuration may start',
    );
  }
  // Before anything leaves: whatever launches from now on, launches what is proven.
  const former = pointBack(of);
  if (former !== undefined) return { kind: 'act', phase: 'halve', acts: [former] };
  const going = noteTheirs(view, of, 'halve') ?? takeNewOut(view, of) ?? takeGivenUpOut(of);
  if (going !== undefined) return going;
  const back = givenBack(of, originOf(view.observed.seen.sizes[name]));
  if (back !== undefined)
    return act(
      'restore',
      { type: 'resize', group: name, ...back, purpose: 'restore' },
      whyGivenBack(wholeRecord(of.record), of.facts.words.short),
    );
  // rule: shield-left
  const shield = liftShield(view, of);
  if (shield.length > 0) return { kind: 'act', phase: 'resume', acts: shield };
  return launchAgain(view, of) ?? freeze(view, of);
}

/**
 * A group that names again what it launched before need not be frozen: its processes become as they were found.
 * Undefined where it launches something else, was frozen when the rollout began, or new ones serve on.
 */
function launchAgain({ observed }: RolloutView, { name, group, record, halves }: JudgedGroup): GroupStep | undefined {
  const stays = record.gates?.backAt !== undefined && halves.new.length > 0;
  if (!isPointedBack(group, record) || group.notes.frozen !== undefined || stays) return undefined;
  const resumed = observed.seen.confirmed[name]?.includes('processes') === true;
  // A look that lags may show less than what is suspended: all of it is resumed once.
  const processes = resumed ? heldBack(group, record) : ours(record);
  return act('resume', { type: 'resume', group: name, processes }, 'the group launches what it launched before');
}

/** This process has suspended something there, and has resumed nothing since. */
function isOwing(confirmed: Seen['confirmed'][string] = []): boolean {
  return confirmed.includes('suspended') && !confirmed.includes('processes');
}

/** What this rollout suspended, as far as it still is. */
function heldBack({ suspended }: Group, record: RolloutRecord): readonly string[] {
  return ours(record).filter((process) => suspended.includes(process));
}

function ours(record: RolloutRecord): readonly string[] {
  return [...new Set([...record.suspended, 'Launch'])];
}

/**
 * The group names again what it launched before, nothing that this rollout suspended is so any more, and whatever is
 * left of the new image stands in for old ones that are missing: nobody has to leave, so nothing is suspended again.
 */
export function isRunningAgain(view: RolloutView, of: JudgedGroup): boolean {
  const { group, record, halves } = of;
  const { image } = record;
  if (image === undefined || !isPointedBack(group, record) || group.notes.frozen !== undefined) return false;
  const isGiven = isGivenImage(of);
  const leaves = halves.new.some(isGiven) && !newOnesStay(view, of);
  return !leaves && ![...halves.unknown, ...halves.leaving].some(isGiven) && heldBack(group, record).length === 0;
}

/** Whether an instance was launched with the image that the rollout has given its group. */
function isGivenImage({ record: { image } }: JudgedGroup): (instance: Instance) => boolean {
  return ({ configuration }) => image !== undefined && configuration === `lt/${image.template}:${image.made ?? ''}`;
}

/** Why it was rolled back, and that not all is as before: new ones stay in the places of old ones that are gone. */
function whyRolledBack(verdict: Why, standIns: number): Why {
  if (standIns === 0) return whyOf(verdict);
  const stay = `${count(standIns, 'new instance')} ${standIns === 1 ? 'stays' : 'stay'} for old ones that are gone`;
  return inSentence(verdict, (text) => `${text}; ${stay}`);
}

/**
 * The end where the group launches again what it launched before: whatever it launches since then is none of the new
 * image, and stays.
 */
function launchesAgain(view: RolloutView, of: JudgedGroup): GroupStep | undefined {
  const { name, verdict } = of;
  // A look that lags shows the group as it was before this process suspended anything.
  // rule: image-back-suspended
  if (!isRunningAgain(view, of) || isOwing(view.observed.seen.confirmed[name])) return undefined;
  const sizes = givenBack(of, originOf(view.observed.seen.sizes[name]));
  if (sizes !== undefined || liftShield(view, of).length > 0) return undefined;
  const why = whyRolledBack(verdict, units(of.halves.new.filter(isGivenImage(of))));
  const result: GroupResult = { group: name, outcome: 'rolledBack', ...why, frozen: [] };
  return act(
    'clear',
    { type: 'clear', group: name, notes: ['record', 'verdict', 'lease'], result },
    'the roll-back is done',
  );
}

/** Whether none of the new half has to leave: none is there, or all of it stands in for old ones. */
function newOnesStay(view: RolloutView, of: JudgedGroup): boolean {
  const { group, halves } = of;
  // New ones that stand in stay at once, also where nothing is left to go back to: waiting would bring no old one back.
  // rule: stand-ins-go
  if (halves.new.length === 0 || standIn(of, mayServe(of))) return true;
  if (isAllThereIs(view, of)) return false;
  // Old ones that did not come back within the time are missing for good. Where they are too many beside those that
  // stand in for them, giving the size back would let Auto Scaling choose who leaves.
  const isStandIn = standIn(of, serving(group, halves.old)) && !isCrowded(of);
  return isStandIn && terminateHalf(view, of, 'new').kind === 'stuck';
}

/** The new half leaves, and looks show that nothing of it comes late; undefined once that is over. */
function takeNewOut(view: RolloutView, of: JudgedGroup): GroupStep | undefined {
  const { group, verdict, halves } = of;
  if (!newOnesStay(view, of)) {
    // rule: nothing-to-go-back-to
    if (isAllThereIs(view, of)) {
      return waitFor(view, of, verdict.at, {
        why: 'no old instance serves, so the new ones are left alone',
        instances: halves.new.map((instance) => ({ id: instance.id, why: notInService(group, instance) })),
      });
    }
    return terminateHalf(view, of, 'new');
  }
  if (halves.unknown.length > 0) {
    return waitFor(view, of, verdict.at, {
      why: 'EC2 does not say yet when these were launched',
      instances: halves.unknown.map((instance) => ({ id: instance.id, why: instance.lifecycle })),
    });
  }
  const leaving = stillLeaving(view, of, verdict.at);
  if (leaving !== undefined) return leaving;
  const { observed } = view;
  const clean = observed.seen.clean[group.name];
  // rule: one-clean-look
  if (clean === undefined || clean.looks < 2 || observed.at - clean.since < CLEAN_MS) {
    const why = 'looking again: a launch that was under way shows up late';
    return { kind: 'wait', wait: { group: group.name, phase: 'halve', why, instances: [] } };
  }
  return undefined;
}

/**
 * Without an old one that serves the new ones are all that there is. Where no old one can come back, those that nobody
 * misses may go, and who asks for the roll-back gives up those that do not serve.
 */
function isAllThereIs({ plan }: RolloutView, of: JudgedGroup): boolean {
  const { group, record, halves } = of;
  if (record.size.desired === 0 || serving(group, halves.old).length > 0) return false;
  if (mayServe(of).length > 0) return !plan.undo || nothingToGoBackTo(of);
  return !plan.undo && units(serving(group, halves.new)) < record.size.desired;
}

/** Old ones that Auto Scaling has given up leave, where others stand in for them; undefined where none has to. */
function takeGivenUpOut(of: JudgedGroup): GroupStep | undefined {
  const dead = givenUp(of);
  if (dead.length === 0) return undefined;
  const instances = dead.slice(0, MAX_TERMINATED_PER_CALL).map(({ id }) => id);
  return act(
    'halve',
    { type: 'terminate', group: of.name, half: 'old', instances, decrement: true },
    'Auto Scaling has given them up, and new ones stand in for them',
  );
}

/** Writes down which processes stay suspended and why, then removes the record. */
function freeze({ observed }: RolloutView, { group, record, verdict, halves }: JudgedGroup): GroupStep {
  const name = group.name;
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
    const since = heldBackSince(group);
    const flags = recordWords(record);
    const { needs = [] } = record.gates ?? {};
    const note = {
      run: record.run,
      at: observed.at,
      processes,
      why: verdict.why,
      ...(since !== undefined && { since }),
      ...(flags.length > 0 && { flags }),
      ...(needs.length > 0 && { needs }),
    };
    return act(
      'resume',
      { type: 'freeze', group: name, note },
      'the group would launch the failed configuration; it stays frozen until somebody decides',
    );
  }
  const stay = record.gates?.backAt === undefined ? 0 : units(halves.new);
  const result: GroupResult = {
    group: name,
    outcome: 'rolledBack',
    ...whyRolledBack(verdict, units(halves.new) - stay),
    frozen: group.notes.frozen.processes,
    ...(stay > 0 && { stay }),
  };
  return act(
    'clear',
    { type: 'clear', group: name, notes: ['record', 'verdict', 'lease'], ...(halves.new.length > 0 && { result }) },
    'the roll-back is done',
  );
}
