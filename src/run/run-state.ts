import type { Instant } from '../clock.js';
import { keepsOld } from '../decide/gates/kept-half.js';
import { factsOf } from '../decide/strategies/facts-by-name.js';
import type { Action } from '../model/rollout/action.js';
import type { GroupResult, Progress, Reason } from '../model/rollout/decision.js';
import type { RunEvent, Stamped } from '../model/event.js';
import { historyAfter, NO_HISTORY, type HealthHistory } from './health-history.js';

/** Which part of a run is under way, for what a signal does and for last words. */
type Stage = 'start' | 'stack' | 'between' | 'groups';

/** What a run has been seen to do, read off its own events. */
export interface RunState {
  readonly stage: Stage;
  /** The account of whoever calls, once it is known. */
  readonly account?: string;
  /** True once anything at all was asked to change, but for sizes that were noted and are given back. */
  readonly changed: boolean;
  /** One action was sent, and nothing else was asked to change: if AWS refused it, nothing is changed. */
  readonly askedOnce?: true;
  /** Sizes are noted for a change of the stack that was not sent yet. */
  readonly noted?: NotedSizes;
  /** How the stack action ended, once it has. */
  readonly stack?: { readonly status: string; readonly ok: boolean };
  /** Texts of what could not be set on the stack after its update. */
  readonly notSet: readonly string[];
  /** Groups with a record of ours on them, as far as we know. */
  readonly open: readonly string[];
  /** Groups whose verdict is written: only the other half can still go. */
  readonly judged: readonly string[];
  /** A rolling rollout is under way: after its verdict it stops where it is. */
  readonly rolling: boolean;
  /** The rollout keeps its old half after a verdict to promote: it can go back. */
  readonly keepsOld: boolean;
  /** By group. */
  readonly progress: ReadonlyMap<string, Progress>;
  /** How each group ended in this run, by group: for a run that does not come to its own end. */
  readonly results: ReadonlyMap<string, GroupResult>;
  /** When the oldest rollout began that was taken over from a dead run. */
  readonly adoptedSince?: Instant;
  /** group → when the rollout began that this run began or took over there. */
  readonly began: ReadonlyMap<string, Instant>;
  /** group → the first of the instances that its lifecycle policy retained there. */
  readonly retained: ReadonlyMap<string, string>;
  readonly health: HealthHistory;
}

/** What is undone when the sizes are given back. */
interface NotedSizes {
  readonly groups: readonly string[];
  /** Whether anything else was asked to change. */
  readonly besides: boolean;
}

export const NOTHING_DONE: RunState = {
  stage: 'start',
  changed: false,
  notSet: [],
  open: [],
  judged: [],
  rolling: false,
  keepsOld: false,
  progress: new Map(),
  results: new Map(),
  began: new Map(),
  retained: new Map(),
  health: NO_HISTORY,
};

/** The state after one more event. Pure: the time is the event's own. */
export function stateAfter(state: RunState, { event, at }: Pick<Stamped, 'event' | 'at'>): RunState {
  return stackAfter(groupsAfter({ ...state, health: historyAfter(state.health, event, at) }, event), event);
}

function stackAfter(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run.started':
      return { ...state, account: event.identity.account };
    case 'stack.started':
    case 'stack.mending':
      return changedBesides({ ...state, stage: 'stack' });
    case 'stack.settled':
      return { ...state, stage: 'between', stack: { status: event.status, ok: event.ok } };
    case 'warning':
      return warningAfter(state, event.reason);
    default:
      return state;
  }
}

function warningAfter(state: RunState, { code, text, resource = '', group = '' }: Reason): RunState {
  switch (code) {
    case 'stack.notSet':
      return { ...state, notSet: [...state.notSet, text] };
    case 'group.retained':
      return { ...state, retained: new Map(state.retained).set(group, resource) };
    default:
      return state;
  }
}

