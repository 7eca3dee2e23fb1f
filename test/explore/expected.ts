import type { Action } from '../../src/model/rollout/action.js';
import type { GroupResult } from '../../src/model/rollout/group-result.js';
import type { Size } from '../../src/model/rollout/group.js';
import type { RolloutRecord } from '../../src/model/rollout/record.js';
import { brokenInRestart } from './restarting.js';
import { counted, serves, serving, surplus, type Expected, type GroupState, type Member, type State } from './world.js';

/*
 * The invariants, by the words of docs/SAFETY.md and with code that shares nothing with the tool or with those of the
 * sandbox: what a step of the tool, or of Auto Scaling at a size that the tool set, must never do.
 */

/** What a rollout has to keep and to give back, as the group is when its record appears. */
export function expectedOf(group: GroupState, record: RolloutRecord, { now }: State): Expected {
  const again = group.expected;
  if (again?.run === record.run) return again;
  const size = sizeToKeep(group, record);
  const rolling = record.strategy === 'rolling' ? record : undefined;
  return {
    run: record.run,
    size,
    suspended: group.suspended,
    startedAt: now,
    floor: size.desired - (rolling?.unavailable ?? 0),
    ceiling: size.desired + beyond(size, record),
    strategy: record.strategy,
    ...(record.strategy === 'restart' && { quorum: record.quorum }),
    touched: false,
  };
}

/** All that are there stay while a stack changes, also where an earlier change of it has left a size for fewer. */
function sizeToKeep(group: GroupState, { strategy }: RolloutRecord): Size {
  const { min, max } = group.size;
  const desired = Math.max(group.size.desired, strategy === 'keep-size' ? counted(group).length : 0);
  return { min, max: Math.max(max, desired), desired };
}

/** How many more than before a rollout may ask for. */
function beyond({ desired }: Size, record: RolloutRecord): number {
  if (record.strategy === 'keep-size') return 0;
  return record.strategy === 'rolling' ? Math.max(record.surge, 0) : desired;
}

/** Whether the instance was there before the rollout began. */
function isOld({ launchedAt }: Member, { startedAt }: Expected): boolean {
  return launchedAt < startedAt;
}

/** What an action has broken; undefined where it has not. `before` and `after`: the group around it. */
export function brokenBy(action: Action, before: GroupState, after: GroupState): string | undefined {
  const expected = before.expected ?? after.expected;
  if (expected === undefined)
    return ['renew', 'clear', 'freeze'].includes(action.type) ? undefined : `${action.type} without a record`;
  if (expected.strategy === 'restart') return brokenInRestart(action, expected, before, after);
  return (
    lessServes(expected, before, after) ??
    scaledIn(action, expected, after) ??
    tooMany(expected, before, after) ??
    wrongHalf(action, expected, before) ??
    tooEarly(action, expected, before, after) ??
    turnedVerdict(action, expected, before) ??
    wrongRest(action, before, expected)
  );
}

/** Whoever serves is taken out only as long as enough others do. Who is missing already is nobody's fault. */
function lessServes(expected: Expected, before: GroupState, after: GroupState): string | undefined {
  const [had, has] = [serving(before), serving(after)];
  return has < had && has < expected.floor ? `${has} serve, less than ${expected.floor}` : undefined;
}

/** Auto Scaling chooses who is too many at a size of ours: whomever it takes, enough have to serve on. */
function scaledIn(action: Action, { floor }: Expected, after: GroupState): string | undefined {
  const sizes =
    action.type === 'resize' ||
    (action.type === 'terminate' && action.decrement) ||
    (action.type === 'resume' && action.processes.includes('Terminate'));
  if (!sizes || after.suspended.includes('Terminate')) return undefined;
  const exposed = after.members.filter((one) => serves(one) && !one.shielded).length;
  const left = serving(after) - Math.min(surplus(after), exposed);
  return surplus(after) > 0 && left < floor && left < serving(after)
    ? `Auto Scaling may leave ${left} serving, less than ${floor}`
    : undefined;
}

function tooMany({ ceiling, touched }: Expected, before: GroupState, { size }: GroupState): string | undefined {
  if (touched || size.desired <= before.size.desired || size.desired <= ceiling) return undefined;
  return `${size.desired} are asked for, more than ${ceiling}`;
}

