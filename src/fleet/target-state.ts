import { withoutStop } from '../text/sentence.js';
import type { Instant } from '../clock.js';

/**
 * Where a target stands, in one word. `interrupted`: a rollout that no run works on; `changing`: its stack is in
 * progress; `missing`: there is no such stack yet; `unknown`: it could not be looked at.
 */
export type TargetState =
  | 'current'
  | 'outdated'
  | 'underWay'
  | 'interrupted'
  | 'paused'
  | 'kept'
  | 'frozen'
  | 'changing'
  | 'missing'
  | 'unreadable'
  | 'unknown';

/** What a look shows of one group. */
export interface GroupLook {
  readonly name: string;
  readonly state: 'atRest' | 'underWay' | 'interrupted' | 'kept' | 'frozen' | 'unreadable';
  /** Its rollout waits until somebody resumes it. */
  readonly paused: boolean;
  readonly instances: number;
  readonly outdated: number;
  /** When its newest instance was launched; absent without any. */
  readonly newest?: Instant;
  /** What stands out, as sentences. */
  readonly remarks: readonly string[];
}

/** What a look shows of a stack. */
export interface StackLook {
  readonly changing: boolean;
  readonly status: string;
  /** Values as the stack has them; absent for those that are secret. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
}

/** A target as one look shows it. */
export interface TargetLook {
  readonly target: string;
  readonly state: TargetState;
  readonly instances: number;
  readonly outdated: number;
  /** Parameters of the stack that have another value than the file states. */
  readonly differs: readonly string[];
  /** When its newest instance was launched; absent without any. */
  readonly newest?: Instant;
  /** What is to be known of it, as one sentence without its full stop. */
  readonly says: string;
}

/** The state of several groups is the first of these that one of them has. */
const FIRST: readonly TargetState[] = ['unreadable', 'underWay', 'interrupted', 'paused', 'frozen', 'kept'];

/** In words, for tables and sentences. */
export const STATE_WORDS: Readonly<Record<TargetState, string>> = {
  current: 'current',
  outdated: 'outdated',
  underWay: 'under way',
  interrupted: 'interrupted',
  paused: 'paused',
  kept: 'kept',
  frozen: 'frozen',
  changing: 'stack changes',
  missing: 'not there yet',
  unreadable: 'unreadable',
  unknown: 'unknown',
};

/** States in which a rollout was begun and has not ended. */
export function isBegun(state: TargetState): boolean {
  return state === 'underWay' || state === 'interrupted' || state === 'paused' || state === 'changing';
}

/**
 * What a look at the groups and the stack of a target means. It compares instances with what their groups launch, and
 * the values that the file states with those of the stack; a template is compared by a plan alone.
 *
 * @param wanted values of parameters that the file states, by name
 */
export function lookOf(
  target: string,
  { groups, stack }: { readonly groups: readonly GroupLook[]; readonly stack?: StackLook },
  wanted: ReadonlyMap<string, string>,
): TargetLook {
  const instances = sum(groups.map((group) => group.instances));
  const outdated = sum(groups.map((group) => group.outdated));
  const [worst, of] = worstOf(groups);
  const differs = stack === undefined ? [] : differing(stack, wanted);
  const newest = Math.max(0, ...groups.map((group) => group.newest ?? 0));
  const base = { target, instances, outdated, differs, ...(newest > 0 && { newest }) };
  if (worst !== undefined) return { ...base, state: worst, says: remarkOf(of) };
  if (stack?.changing === true) return { ...base, state: 'changing', says: `the stack is ${stack.status}` };
  const parts = [
    ...(outdated > 0 ? [`${outdated} of ${instances} ${instances === 1 ? 'instance' : 'instances'} outdated`] : []),
    ...(differs.length > 0 ? [`the stack has another ${differs.join(', ')}`] : []),
  ];
  if (parts.length > 0) return { ...base, state: 'outdated', says: parts.join('; ') };
  return { ...base, state: 'current', says: `${instances} ${instances === 1 ? 'instance' : 'instances'}` };
}

function worstOf(groups: readonly GroupLook[]): readonly [TargetState | undefined, GroupLook | undefined] {
  const states = groups.map((group): readonly [TargetState, GroupLook] => [stateOf(group), group]);
  for (const state of FIRST) {
    const found = states.find(([one]) => one === state);
    if (found !== undefined) return found;
  }
  return [undefined, undefined];
}

function stateOf({ state, paused, outdated }: GroupLook): TargetState {
  if (state === 'atRest') return outdated > 0 ? 'outdated' : 'current';
  return state === 'interrupted' && paused ? 'paused' : state;
}

function remarkOf(group: GroupLook | undefined): string {
  const [first = ''] = group?.remarks ?? [];
  return `${group?.name ?? ''}: ${withoutStop(first)}`;
}

/** Parameters whose value on the stack is another one than the file states. */
function differing({ parameters }: StackLook, wanted: ReadonlyMap<string, string>): readonly string[] {
  return [...wanted]
    .filter(([key, value]) => parameters.has(key) && (parameters.get(key) ?? value) !== value)
    .map(([key]) => key);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Values that a file states as they are: those that come out of files or variables are not compared. */
export function statedValues(parameters: readonly string[]): ReadonlyMap<string, string> {
  const pairs = parameters.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const);
  return new Map(
    pairs.flatMap(([key, value]) =>
      value.startsWith('@@') ? [[key, value.slice(1)] as const] : value.startsWith('@') ? [] : [[key, value] as const],
    ),
  );
}

/** A later wave, as it was seen: whether its targets may have something to do. */
export interface LaterTarget extends Pick<TargetLook, 'state' | 'newest'> {
  /** A template is compared by a plan alone. */
  readonly hasTemplate: boolean;
}

/**
 * Whether the time after a wave that nothing was changed in has to be waited for: a run that was killed may not have
 * waited. It was waited for when a later wave was begun, which its rollouts show, or instances newer than this wave's;
 * and nothing is waited for where nothing comes after it.
 *
 * @param newest when the newest instance of the wave was launched
 */
export function bakesAgain(newest: Instant | undefined, later: readonly LaterTarget[]): boolean {
  const isCurrent = ({ state }: LaterTarget): boolean => state === 'current' || state === 'kept';
  if (later.every((target) => isCurrent(target) && !target.hasTemplate)) return false;
  // rule: fleet-bakes-again
  return !later.some(
    (target) =>
      isBegun(target.state) ||
      target.state === 'frozen' ||
      (isCurrent(target) && newest !== undefined && (target.newest ?? 0) > newest),
  );
}
