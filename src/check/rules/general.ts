import type { Action } from '../../model/rollout/action.js';
import type { RuleInput } from '../run-ledger.js';
import { checkHolder } from './taken-over.js';

/** Actions that only write or remove notes, or say that the run is alive. */
const NOTES: ReadonlySet<Action['type']> = new Set(['record', 'renew', 'rewrite', 'note', 'pause', 'judge', 'freeze']);

/** What holds for each action on each group, whatever the rollout. */
export function checkAction({ run, ledger, tally }: RuleInput, action: Action): void {
  const { name } = ledger;
  if (keepsSize(action) && ledger.state !== undefined) run.scope.add(name);
  if (run.scope.size > 0)
    tally.check(
      'scope',
      run.scope.has(name) ? undefined : `${action.type} was sent to ${name}, which is not of this run.`,
    );
  tally.check('stack', whileBusy({ run, ledger, tally }, action));
  checkHolder({ run, ledger, tally }, action);
  tally.check('record', unrecorded({ run, ledger, tally }, action));
}

/** The size of each group that a change of the stack may touch is kept, and each was looked at before. */
function keepsSize(action: Action): boolean {
  return action.type === 'record' && action.record.strategy === 'keep-size';
}

function whileBusy({ run, ledger }: RuleInput, action: Action): string | undefined {
  const status = ledger.state?.stackStatus;
  const busy =
    run.stackBusy ??
    (status?.endsWith('_IN_PROGRESS') === true && status !== 'REVIEW_IN_PROGRESS' ? status : undefined);
  // A run that keeps a size through the change goes on to say so in its notes.
  const says = action.type === 'renew' || (action.type === 'rewrite' && 'changed' in action.record);
  return busy === undefined || says
    ? undefined
    : `${action.type} was sent to ${ledger.name} while its stack was in progress (${busy}).`;
}

function unrecorded({ ledger }: RuleInput, action: Action): string | undefined {
  const { name, record, recordSure, frozen, ghost } = ledger;
  if (action.type === 'record')
    return record !== undefined && recordSure && !ledger.clearing
      ? `Another record was written on ${name}, where that of run ${record.run} stands.`
      : undefined;
  if ('record' in action && record !== undefined && action.record.run !== record.run)
    return `The record of ${name} was written anew as that of another rollout, run ${action.record.run}.`;
  // A look that lags behind shows what is gone; who acts on it does again what was done.
  if (NOTES.has(action.type) || record !== undefined || ghost !== undefined) return undefined;
  // A freeze that an earlier roll-back left is lifted without any rollout.
  const lifts =
    action.type === 'resume' || (action.type === 'clear' && action.notes.every((note) => note === 'frozen'));
  if (lifts && frozen !== undefined) return undefined;
  return `${action.type} was sent to ${name} while no record stood on it.`;
}