/** Which half goes follows from the verdict, which is there before. */
function wrongHalf(action: Action, expected: Expected, { members, notes }: GroupState): string | undefined {
  if (action.type !== 'terminate' && action.type !== 'standby') return undefined;
  if (action.type === 'standby' && !action.on) return undefined;
  const rows = members.filter(({ id }) => action.instances.includes(id));
  const outcome = expected.verdict;
  if (outcome === undefined) return `${action.type} without a verdict`;
  // A kept half that serves again loses what is dead in it.
  const dead = notes.record?.gates?.backAt !== undefined && rows.every(({ ok, gone }) => !ok || gone);
  if (dead) return undefined;
  if (outcome === 'promote') {
    const fresh = rows.find((one) => !isOld(one, expected) && one.version === 'two');
    return fresh === undefined ? undefined : `${fresh.id} is new, and the verdict is to promote`;
  }
  const old = rows.find((one) => isOld(one, expected) && one.ok);
  return old === undefined ? undefined : `${old.id} is old and alive, and the verdict is to roll back`;
}

/** Before its canary serves, and while it waits for a person, a rollout asks for no more and promotes nothing. */
function tooEarly(
  action: Action,
  { verdict, size, touched, startedAt }: Expected,
  { size: had, notes: { record }, members }: GroupState,
  { size: has }: GroupState,
): string | undefined {
  const gates = record?.gates;
  if (gates === undefined || verdict !== undefined || touched) return undefined;
  const promotes = action.type === 'judge' && action.verdict.outcome === 'promote';
  const more = has.desired > had.desired;
  const fresh = members.filter((one) => serves(one) && one.launchedAt >= startedAt).length;
  const canary = gates.canary ?? 0;
  if ((promotes || (more && has.desired > size.desired + canary)) && fresh < canary)
    return `it goes on, and ${fresh} of the first ${canary} serve`;
  return (promotes || more) && (gates.paused ?? 0) > (gates.passed ?? 0)
    ? 'it goes on while it waits for a person'
    : undefined;
}

/** Nothing is promoted while the alarm goes that the rollout is bound to. */
export function deaf({ groups, ringingSince }: State, action: Action): string | undefined {
  if (action.type !== 'judge' || action.verdict.outcome !== 'promote' || ringingSince === undefined) return undefined;
  const bound = groups.some(({ expected }) => expected !== undefined && expected.startedAt <= ringingSince);
  return bound ? 'it is promoted while its alarm goes' : undefined;
}

/** A verdict stands; only a kept half that serves again turns the one to promote. */
function turnedVerdict(action: Action, { verdict }: Expected, { notes }: GroupState): string | undefined {
  if (action.type !== 'judge' || verdict === undefined || verdict === action.verdict.outcome) return undefined;
  const back = verdict === 'promote' && notes.record?.gates?.backAt !== undefined;
  return back ? undefined : `the verdict was to ${verdict}`;
}

/** Why a group is not as the end that a run told of it says; undefined where it is. */
export function wrongEnd({ outcome }: GroupResult, { notes }: GroupState, run: string): string | undefined {
  const isOver = ['promoted', 'rolledBack', 'sizeKept', 'restarted', 'putBack'].includes(outcome);
  // Another run may have begun the next one already.
  const record = isOver && notes.lease?.run !== run ? undefined : notes.record;
  if (isOver && record !== undefined) return `${outcome}, and its record is still there`;
  if (!isOver && (outcome === 'paused' || outcome === 'kept') && record === undefined)
    return `${outcome}, and nothing is noted`;
  return undefined;
}

/** What a rollout leaves undone when its record goes. */
function wrongRest(action: Action, group: GroupState, begun: Expected): string | undefined {
  if (action.type !== 'clear' || !action.notes.includes('record')) return undefined;
  const { frozen } = group.notes;
  const { verdict: outcome } = begun;
  const old = counted(group).filter((one) => isOld(one, begun));
  if (outcome === 'promote' && old.length > 0) return `${old.length} old ones are still there`;
  if (outcome !== undefined && group.members.some(({ stage }) => stage === 'standby' || stage === 'entering'))
    return 'some are still in standby';
  if (outcome === 'rollBack' && frozen === undefined) return 'nothing says what is frozen';
  if (outcome === 'rollBack' && !group.suspended.includes('Launch')) return 'Launch is not suspended';
  if (group.members.some(({ shielded, stage }) => shielded && stage === 'live'))
    return 'some are still protected from scale-in';
  if (begun.touched) return undefined;
  const { min, max, desired } = begun.size;
  const { size } = group;
  if (size.min !== min || size.max !== max || size.desired !== desired)
    return `the sizes are ${size.min}/${size.desired}/${size.max}, and were ${min}/${desired}/${max}`;
  const left = group.suspended.filter((name) => !begun.suspended.includes(name));
  return outcome !== 'rollBack' && left.length > 0 ? `${left.join(', ')} are still suspended` : undefined;
}
