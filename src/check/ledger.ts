import type { Instant } from '../clock.js';
import type { RunEvent } from '../model/event.js';
import type { Action } from '../model/rollout/action.js';
import type { GroupResult } from '../model/rollout/group-result.js';
import type { InstanceRow } from '../model/rollout/instance-row.js';
import type { FrozenNote, OutNote, RolloutRecord, Verdict } from '../model/rollout/record.js';
import { followSize, mayBeOurs, oursIs, shrink, sizeAfter, type SizeLedger } from './own-size.js';
import { isAside, unitsOf } from './rows.js';

/** An event of that type. */
export type Told<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/** What a group was told to be at the last look. */
export type State = Told<'group.state'>;

/** One group as the events have told it so far. It grows with what is there, and not with the length of the run. */
export interface GroupLedger extends SizeLedger {
  readonly name: string;
  state?: State;
  /** Instances as they were told last, by id; those of a torn look are never here. */
  readonly rows: Map<string, InstanceRow>;
  /** Whether rows of all instances were told once. */
  told: boolean;
  /** Balancers of the group, where they were told. */
  balancers?: Told<'group.instances'>['balancers'];
  /** All instances that were ever told of. */
  readonly known: Set<string>;
  /** The rollout that is on the group, as far as anybody knows. */
  record?: RolloutRecord;
  /** Somebody's answer, or a look, has shown that the record is there. */
  recordSure: boolean;
  verdict?: Omit<Verdict, 'why' | 'brief'>;
  verdictSure: boolean;
  out?: OutNote;
  /** The highest number of such a note that is known to be there. */
  outNumber: number;
  frozen?: Omit<FrozenNote, 'why'>;
  /** Instances whose termination AWS has confirmed to us. */
  readonly terminated: Set<string>;
  /** Those of them that Auto Scaling called Unhealthy before: they had fallen out by themselves. */
  readonly givenUp: Set<string>;
  /** Instances that this run put into standby. */
  readonly aside: Set<string>;
  /** Those of them that a look has shown there. */
  readonly shownAside: Set<string>;
  /** Instances that this run protects from scale-in. */
  readonly shielded: Set<string>;
  /** Instances that were seen protected from scale-in by somebody else. */
  readonly protectedByOthers: Set<string>;
  /** What this run deregistered, as `BALANCER INSTANCE`, and has not registered again. */
  readonly deregistered: Set<string>;
  /** Instances whose registration was asked for, whatever was answered. */
  readonly registering: Set<string>;
  /** Processes that the rollout suspends, and this run has not resumed. */
  readonly suspended: Set<string>;
  /** The removal of the record was asked for. */
  clearing: boolean;
  /** Runs whose leases were seen before this run first wrote its own. */
  readonly holdersBefore: Set<string>;
  /** This run took over a rollout of it. */
  adopted: boolean;
  /** This run has written its lease. */
  holds: boolean;
  /** It has asked for more than that. */
  acted: boolean;
  /** When this run first wrote its lease. */
  claimedAt?: Instant;
  /** The other run that took over. */
  takenBy?: string;
  /** What was sent since a look showed another's lease so soon after this run wrote its own that it may lag behind. */
  doubted?: Action['type'][];
  /** The last pause that the rollout of the record has passed, percent; a look that lags may show an earlier one. */
  passed: number;
  /** Instances that served once since the rollout began: whoever falls out by itself explains a shortfall. */
  readonly served: Map<string, number>;
  /** Times that its notes are known to have: a look that lags shows them without. */
  times: { readonly keptUntil?: Instant; readonly backAt?: Instant };
  /** Units in service when the rollout began, where that was told. */
  servedAtStart?: number;
  result?: GroupResult;
  /** A record that a look showed after it was gone: reads lag, and another part of the run may act on that. */
  ghost?: RolloutRecord;
  /** The rollout that was cleared last, and its verdict. */
  lastRecord?: RolloutRecord;
  lastVerdict?: Verdict['outcome'];
  /** The action that is under way. */
  open?: string;
}

/** A group of which nothing was told yet. */
export function emptyLedger(name: string): GroupLedger {
  return {
    name,
    rows: new Map(),
    told: false,
    known: new Set(),
    recordSure: false,
    verdictSure: false,
    outNumber: 0,
    terminated: new Set(),
    givenUp: new Set(),
    aside: new Set(),
    shownAside: new Set(),
    shielded: new Set(),
    protectedByOthers: new Set(),
    deregistered: new Set(),
    registering: new Set(),
    suspended: new Set(),
    oursIsNewer: false,
    oursShown: new Set(),
    setByOthers: new Set(),
    clearing: false,
    holdersBefore: new Set(),
    passed: 0,
    times: {},
    adopted: false,
    holds: false,
    acted: false,
    served: new Map(),
  };
}