function groupsAfter(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'groups.found':
      return { ...state, stage: 'groups' };
    case 'group.adopted':
      // What a dead run had changed counts as begun: its record is ours now.
      return {
        ...changedBesides(state),
        stage: 'groups',
        open: withOne(state.open, event.group),
        keepsOld: event.record === undefined ? state.keepsOld : keepsOld(event.record),
        began: new Map(state.began).set(event.group, event.since),
        adoptedSince: Math.min(state.adoptedSince ?? Infinity, event.since),
      };
    case 'rollout.called':
      // A note, which somebody else acts on.
      return { ...changedBesides(state), stage: 'groups' };
    case 'group.progress':
      return progressAfter(state, event.progress);
    case 'action.started':
      return actionAfter(state, event.action);
    case 'group.skipped':
      return withResult(state, { group: event.group, outcome: 'skipped', why: event.why });
    case 'group.finished': {
      const open = state.open.filter((group) => group !== event.result.group);
      const stuck = event.result.outcome === 'stuck';
      return withResult({ ...state, open: stuck ? [...open, event.result.group] : open }, event.result);
    }
    default:
      return state;
  }
}

function progressAfter(state: RunState, progress: Progress): RunState {
  const rolls = progress.phase === 'surge' || progress.phase === 'replace';
  return {
    ...state,
    progress: new Map(state.progress).set(progress.group, progress),
    rolling: rolls || state.rolling,
  };
}

/** Even an action whose reply is lost may have had its effect. */
function actionAfter({ askedOnce: _asked, ...state }: RunState, action: Action): RunState {
  const after = sentAfter(state, action);
  return state.changed ? after : { ...after, askedOnce: true };
}

function sentAfter(state: RunState, action: Action): RunState {
  switch (action.type) {
    case 'record':
      // A size that is kept is no rollout: it has no old and no new instances.
      if (!isRollout(action)) return notedAfter(state, action.group);
      return {
        ...changedBesides(state),
        open: withOne(state.open, action.group),
        began: new Map(state.began).set(action.group, action.record.startedAt),
        rolling: factsOf(action.record).provesAfterVerdict,
        keepsOld: keepsOld(action.record),
      };
    case 'clear':
      return action.result?.outcome === 'sizeKept' ? givenBackAfter(state, action.group) : changedBesides(state);
    case 'judge':
      return { ...changedBesides(state), judged: action.groups.reduce(withOne, state.judged) };
    default:
      return isForNotes(state, action) ? { ...state, changed: true } : changedBesides(state);
  }
}

function changedBesides({ noted, askedOnce: _asked, ...state }: RunState): RunState {
  return { ...state, changed: true, ...(noted !== undefined && { noted: { ...noted, besides: true } }) };
}

function notedAfter(state: RunState, group: string): RunState {
  const { groups, besides } = state.noted ?? { groups: [], besides: state.changed };
  return {
    ...state,
    changed: true,
    open: withOne(state.open, group),
    noted: { groups: withOne(groups, group), besides },
  };
}

/** Once the last size is given back, it is as if it had never been noted. */
function givenBackAfter({ noted, ...state }: RunState, group: string): RunState {
  const open = state.open.filter((one) => one !== group);
  if (noted === undefined) return { ...state, changed: true, open };
  const groups = noted.groups.filter((one) => one !== group);
  return groups.length === 0
    ? { ...state, changed: noted.besides, open }
    : { ...state, changed: true, open, noted: { ...noted, groups } };
}

/** What is done to groups while their size is noted belongs to the note: it is undone with it. */
function isForNotes({ noted }: RunState, action: Exclude<Action, { type: 'judge' }>): boolean {
  const groups = 'groups' in action ? action.groups : [action.group];
  return noted !== undefined && groups.every((group) => noted.groups.includes(group));
}

function withResult(state: RunState, result: GroupResult): RunState {
  return { ...state, results: new Map(state.results).set(result.group, result) };
}

function withOne(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names : [...names, name];
}

/** A stream of events as far as it was followed: `state` and `seq`, the number of the last event, are up to date. */
interface Followed {
  readonly state: () => RunState;
  readonly seq: () => number;
  readonly see: (stamped: Stamped) => void;
}

/** Follows a stream of events. @param before by the events before, where others have told of the run until now */
export function followRun(before?: { readonly state: RunState; readonly seq: number }): Followed {
  let { state, seq } = before ?? { state: NOTHING_DONE, seq: 0 };
  return {
    state: () => state,
    seq: () => seq,
    see: (stamped) => {
      ({ seq } = stamped);
      state = stateAfter(state, stamped);
    },
  };
}

function isRollout({ record }: Extract<Action, { type: 'record' }>): boolean {
  return factsOf(record).kind !== 'keeping';
}
