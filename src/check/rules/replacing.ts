import type { Action } from '../../model/rollout/action.js';
import type { InstanceRow } from '../../model/rollout/instance-row.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { list } from '../../text/list.js';
import { isServing, type GroupLedger } from '../ledger.js';
import { sizeNow } from '../own-size.js';
import { askedByOthers, isAside, isAway, isOldIn, sumUnits } from '../rows.js';
import { groupIn, type RuleInput } from '../run-ledger.js';

type Termination = Extract<Action, { type: 'terminate' }>;

/** Instances whose launches lie no further apart count as equally old. */
const SAME_AGE_MS = 60_000;

/** What holds for a termination. */
export function checkTermination(input: RuleInput, action: Termination): void {
  const { ledger, tally } = input;
  checkMembers(input, action.instances);
  const { record } = ledger;
  if (record === undefined) return;
  tally.check('half', wrongHalf(ledger, record, action));
  tally.check('capacity', tooFew(ledger, record, action.instances, action.half));
  if ('surge' in record && action.half === 'old') {
    tally.check('order', youngerFirst(ledger, record, action));
    if (record.serial) tally.check('serial', severalAtOnce(input, action));
  }
  if (record.gates?.keepMs !== undefined && action.half === 'old') tally.check('kept', endsEarly(ledger, action));
}

/** Only instances that looks showed in the group are touched. */
export function checkMembers({ ledger, tally }: RuleInput, ids: readonly string[]): void {
  if (!ledger.told) return;
  const foreign = ids.filter((id) => !ledger.known.has(id));
  tally.check('members', foreign.length === 0 ? undefined : `${list(foreign, 5)} was never seen in ${ledger.name}.`);
}

function wrongHalf(ledger: GroupLedger, record: RolloutRecord, action: Termination): string | undefined {
  const { verdict } = ledger;
  if (verdict === undefined) return `Instances of ${ledger.name} were terminated before any verdict.`;
  const rows = action.instances.flatMap((id) => ledger.rows.get(id) ?? []);
  if (verdict.outcome === 'rollBack' && action.half === 'old') {
    // Those that Auto Scaling has given up leave, where new ones stand in for them.
    const wanted = rows.find(({ healthy }) => healthy !== false);
    return wanted === undefined ? undefined : `${wanted.id} is old and healthy, and the verdict was to roll back.`;
  }
  if (verdict.outcome !== (action.half === 'old' ? 'promote' : 'rollBack'))
    return `The ${action.half} half of ${ledger.name} was terminated, and the verdict was ${verdict.outcome}.`;
  const other = rows.find(
    (row) => isOldIn(record, row) === (action.half === 'new') && !isSuperseded(ledger, record, row),
  );
  if (other !== undefined) return `${other.id} was terminated as ${action.half}, and is of the other half.`;
  const left = record.kept === undefined ? undefined : rows.find((row) => isLeftAlone(ledger, record, row));
  return left === undefined ? undefined : `${left.id} was to stay as its owner protected it.`;
}

/** A rolling rollout that was stopped and mended replaces what it had launched before that, too. */
function isSuperseded({ state }: GroupLedger, record: RolloutRecord, row: InstanceRow): boolean {
  if (!('surge' in record) || state === undefined) return false;
  return state.mixed === true || row.configuration === undefined || !state.configurations.includes(row.configuration);
}

/** Old ones that a rollout was told to leave as they are. */
export function isLeftAlone({ protectedByOthers }: GroupLedger, record: RolloutRecord, row: InstanceRow): boolean {
  return record.kept !== undefined && protectedByOthers.has(row.id) && isOldIn(record, row) === true;
}

/** Taking these out of service leaves less than was promised; undefined where it does not. */
export function tooFew(
  ledger: GroupLedger,
  record: RolloutRecord,
  ids: readonly string[],
  half: 'old' | 'new',
): string | undefined {
  if (!ledger.told) return undefined;
  const serving = servingNow(ledger);
  const going = serving.filter(({ id }) => ids.includes(id));
  if (going.length === 0) return undefined;
  const before = sumUnits(serving);
  const after = before - sumUnits(going);
  const floor = floorOf(ledger, record, half);
  return after >= floor
    ? undefined
    : `Taking out ${list(
        going.map(({ id }) => id),
        5,
      )} left ${after} of ${before} in service in ${ledger.name}, and ${floor} were promised.`;
}

/** Who serves, without those that this run has sent away already. */
function servingNow({ rows, terminated, aside }: GroupLedger): readonly InstanceRow[] {
  return [...rows.values()].filter((row) => isServing(row) && !terminated.has(row.id) && !aside.has(row.id));
}

/** Units that have to stay in service. */
function floorOf(ledger: GroupLedger, record: RolloutRecord, half: 'old' | 'new'): number {
  const { desired } = record.size;
  const rows = [...ledger.rows.values()];
  const alone = rows.filter((row) => isLeftAlone(ledger, record, row));
  const idle = (record.kept ?? 0) - sumUnits(alone.filter(isServing));
  const { backAt, keptUntil } = record.gates ?? {};
  // New ones stand in for those left alone that are gone, and not for those that are there and do not serve.
  const failing = sumUnits(alone.filter((row) => !isServing(row) && !isAway(row)));
  if (backAt !== undefined) return wantedNow(record) - failing;
  if (keptUntil !== undefined) {
    const old = rows.filter((row) => isOldIn(record, row) === true && !isAway(row));
    return Math.min(desired, (sizeNow(ledger)?.desired ?? desired) - sumUnits(old));
  }
  const spare = 'unavailable' in record && half === 'old' ? record.unavailable : 0;
  const least = half === 'new' ? Math.min(desired, wantedNow(record)) : desired;
  return least - Math.max(spare, idle);
}

