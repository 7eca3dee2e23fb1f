import type { Action } from '../../model/rollout/action.js';
import type { State } from '../ledger.js';
import type { RuleInput } from '../run-ledger.js';

/** So many milliseconds after a lease was written a look shows it, or what took its place; reads lag by half. */
const LAG_MS = 60_000;

/**
 * A run that lost a group, by the lease that a look shows. Soon after this run wrote its own, a look may show the lease
 * of somebody who was there before it and has ended: what is sent meanwhile is judged by a later look.
 */
export function followHolder({ run, ledger, tally }: RuleInput, { holder, record }: State): void {
  if (!ledger.holds || holder === undefined || ledger.holdersBefore.has(holder)) return;
  const isLate = ledger.claimedAt === undefined || run.at - ledger.claimedAt >= LAG_MS;
  if (holder === run.run) {
    if (isLate) delete ledger.doubted;
    return;
  }
  // A look from before this run resumed what was paused shows the lease of the run that paused.
  const isOfBefore = record?.run === ledger.record?.run && (record?.gates?.passed ?? 0) < ledger.passed;
  if (isOfBefore) return;
  if (!isLate) {
    ledger.doubted ??= [];
    return;
  }
  for (const type of ledger.doubted ?? []) tally.check('holder', sentAfterLoss(type, ledger.name, holder));
  delete ledger.doubted;
  ledger.takenBy ??= holder;
}

/** Nothing is sent to a group that another run has taken over. */
export function checkHolder({ ledger, tally }: RuleInput, action: Action): void {
  const { name, takenBy, doubted } = ledger;
  const isLost = takenBy !== undefined && action.type !== 'renew';
  tally.check('holder', isLost ? sentAfterLoss(action.type, name, takenBy) : undefined);
  if (action.type !== 'renew') doubted?.push(action.type);
}

function sentAfterLoss(type: Action['type'], group: string, holder: string): string {
  return `${type} was sent to ${group}, which run ${holder} had taken over.`;
}
