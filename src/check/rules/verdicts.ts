import type { Action } from '../../model/rollout/action.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { GroupLedger, State } from '../ledger.js';
import { isAside, isOldIn, sumUnits } from '../rows.js';
import { groupIn, type RunLedger, type RuleInput } from '../run-ledger.js';

type Judgement = Extract<Action, { type: 'judge' }>;

/** What holds for a verdict on one of its groups. */
export function checkVerdict({ run, ledger, tally }: RuleInput, action: Judgement): void {
  const { record } = ledger;
  if (record === undefined) return void tally.check('verdict', `${ledger.name} was judged, and no rollout was on it.`);
  tally.check('verdict', secondVerdict(ledger, record, action));
  if (action.verdict.outcome === 'promote' && !isBound(run, action)) tally.check('proven', unproven(ledger, record));
}

function secondVerdict(ledger: GroupLedger, record: RolloutRecord, { verdict }: Judgement): string | undefined {
  const { name, verdict: before, verdictSure } = ledger;
  if (verdict.run !== record.run)
    return `${name} was judged for run ${verdict.run}, and its rollout is that of ${record.run}.`;
  if (before === undefined || !verdictSure || before.outcome === verdict.outcome) return undefined;
  return turns(ledger, record)
    ? undefined
    : `${name} was judged ${verdict.outcome}, and the verdict ${before.outcome} stood.`;
}

/** A kept half that serves again turns the verdict, by intent. */
function turns({ rows, verdict }: GroupLedger, record: RolloutRecord): boolean {
  const old = [...rows.values()].filter((row) => isOldIn(record, row) === true);
  return record.gates?.backAt !== undefined && verdict?.outcome === 'promote' && !old.some(isAside);
}

/** The verdict on one group of a joint rollout binds the others. */
function isBound(run: RunLedger, { verdict, groups }: Judgement): boolean {
  return [...run.groups.values()].some(
    (group) =>
      !(groups.includes(group.name) && group.state?.verdict === undefined) &&
      group.verdict?.run === verdict.run &&
      group.verdict.outcome === verdict.outcome,
  );
}

function unproven(ledger: GroupLedger, record: RolloutRecord): string | undefined {
  if (!ledger.told || ledger.state === undefined) return undefined;
  const needed = neededFor(record);
  const fresh = [...ledger.rows.values()].filter((row) => row.state === 'proven' && isOldIn(record, row) === false);
  const has = sumUnits(fresh);
  return has >= needed ? undefined : `${ledger.name} was promoted with ${has} proven, and ${needed} were needed.`;
}

/**
 * Units that are proven before a verdict: all of a swap; of a rolling rollout what it launches above the size. Of
 * groups that take turns one is proven for all.
 */
function neededFor(record: RolloutRecord): number {
  if ('serial' in record && record.serial) return 0;
  const { desired } = record.size;
  const whole = desired - (record.kept ?? 0);
  if ('surge' in record) return Math.min(record.surge, whole + Math.min(record.surge, record.old) - record.old);
  return whole;
}

/** What a look shows of notes that only this run could have written. */
export function checkNotes({ run, ledger, tally }: RuleInput, { record, verdict }: State): void {
  if (ledger.clearing) return;
  // A look that lags behind shows what was removed already.
  if (record !== undefined && record.run === ledger.lastRecord?.run) return;
  if (record?.run === run.run && ledger.record?.run !== run.run)
    tally.check('record', `${ledger.name} carries a record of this run, which the run never wrote.`);
  if (verdict !== undefined && verdict.run === ledger.record?.run && ledger.verdict === undefined && ledger.holds)
    tally.check('verdict', isMate(run, ledger) ? undefined : `${ledger.name} carries a verdict that nobody wrote.`);
}

/** Somebody else may have judged what another run began. */
function isMate({ run }: RunLedger, { record }: GroupLedger): boolean {
  return record?.run !== run;
}

/** Groups that an action is about. */
export function groupsOf(run: RunLedger, action: Action): readonly GroupLedger[] {
  return ('groups' in action ? action.groups : [action.group]).map((name) => groupIn(run, name));
}
