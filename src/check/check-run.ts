import type { RunEvent, Stamped } from '../model/event.js';
import type { Action } from '../model/rollout/action.js';
import type { GroupResult } from '../model/rollout/group-result.js';
import { EXIT_OF } from '../errors.js';
import { createTally, type InvariantResult } from './tally.js';
import type { InvariantName } from './invariants.js';
import {
  foldDone,
  foldFailed,
  foldRows,
  foldStarted,
  foldState,
  takeRecord,
  type GroupLedger,
  type Told,
} from './ledger.js';
import { groupIn, type RunLedger, type RuleInput } from './run-ledger.js';
import { checkClearing, checkKeptFrom, checkResult } from './rules/closing.js';
import { checkAction } from './rules/general.js';
import { followHolder } from './rules/taken-over.js';
import { checkProcesses, checkShield, checkStandby } from './rules/keeping.js';
import { checkService, checkTermination, checkTotal } from './rules/replacing.js';
import { checkRestart } from './rules/restarting.js';
import { checkResize } from './rules/sizing.js';
import { checkNotes, checkVerdict, groupsOf } from './rules/verdicts.js';

/** An event, and the line of the file on which it stands. */
export interface Line {
  readonly line: number;
  readonly stamped: Stamped;
}

/** Checks one run, event by event. What it remembers grows with the groups, and not with the file. */
export interface RunCheck {
  readonly see: (line: Line) => void;
  readonly end: () => readonly InvariantResult[];
}

/** Begins to check a run. */
export function createRunCheck(run: string): RunCheck {
  const tally = createTally();
  const ledger: RunLedger = {
    run,
    at: 0,
    groups: new Map(),
    scope: new Set(),
    started: false,
    changed: false,
    unshielded: false,
  };
  let last: Stamped | undefined;
  return {
    see: ({ line, stamped }) => {
      tally.move({ line, at: stamped.at });
      ledger.at = stamped.at;
      if (ledger.byLooks === true && last !== undefined && stamped.seq <= last.seq) takeAgain(ledger);
      else tally.check('journal', outOfOrder(ledger, stamped, last));
      if (last !== undefined)
        tally.check('time', stamped.at >= last.at ? undefined : 'This event is older than the one before it.');
      last = stamped;
      checkEvent(ledger, tally, stamped.event);
    },
    end: () => {
      tellUnknown(ledger, tally);
      return tally.results();
    },
  };
}

type Tally = ReturnType<typeof createTally>;

function outOfOrder({ run, finished }: RunLedger, stamped: Stamped, last: Stamped | undefined): string | undefined {
  if (stamped.run !== run) return `This event is of run ${stamped.run}, in the middle of run ${run}.`;
  if (finished !== undefined) return 'This event stands after the end of its run.';
  if (last === undefined) return stamped.seq === 1 ? undefined : 'The beginning of this run is missing.';
  return stamped.seq === last.seq + 1 ? undefined : `Number ${last.seq} is followed by number ${stamped.seq}.`;
}

/** How what was under way has ended is known to nobody; the look that is taken again sees it. */
function takeAgain(run: RunLedger): void {
  const { groups } = run;
  delete run.finished;
  for (const ledger of groups.values()) {
    if (ledger.open !== undefined) foldFailed(ledger, JSON.parse(ledger.open) as Action);
    delete ledger.open;
  }
}

function checkEvent(run: RunLedger, tally: Tally, event: RunEvent): void {
  const inputOf = (name: string): RuleInput => ({ run, ledger: groupIn(run, name), tally });
  switch (event.type) {
    case 'run.started':
      run.started = true;
      if (event.byLooks === true) run.byLooks = true;
      for (const name of event.groups) run.scope.add(name);
      return;
    case 'groups.found':
      for (const name of event.groups) run.scope.add(name);
      return;
    case 'stack.mending':
      // Going back is planned first, as any change, and told again when it starts.
      if (event.action !== 'revert') run.stackBusy = event.action;
      return;
    case 'stack.started':
      run.stackBusy = event.action;
      return;
    case 'interrupt':
    // Nobody follows the stack to its end then; each look goes on to say what its status is.
    case 'stack.settled':
    case 'stack.unchanged':
      delete run.stackBusy;
      return;
    case 'group.adopted':
      run.scope.add(event.group);
      groupIn(run, event.group).adopted = true;
      if (event.record !== undefined) takeRecord(groupIn(run, event.group), event.record, true);
      return;
    case 'group.state':
      return void checkState(inputOf(event.group), event);
    case 'group.instances':
      foldRows(groupIn(run, event.group), event);
      checkService(inputOf(event.group));
      checkTotal(inputOf(event.group));
      return;
    case 'action.started':
      return void checkStarted(run, tally, event);
    case 'action.done':
    case 'action.failed':
      return void checkEnded(run, tally, event);
    case 'group.finished':
      groupIn(run, event.result.group).result = event.result;
      return void checkResult(inputOf(event.result.group), event.result);
    case 'group.skipped':
      groupIn(run, event.group).result = { group: event.group, outcome: 'skipped', why: event.why };
      return;
    case 'warning':
      if (event.reason.code === 'group.unshielded') protectionRefused(run, event.reason.group);
      return;
    case 'run.finished':
      run.finished = event;
      return void checkEnding(run, tally, event);
    default:
  }
}

function checkState(input: RuleInput, event: Told<'group.state'>): void {
  checkNotes(input, event);
  followHolder(input, event);
  // The reply to the note of its lease was lost.
  if (event.holder === input.run.run) input.ledger.holds = true;
  foldState(input.ledger, event);
}

