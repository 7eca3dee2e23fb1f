import type { Action } from '../../model/rollout/action.js';
import type { GroupResult } from '../../model/rollout/group-result.js';
import type { InstanceRow } from '../../model/rollout/instance-row.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { list } from '../../text/list.js';
import { isServing, type GroupLedger } from '../ledger.js';
import { isStillOurs, sizeNow } from '../own-size.js';
import { isAway, isOldIn, sumUnits } from '../rows.js';
import type { RuleInput } from '../run-ledger.js';
import { isLeftAlone } from './replacing.js';

type Clearing = Extract<Action, { type: 'clear' }>;

/** What holds when the notes of a rollout go: from then on nobody knows what to put back. */
export function checkClearing({ run, ledger, tally }: RuleInput, action: Clearing): void {
  const { record } = ledger;
  if (record === undefined || !action.notes.includes('record')) return;
  const { keptUntil, backAt } = record.gates ?? {};
  // While an old half is kept others may set sizes.
  const othersMaySet = keptUntil !== undefined && backAt === undefined;
  if (!('quorum' in record || 'changed' in record || othersMaySet)) tally.check('sizes', oursAreLeft(ledger, REMOVED));
  tally.check('processes', suspendedStill(ledger));
  if (!run.unshielded && !('quorum' in record)) tally.check('protection', protectedStill(ledger));
}

const REMOVED = 'were removed';

/** What holds when the time begins for which an old half is kept: the sizes were given back before. */
export function checkKeptFrom({ ledger, tally }: RuleInput, { record }: Extract<Action, { type: 'rewrite' }>): void {
  const begins = record.gates?.keptUntil !== undefined && ledger.record?.gates?.keptUntil === undefined;
  if (begins) tally.check('sizes', oursAreLeft(ledger, 'say that its old half is kept,'));
}

/** A size that nobody but this rollout made it. `said`: what becomes of its notes, or what they say. */
function oursAreLeft(ledger: GroupLedger, said: string): string | undefined {
  const { record, name } = ledger;
  const now = sizeNow(ledger);
  if (record === undefined || now === undefined) return undefined;
  const before = { ...record.size, ...record.theirs };
  // With min raised meanwhile there is more at the end, with max lowered less; what was asked for needs its room.
  const most = Math.max(before.desired, before.min, now.min);
  const least = Math.min(record.size.desired, before.desired, record.theirs?.max ?? Infinity);
  const text = `The notes of ${name} ${said} with`;
  if (isStillOurs(ledger, 'desired') && (now.desired < least || (now.desired > most && !isRolledBack(ledger))))
    return `${text} a desired capacity of ${now.desired}; it was ${before.desired}.`;
  return isStillOurs(ledger, 'max') && now.max > Math.max(before.max, most, now.desired)
    ? `${text} a max of ${now.max}; it was ${before.max}.`
    : undefined;
}

/** New ones may stay then, in the places of old ones that are missing. */
function isRolledBack({ verdict }: GroupLedger): boolean {
  return verdict?.outcome === 'rollBack';
}

/** Processes that are the rollout's and suspended still, though no freeze names them. */
function suspendedStill({ name, record, state, suspended, frozen }: GroupLedger): string | undefined {
  if (record === undefined) return undefined;
  const shown = state?.suspended ?? [...suspended];
  const left = [...suspended].filter(
    (process) => shown.includes(process) && frozen?.processes.includes(process) !== true,
  );
  return left.length === 0 ? undefined : `The notes of ${name} were removed with ${list(left)} suspended.`;
}

function protectedStill({ name, shielded, rows }: GroupLedger): string | undefined {
  // AWS changes the protection of what is InService alone: what somebody put aside keeps it.
  const left = [...shielded].filter(
    (id) => rows.get(id)?.protected === true && rows.get(id)?.lifecycle === 'InService',
  );
  return left.length === 0
    ? undefined
    : `The notes of ${name} were removed with ${list(left, 5)} protected from scale-in.`;
}

/** What holds when a group is told to be through. */
export function checkResult({ ledger, tally }: RuleInput, result: GroupResult): void {
  tally.check('ending', wrongResult(ledger, result));
  if (result.outcome === 'promoted' || result.outcome === 'rolledBack') tally.check('halves', mixed(ledger, result));
}

const OVER: ReadonlySet<GroupResult['outcome']> = new Set(['promoted', 'rolledBack', 'restarted', 'putBack']);

function wrongResult(
  { name, record, verdict, clearing, lastVerdict }: GroupLedger,
  { outcome }: GroupResult,
): string | undefined {
  const last = verdict?.outcome ?? lastVerdict;
  if (outcome === 'promoted' && last === 'rollBack')
    return `${name} is called promoted, and the verdict was to roll back.`;
  if (outcome === 'rolledBack' && last === 'promote')
    return `${name} is called rolled back, and the verdict was to promote.`;
  if (!OVER.has(outcome) || record === undefined || clearing) return undefined;
  return `${name} is called ${outcome}, and its notes were never removed.`;
}

/** A group that is back at the image of before launches whatever is missing from that. */
function isOfFormerImage({ image }: RolloutRecord, { configuration }: InstanceRow): boolean {
  return image !== undefined && configuration === `lt/${image.template}:${image.source}`;
}

function mixed(ledger: GroupLedger, result: GroupResult): string | undefined {
  const { name, rows, terminated, lastRecord } = ledger;
  if (lastRecord === undefined || 'quorum' in lastRecord) return undefined;
  const wrong = result.outcome === 'promoted';
  const left = [...rows.values()].filter(
    (row) =>
      isOldIn(lastRecord, row) === wrong &&
      !isAway(row) &&
      !terminated.has(row.id) &&
      row.healthy !== false &&
      !isLeftAlone(ledger, lastRecord, row) &&
      !(result.outcome === 'rolledBack' && isOfFormerImage(lastRecord, row)),
  );
  const units = sumUnits(left);
  // New ones stand in for old ones that are missing, and for what others ask for.
  const old = [...rows.values()].filter((row) => isOldIn(lastRecord, row) === true && isServing(row));
  const missing = Math.max(0, lastRecord.size.desired - sumUnits(old));
  const stay = result.outcome === 'rolledBack' ? (result.stay ?? 0) + missing : 0;
  // With weights more may be there than is missing, and none of it is too many.
  const lightest = Math.min(Infinity, ...left.map(({ weight = 1 }) => weight));
  if (units - lightest < stay || left.length === 0) return undefined;
  return `${name} is through with ${units} ${wrong ? 'old' : 'new'} left: ${list(
    left.map(({ id }) => id),
    5,
  )}.`;
}
