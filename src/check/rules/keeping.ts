import type { Action } from '../../model/rollout/action.js';
import { isOldIn } from '../rows.js';
import type { RuleInput } from '../run-ledger.js';
import { checkMembers, tooFew } from './replacing.js';

type Standby = Extract<Action, { type: 'standby' }>;
type Shield = Extract<Action, { type: 'shield' }>;
type Suspension = Extract<Action, { type: 'suspend' | 'resume' }>;

/** Processes without which nothing could be proven, or could go. */
const NEEDED: ReadonlySet<string> = new Set(['Terminate', 'AddToLoadBalancer', 'HealthCheck']);

/** What holds for old instances that are kept aside. */
export function checkStandby(input: RuleInput, action: Standby): void {
  const { ledger, tally } = input;
  checkMembers(input, action.instances);
  const { record, verdict, name } = ledger;
  if (record === undefined) return;
  const { keepMs, backAt } = record.gates ?? {};
  const fresh = action.instances.find((id) => {
    const row = ledger.rows.get(id);
    return row !== undefined && isOldIn(record, row) !== true;
  });
  tally.check(
    'kept',
    keepMs === undefined || verdict?.outcome !== 'promote'
      ? `Instances of ${name} were put into standby or taken out of it, and no promoted swap keeps its old half there.`
      : fresh !== undefined
        ? `${fresh} is new, and was put into standby or taken out of it.`
        : !action.on && backAt === undefined
          ? `Kept instances of ${name} were brought back, and nobody had decided that.`
          : undefined,
  );
  if (action.on) tally.check('capacity', tooFew(ledger, record, action.instances, 'old'));
}

/** What holds for protection from scale-in. */
export function checkShield(input: RuleInput, { instances }: Shield): void {
  const { ledger, tally } = input;
  checkMembers(input, instances);
  const { record } = ledger;
  const allowed = record !== undefined && 'shield' in record;
  tally.check(
    'protection',
    allowed ? undefined : `Instances of ${ledger.name} were protected or freed, and no record says so.`,
  );
}

/** What holds for processes: only those that the record names, or Launch to roll back. */
export function checkProcesses({ ledger, tally }: RuleInput, { type, processes }: Suspension): void {
  const { verdict, frozen, name } = ledger;
  const record = ledger.record ?? ledger.ghost;
  const ours = new Set(record === undefined ? frozen?.processes : [...record.suspended, ...launchAgain(ledger)]);
  if (type === 'resume') {
    const foreign = processes.find((process) => !ours.has(process));
    tally.check(
      'processes',
      foreign === undefined ? undefined : `${foreign} of ${name} was resumed, and is not this rollout's.`,
    );
    return;
  }
  // Where nobody is replaced nothing has to be proven, and nobody is to go.
  const replaces = record === undefined || !('quorum' in record || 'changed' in record);
  const harmful = !replaces ? undefined : processes.find((process) => NEEDED.has(process));
  const launch =
    processes.includes('Launch') && verdict?.outcome !== 'rollBack' && !ours.has('Launch') && frozen === undefined;
  tally.check(
    'processes',
    harmful !== undefined
      ? `${harmful} of ${name} was suspended, and is needed.`
      : launch
        ? `Launch of ${name} was suspended, and it was not rolled back.`
        : undefined,
  );
}

/** A group that launches again what it launched before need not be frozen. */
function launchAgain({ record, verdict }: RuleInput['ledger']): readonly string[] {
  return record?.image !== undefined && verdict?.outcome === 'rollBack' ? ['Launch'] : [];
}