/** Folds what a look showed of single instances. */
export function foldRows(ledger: GroupLedger, event: Told<'group.instances'>): void {
  if (event.all === true) {
    ledger.rows.clear();
    ledger.told = true;
    if (event.balancers !== undefined) ledger.balancers = event.balancers;
  }
  // Whom somebody protects once it is known who stays is one of those that go.
  const isKnown = ledger.record !== undefined && ledger.protectedByOthers.size > 0;
  for (const row of event.instances) {
    ledger.rows.set(row.id, row);
    ledger.known.add(row.id);
    if (row.protected !== true) ledger.shielded.delete(row.id);
    else if (!ledger.shielded.has(row.id) && !isShield(ledger) && !isKnown) ledger.protectedByOthers.add(row.id);
    if (isAside(row)) ledger.shownAside.add(row.id);
    if (!isServing(row)) continue;
    // Somebody else has taken it out of standby.
    if (ledger.shownAside.delete(row.id)) ledger.aside.delete(row.id);
    ledger.served.set(row.id, unitsOf(row));
    // The reply to its registration was lost.
    if (ledger.registering.delete(row.id)) putBack(ledger, row.id);
  }
  for (const id of event.gone) {
    ledger.rows.delete(id);
    ledger.shielded.delete(id);
  }
}

/** The rollout itself protects the old ones. */
function isShield({ record }: GroupLedger): boolean {
  return record !== undefined && 'shield' in record;
}

function putBack({ deregistered }: GroupLedger, id: string): void {
  for (const entry of deregistered) if (entry.endsWith(` ${id}`)) deregistered.delete(entry);
}

/** Folds what a look showed of the group itself. */
export function foldState(ledger: GroupLedger, event: State): void {
  ledger.state = event;
  followSize(ledger, event.size);
  if (event.frozen !== undefined) ledger.frozen = event.frozen;
  if (event.holder !== undefined && !ledger.holds) ledger.holdersBefore.add(event.holder);
  // A look that lags behind shows a record that is gone, or was another before.
  if (event.record !== undefined && isSameRollout(event.record, ledger.lastRecord) && ledger.record === undefined) {
    ledger.ghost = event.record;
    return;
  }
  // Whoever held it before this run changed anything has ended meanwhile: a look that lagged had shown its record.
  // One that this run has asked for itself, whose reply was lost, may be there all the same: the look may lag behind.
  const wasThere = ledger.record !== undefined && ledger.recordSure && (!ledger.holds || !ledger.acted) && !ledger.open;
  const isGone = event.record === undefined && wasThere;
  if (isGone || (event.record === undefined && ledger.clearing)) dropRecord(ledger);
  if (!ledger.clearing) foldNotes(ledger, event);
}

/** A run that keeps a size while the stack changes rolls out later under the same name. */
function isSameRollout(a: RolloutRecord, b: RolloutRecord | undefined): boolean {
  return a.run === b?.run && a.strategy === b.strategy;
}

/** The notes of the rollout that is on the group. */
function foldNotes(ledger: GroupLedger, { record, verdict, out }: State): void {
  const isOther = ledger.record !== undefined && ledger.record.run !== record?.run;
  if (record !== undefined && !isOther) takeRecord(ledger, record, true);
  if (verdict !== undefined && verdict.run === ledger.record?.run) {
    if (ledger.verdict === undefined || !ledger.verdictSure) ledger.verdict = verdict;
    ledger.verdictSure = true;
  }
  if (out === undefined || out.number < (ledger.out?.number ?? 0)) return;
  ledger.out = out;
  ledger.outNumber = out.number;
}

/** A rollout begins, is taken over, or goes on with other notes. */
export function takeRecord(ledger: GroupLedger, record: RolloutRecord, sure: boolean): void {
  if (ledger.record?.run !== record.run) {
    ledger.served.clear();
    for (const row of ledger.rows.values()) if (isServing(row)) ledger.served.set(row.id, unitsOf(row));
    if (ledger.told) ledger.servedAtStart = [...ledger.served.values()].reduce((sum, units) => sum + units, 0);
    else delete ledger.servedAtStart;
    delete ledger.verdict;
    delete ledger.lastVerdict;
    for (const process of record.suspended) ledger.suspended.add(process);
    ledger.verdictSure = false;
    ledger.passed = 0;
    ledger.times = {};
  }
  ledger.passed = Math.max(ledger.passed, record.gates?.passed ?? 0);
  if (sure) ledger.times = { ...ledger.times, ...timesOf(record) };
  ledger.record = record.gates === undefined ? record : { ...record, gates: { ...ledger.times, ...record.gates } };
  ledger.recordSure ||= sure;
}

