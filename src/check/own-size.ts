import type { Action } from '../model/rollout/action.js';
import type { Size } from '../model/rollout/group.js';
import type { GroupLedger } from './ledger.js';
import { unitsOf } from './rows.js';

/** What of a size a rollout sets; `min` is never its own. */
export type SetByRollouts = 'desired' | 'max';

const SET: readonly SetByRollouts[] = ['desired', 'max'];

/** The size to which an action leads. */
export function sizeAfter(ledger: GroupLedger, { size, sets }: Extract<Action, { type: 'resize' }>): Size {
  const before = sizeNow(ledger);
  if (sets === undefined || before === undefined) return size;
  return { ...before, ...Object.fromEntries(sets.map((name) => [name, size[name]])) };
}

/** A size was asked for; whether it is set is known only by the answer, or by a look. */
export function mayBeOurs(ledger: GroupLedger, size: Size, sets: readonly (keyof Size)[] = SET): void {
  ledger.ours = size;
  for (const name of SET) {
    if (!sets.includes(name)) continue;
    ledger.oursShown.delete(name);
    ledger.setByOthers.delete(name);
  }
}

/** A size was set, as its answer says. */
export function oursIs(ledger: GroupLedger, size: Size, sets?: readonly (keyof Size)[]): void {
  mayBeOurs(ledger, size, sets);
  ledger.oursIsNewer = true;
}

/** The desired capacity falls with those that go. */
export function shrink(ledger: GroupLedger, ids: readonly string[]): void {
  const before = sizeNow(ledger);
  if (before === undefined) return;
  const going = ids.reduce((sum, id) => sum + unitsOf(ledger.rows.get(id)), 0);
  oursIs(ledger, { ...before, desired: before.desired - going }, ['desired']);
}

/** Folds the size that a look shows: what was shown as ours once and is another now, somebody else has set. */
export function followSize(ledger: GroupLedger, shown: Size): void {
  const { ours } = ledger;
  ledger.oursIsNewer = false;
  if (ours === undefined) return;
  for (const name of SET)
    if (shown[name] === ours[name]) ledger.oursShown.add(name);
    else if (ledger.oursShown.has(name)) ledger.setByOthers.add(name);
}

/** Whether the size that is known now is one that this run has set, and nobody else since. */
export function isStillOurs(ledger: GroupLedger, name: SetByRollouts): boolean {
  const now = sizeNow(ledger)?.[name];
  return now !== undefined && now === ledger.ours?.[name] && !ledger.setByOthers.has(name);
}

/** The size as it is known now: as the last look showed it, or as this run has set it since. */
export function sizeNow(ledger: GroupLedger): Size | undefined {
  return ledger.oursIsNewer ? ledger.ours : ledger.state?.size;
}
