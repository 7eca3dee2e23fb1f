import type { Action } from '../model/rollout/action.js';
import type { Size } from '../model/rollout/group.js';

/** What of a size a rollout sets; `min` is never its own. */
export type SetByRollouts = 'desired' | 'max';

/** What of a group's ledger is about its size. */
export interface SizeLedger {
  /** The size as the last look showed it. */
  readonly state?: { readonly size: Size };
  /** The size to which this run's own actions lead, as far as they were confirmed. */
  ours?: Size;
  /** That size was sent since the last look, which does not show it yet. */
  oursIsNewer: boolean;
  /** What of that size a look has shown. */
  readonly oursShown: Set<SetByRollouts>;
  /** What of it somebody has set otherwise since, so that it is nobody's fault where it comes back. */
  readonly setByOthers: Set<SetByRollouts>;
}

const SET: readonly SetByRollouts[] = ['desired', 'max'];

/** The size to which an action leads. */
export function sizeAfter(ledger: SizeLedger, { size, sets }: Extract<Action, { type: 'resize' }>): Size {
  const before = sizeNow(ledger);
  if (sets === undefined || before === undefined) return size;
  return { ...before, ...Object.fromEntries(sets.map((name) => [name, size[name]])) };
}

/** A size was asked for; whether it is set is known only by the answer, or by a look. */
export function mayBeOurs(ledger: SizeLedger, size: Size, sets: readonly (keyof Size)[] = SET): void {
  ledger.ours = size;
  for (const name of SET) {
    if (!sets.includes(name)) continue;
    ledger.oursShown.delete(name);
    ledger.setByOthers.delete(name);
  }
}

/** A size was set, as its answer says. */
export function oursIs(ledger: SizeLedger, size: Size, sets?: readonly (keyof Size)[]): void {
  mayBeOurs(ledger, size, sets);
  ledger.oursIsNewer = true;
}

/** The desired capacity falls with those that go, by so many units. */
export function shrink(ledger: SizeLedger, going: number): void {
  const before = sizeNow(ledger);
  if (before === undefined) return;
  oursIs(ledger, { ...before, desired: before.desired - going }, ['desired']);
}

/** Folds the size that a look shows: what was shown as ours once and is another now, somebody else has set. */
export function followSize(ledger: SizeLedger, shown: Size): void {
  const { ours } = ledger;
  ledger.oursIsNewer = false;
  if (ours === undefined) return;
  for (const name of SET)
    if (shown[name] === ours[name]) ledger.oursShown.add(name);
    else if (ledger.oursShown.has(name)) ledger.setByOthers.add(name);
}

/** Whether the size that is known now is one that this run has set, and nobody else since. */
export function isStillOurs(ledger: SizeLedger, name: SetByRollouts): boolean {
  const now = sizeNow(ledger)?.[name];
  return now !== undefined && now === ledger.ours?.[name] && !ledger.setByOthers.has(name);
}

/** The size as it is known now: as the last look showed it, or as this run has set it since. */
export function sizeNow(ledger: SizeLedger): Size | undefined {
  return ledger.oursIsNewer ? ledger.ours : ledger.state?.size;
}