/** What others asked for meanwhile, be it more or less; what there was before where nobody did. */
function wantedNow({ size, theirs = {} }: RolloutRecord): number {
  const { min = size.min, desired = Math.min(size.desired, theirs.max ?? Infinity) } = theirs;
  return Math.max(min, desired);
}

function youngerFirst(ledger: GroupLedger, record: RolloutRecord, { instances: ids }: Termination): string | undefined {
  const serving = servingNow(ledger);
  const launches = [...ledger.rows.values()].flatMap(({ launchedAt }) => launchedAt ?? []).sort((a, b) => a - b);
  const youngest = Math.max(...serving.filter(({ id }) => ids.includes(id)).map(({ launchedAt = 0 }) => launchedAt));
  const spared = serving.find(
    (row) =>
      !ids.includes(row.id) &&
      isOldIn(record, row) === true &&
      !isLeftAlone(ledger, record, row) &&
      isMuchOlder(launches, row.launchedAt ?? 0, youngest),
  );
  return spared === undefined ? undefined : `${spared.id} of ${ledger.name} is older and serves on.`;
}

/** Older by more than launches that follow each other within a minute explain. */
function isMuchOlder(launches: readonly number[], at: number, than: number): boolean {
  const between = launches.filter((one) => one >= at && one <= than);
  return between.some((one, index) => one - (between[index - 1] ?? one) > SAME_AGE_MS);
}

function severalAtOnce({ run, ledger }: RuleInput, { instances }: Termination): string | undefined {
  if (instances.length > 1) return `${list(instances, 5)} of ${ledger.name} were terminated at once.`;
  // An instance that does not serve may go beside another one.
  if (!instances.some((id) => isTaken(ledger, id))) return undefined;
  for (const name of run.groups.keys()) {
    const other = groupIn(run, name);
    if (other.record === undefined || !('serial' in other.record) || !other.record.serial) continue;
    const leaving = [...other.terminated].find((id) => {
      const row = other.rows.get(id);
      // Instances that never served, as the new ones of a bad image, may leave together.
      return row !== undefined && other.served.has(id) && !row.lifecycle.endsWith(':Retained');
    });
    if (leaving !== undefined && !instances.includes(leaving))
      return `${instances[0] ?? ''} of ${ledger.name} was terminated while ${leaving} of ${name} was leaving.`;
  }
  return undefined;
}

/** Whether the instance serves, or did so last. */
function isTaken({ rows, served }: GroupLedger, id: string): boolean {
  const row = rows.get(id);
  return row !== undefined && served.has(id) && !isAside(row);
}

/** What was kept leaves when its time is over, when somebody ends it, or never served while it was kept. */
function endsEarly(ledger: GroupLedger, { instances: ids }: Termination): string | undefined {
  const { record, verdict } = ledger;
  if (record?.gates === undefined || verdict?.outcome !== 'promote') return undefined;
  const rows = ids.flatMap((id) => ledger.rows.get(id) ?? []);
  const { backAt, keptUntil } = record.gates;
  if (backAt !== undefined) {
    const serves = rows.find((row) => isServing(row) && !ledger.terminated.has(row.id));
    return serves === undefined ? undefined : `${serves.id} serves again, and was terminated.`;
  }
  if (keptUntil !== undefined) return undefined;
  const wanted = rows.find((row) => isServing(row) || isAside(row));
  return wanted === undefined ? undefined : `${wanted.id} was to be kept, and was terminated.`;
}

/** Service as a look shows it: whatever is missing has fallen out by itself, or a step of this run took it. */
export function checkService({ ledger, tally }: RuleInput): void {
  const { record, told, servedAtStart } = ledger;
  if (record === undefined || !told || 'changed' in record || 'quorum' in record) return;
  // In the window nothing but what is asked for is promised, and others may ask for less.
  if (record.gates?.keptUntil !== undefined) return;
  const serving = servingNow(ledger);
  const floor = Math.min(floorOf(ledger, record, 'old'), servedAtStart ?? 0);
  let lost = 0;
  for (const [id, units] of ledger.served) {
    const row = ledger.rows.get(id);
    const ours = (ledger.terminated.has(id) && !ledger.givenUp.has(id)) || ledger.aside.has(id);
    if (!ours && (row === undefined || !isServing(row))) lost += units;
  }
  const now = sumUnits(serving);
  tally.check(
    'capacity',
    now + lost >= floor
      ? undefined
      : `${now} served in ${ledger.name}, and ${floor} were promised; nobody else took them.`,
  );
}

/** As many as a strategy asks for, at most; what others ask for is theirs. */
export function checkTotal({ ledger, tally }: RuleInput): void {
  const { record, state, told } = ledger;
  if (record === undefined || state === undefined || !told || 'quorum' in record || 'changed' in record) return;
  const most = ceilingOf(record);
  const units = sumUnits([...ledger.rows.values()].filter((row) => isServing(row) && !isAway(row)));
  // Others may have asked for more, and weights do not always add up.
  if (state.weighted === true || state.size.desired > most || state.size.min > record.size.min) return;
  const asked = ledger.ours !== undefined && ledger.ours.desired > most;
  tally.check(
    'total',
    units > most && asked ? `${units} serve in ${ledger.name}, and at most ${most} may.` : undefined,
  );
}

/** The largest desired capacity that a rollout may ask for. */
export function ceilingOf(record: RolloutRecord): number {
  const least = Math.max(record.size.desired, askedByOthers(record));
  if ('surge' in record) return least + record.surge;
  return least + record.old;
}