function checkStarted(run: RunLedger, tally: Tally, { action, why }: Told<'action.started'>): void {
  run.changed = true;
  if (!run.started) tally.check('journal', 'Something was changed before the run was told to begin.');
  for (const ledger of groupsOf(run, action)) {
    const input: RuleInput = { run, ledger, tally };
    tally.check('decided', undecided(ledger, action, why));
    if (action.type !== 'renew') ledger.open = keyOf(action);
    checkAction(input, action);
    checkByType(input, action);
  }
  for (const ledger of groupsOf(run, action)) foldStarted(ledger, action);
}

function checkByType(input: RuleInput, action: Action): void {
  checkRestart(input, action);
  switch (action.type) {
    case 'terminate':
      return void checkTermination(input, action);
    case 'resize':
      return void checkResize(input, action);
    case 'judge':
      return void checkVerdict(input, action);
    case 'standby':
      return void checkStandby(input, action);
    case 'shield':
      return void checkShield(input, action);
    case 'suspend':
    case 'resume':
      return void checkProcesses(input, action);
    case 'rewrite':
      return void checkKeptFrom(input, action);
    case 'clear':
      return void checkClearing(input, action);
    default:
  }
}

function undecided(ledger: GroupLedger, action: Action, why: unknown): string | undefined {
  if (typeof why !== 'string' || why.trim() === '')
    return `${action.type} was sent to ${ledger.name} without a reason.`;
  // Signs of life go out beside whatever waits for AWS.
  if (action.type === 'renew' || ledger.open === undefined) return undefined;
  return `${action.type} was sent to ${ledger.name} before the action before it had ended.`;
}

/** Protection that AWS refused is told as a warning, and with it the action has ended. */
function protectionRefused(run: RunLedger, group: string | undefined): void {
  run.unshielded = true;
  if (group !== undefined) delete groupIn(run, group).open;
}

function checkEnded(run: RunLedger, tally: Tally, event: Told<'action.done' | 'action.failed'>): void {
  const { action } = event;
  for (const ledger of groupsOf(run, action)) {
    if (action.type !== 'renew') {
      const same = ledger.open === keyOf(action);
      tally.check('decided', same ? undefined : `${action.type} on ${ledger.name} ended, and was never begun.`);
      delete ledger.open;
    }
    if (event.type === 'action.done') foldDone(ledger, action);
    else foldFailed(ledger, action);
  }
}

/** The same action, whatever order its fields have. */
function keyOf(action: Action): string {
  return JSON.stringify(action);
}

function checkEnding(run: RunLedger, tally: Tally, { outcome, exitCode, results }: Told<'run.finished'>): void {
  const known = (EXIT_OF as Readonly<Record<string, number>>)[outcome];
  if (known !== undefined)
    tally.check(
      'ending',
      known === exitCode ? undefined : `The run ended ${outcome} with exit code ${exitCode}, and that has ${known}.`,
    );
  const bad = results.find((one) => BAD.has(one.outcome));
  if (bad !== undefined && NEW_EVERYWHERE.has(outcome))
    tally.check('ending', `The run ended ${outcome}, and ${bad.group} ended ${bad.outcome}.`);
  for (const result of results) tally.check('ending', otherThanTold(run, result));
  const open = [...run.groups.values()].find((one) => one.open !== undefined);
  if (known === 0)
    tally.check(
      'decided',
      open === undefined ? undefined : `The run ended well while an action on ${open.name} was under way.`,
    );
}

/** Results with which no run ends well. */
const BAD: ReadonlySet<GroupResult['outcome']> = new Set(['stuck', 'unproven', 'rolledBack', 'putBack']);

/** Outcomes that say that all groups are as they were asked to be. */
const NEW_EVERYWHERE: ReadonlySet<string> = new Set(['swapped', 'updated', 'created', 'restarted', 'nothing']);

/** What the last event says of a group is what was said when the group was through. */
function otherThanTold(run: RunLedger, { group, outcome }: GroupResult): string | undefined {
  const { result: told, adopted } = groupIn(run, group);
  // A size that was kept while the stack changed is no end of what comes after it. A group whose earlier rollout the
  // run finished first is passed over then, and its end is that of the rollout.
  const isOther = told !== undefined && told.outcome !== outcome;
  return !isOther || told.outcome === 'sizeKept' || (told.outcome === 'skipped' && adopted)
    ? undefined
    : `${group} ended ${told.outcome}, and the run calls it ${outcome}.`;
}

const FINAL: readonly InvariantName[] = ['sizes', 'processes', 'protection', 'registered', 'halves'];
const NEEDS_ROWS: readonly InvariantName[] = ['members', 'half', 'capacity', 'total', 'order', 'serial', 'quorum'];
const NEEDS_STATE: readonly InvariantName[] = [
  ...['record', 'holder', 'capacity', 'total', 'proven', 'protection', 'sizes', 'processes'],
] as readonly InvariantName[];

/** What this file cannot tell, and why. */
function tellUnknown(run: RunLedger, tally: Tally): void {
  const groups = [...run.groups.values()];
  if (run.finished === undefined) tally.unknown('ending', 'The file ends before the run does.');
  const open = groups.find(({ record }) => record !== undefined);
  if (open !== undefined)
    for (const name of FINAL) tally.unknown(name, `The rollout of ${open.name} is not over at the end of the file.`);
  if (!run.changed) return;
  if (!groups.some(({ told }) => told))
    for (const name of NEEDS_ROWS) tally.unknown(name, 'The file tells nothing of single instances.');
  if (!groups.some(({ state }) => state !== undefined))
    for (const name of NEEDS_STATE)
      tally.unknown(name, 'The file tells nothing of sizes and notes of groups, as an older version wrote it.');
}
