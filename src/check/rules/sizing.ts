import type { Action } from '../../model/rollout/action.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { GroupLedger } from '../ledger.js';
import { sizeNow } from '../own-size.js';
import { askedByOthers, isAway, isOldIn, sumUnits } from '../rows.js';
import type { RuleInput } from '../run-ledger.js';
import { ceilingOf } from './replacing.js';

type Resizing = Extract<Action, { type: 'resize' }>;

/** What holds for a new size. */
export function checkResize({ ledger, tally }: RuleInput, action: Resizing): void {
  const { record } = ledger;
  if (record === undefined || 'quorum' in record) return;
  tally.check('total', tooMany(ledger, record, action));
  tally.check('sizes', notGivenBack(ledger, record, action));
  if ('changed' in record) tally.check('capacity', fewerThanKept(ledger, action));
}

function tooMany(ledger: GroupLedger, record: RolloutRecord, { size, purpose }: Resizing): string | undefined {
  if (purpose === 'restore' || purpose === 'fit' || 'changed' in record) return undefined;
  const now = sizeNow(ledger);
  const most = Math.max(
    ceilingOf(record),
    purpose === 'canary' || purpose === 'room' ? (now?.desired ?? 0) : 0,
    'surge' in record ? 0 : leastOf(ledger, record),
  );
  // The heaviest instance of a weighted group may overshoot.
  if (ledger.state?.weighted === true && 'surge' in record) return undefined;
  return size.desired <= most
    ? undefined
    : `${size.desired} were asked for in ${ledger.name}, and at most ${most} may be there.`;
}

/** A swap that is promoted makes up for what others ask for, beside the old ones that are left. */
function leastOf(ledger: GroupLedger, record: RolloutRecord): number {
  const old = [...ledger.rows.values()].filter((row) => isOldIn(record, row) === true && !isAway(row));
  const least = Math.max(record.size.desired, askedByOthers(record), ledger.state?.size.min ?? 0);
  return least + sumUnits(old);
}

/** `min` is never ours; what is given back is what was there, or what others set. */
function notGivenBack(
  ledger: GroupLedger,
  record: RolloutRecord,
  { size, sets, purpose }: Resizing,
): string | undefined {
  const now = sizeNow(ledger);
  if (now === undefined) return undefined;
  const keeps = 'changed' in record;
  if (!keeps && (sets === undefined || sets.includes('min')) && size.min !== now.min)
    return `min of ${ledger.name} was set to ${size.min}, and it was ${now.min}.`;
  if (purpose !== 'restore' || keeps) return undefined;
  const before = { ...record.size, ...record.theirs };
  const wanted = [
    now.desired,
    before.desired,
    Math.max(before.desired, before.min),
    Math.min(Math.max(before.desired, before.min), before.max),
  ];
  return wanted.includes(size.desired)
    ? undefined
    : `The desired capacity of ${ledger.name} was given back as ${size.desired}, and it was ${before.desired}.`;
}

/** While a stack changes a size is kept, and never lowered. */
function fewerThanKept({ name, record }: GroupLedger, { size, sets }: Resizing): string | undefined {
  if (record === undefined || (sets !== undefined && !sets.includes('desired'))) return undefined;
  return size.desired >= record.size.desired
    ? undefined
    : `${name} was to keep ${record.size.desired}, and ${size.desired} were asked for.`;
}