function timesOf({ gates: { keptUntil, backAt } = {} }: RolloutRecord): GroupLedger['times'] {
  return { ...(keptUntil !== undefined && { keptUntil }), ...(backAt !== undefined && { backAt }) };
}

function dropRecord(ledger: GroupLedger): void {
  if (ledger.record !== undefined) ledger.lastRecord = ledger.record;
  if (ledger.verdict !== undefined) ledger.lastVerdict = ledger.verdict.outcome;
  delete ledger.record;
  delete ledger.verdict;
  delete ledger.out;
  ledger.outNumber = 0;
  delete ledger.ours;
  ledger.suspended.clear();
  ledger.recordSure = false;
  ledger.verdictSure = false;
  ledger.clearing = false;
}

/** Folds an action that was sent; its reply may be lost, and then it may have had its effect. */
export function foldStarted(ledger: GroupLedger, action: Action): void {
  if (action.type !== 'renew') ledger.acted = true;
  if ('lease' in action) ledger.claimedAt ??= action.lease.at;
  switch (action.type) {
    case 'record':
      // What was asked to go before is gone, or this takes its place.
      ledger.clearing = false;
      // One that is written again has what is suspended by now, and the owner may have suspended more meanwhile.
      ledger.suspended.clear();
      for (const process of action.record.suspended) ledger.suspended.add(process);
      if (!ledger.recordSure) takeRecord(ledger, action.record, false);
      return;
    case 'pause':
    case 'rewrite':
      takeRecord(ledger, action.record, false);
      return;
    case 'judge':
      ledger.verdict = action.verdict;
      return;
    case 'clear':
      if (action.notes.includes('record')) ledger.clearing = true;
      return;
    case 'note':
      ledger.out = action.out;
      return;
    case 'deregister':
      for (const { instance } of action.targets) {
        ledger.deregistered.add(`${action.balancer.id} ${instance}`);
        ledger.registering.delete(instance);
      }
      return;
    case 'register':
      for (const { instance } of action.targets) ledger.registering.add(instance);
      return;
    case 'shield':
      if (action.on) for (const id of action.instances) ledger.shielded.add(id);
      return;
    case 'suspend':
      for (const process of action.processes) ledger.suspended.add(process);
      return;
    case 'resize':
      mayBeOurs(ledger, sizeAfter(ledger, action), action.sets);
      return;
    case 'standby':
      // Whatever is answered: until a look shows them in service again, their rows say that they serve nothing.
      if (!action.on) for (const id of action.instances) ledger.aside.delete(id);
      return;
    default:
  }
}

/** Folds an action that failed as far as the run knows; its reply may be lost, and then it may have had its effect. */
export function foldFailed(ledger: GroupLedger, action: Action): void {
  // Rows are told only of whole looks, so nothing here may say that the protection is off.
  if (action.type === 'shield' && !action.on) for (const id of action.instances) ledger.shielded.delete(id);
}

/** Folds an action that AWS confirmed. */
export function foldDone(ledger: GroupLedger, action: Action): void {
  if ('lease' in action) ledger.holds = true;
  switch (action.type) {
    case 'record':
    case 'pause':
    case 'rewrite':
      takeRecord(ledger, action.record, true);
      return;
    case 'judge':
      ledger.verdictSure = true;
      return;
    case 'note':
      ledger.outNumber = action.out.number;
      return;
    case 'clear':
      if (action.notes.includes('record')) dropRecord(ledger);
      if (action.notes.includes('frozen')) delete ledger.frozen;
      return;
    case 'freeze':
      ledger.frozen = action.note;
      return;
    case 'terminate':
      for (const id of action.instances) {
        ledger.terminated.add(id);
        if (ledger.rows.get(id)?.state === 'unhealthy') ledger.givenUp.add(id);
        ledger.shielded.delete(id);
      }
      if (action.decrement) shrink(ledger, unitsOfAll(ledger, action.instances));
      return;
    case 'standby':
      if (action.on) for (const id of action.instances) ledger.aside.add(id);
      if (action.on && action.decrement) shrink(ledger, unitsOfAll(ledger, action.instances));
      return;
    case 'shield':
      if (!action.on) for (const id of action.instances) ledger.shielded.delete(id);
      return;
    case 'register':
      for (const { instance } of action.targets) ledger.deregistered.delete(`${action.balancer.id} ${instance}`);
      return;
    case 'resume':
      for (const process of action.processes) ledger.suspended.delete(process);
      return;
    case 'resize':
      oursIs(ledger, sizeAfter(ledger, action), action.sets);
      return;
    default:
  }
}

function unitsOfAll({ rows }: GroupLedger, ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + unitsOf(rows.get(id)), 0);
}

/** In service in Auto Scaling and wherever else it is judged, as the run saw it. */
export function isServing({ state }: InstanceRow): boolean {
  return state === 'serving' || state === 'proven';
}
