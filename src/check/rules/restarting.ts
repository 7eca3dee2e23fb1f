import type { Action } from '../../model/rollout/action.js';
import type { InstanceRow } from '../../model/rollout/instance-row.js';
import type { OutNote, RestartRecord } from '../../model/rollout/record.js';
import { list } from '../../text/list.js';
import { isServing, type GroupLedger } from '../ledger.js';
import type { RuleInput } from '../run-ledger.js';
import { checkMembers } from './replacing.js';

/** What a restart may do, beside its notes. */
const OF_A_RESTART: ReadonlySet<Action['type']> = new Set([
  'record',
  'renew',
  'rewrite',
  'suspend',
  'resume',
  'note',
  'deregister',
  'register',
  'run',
  'cancel',
  'clear',
]);

/** What of that no other rollout does. */
const OF_NOTHING_ELSE: ReadonlySet<Action['type']> = new Set(['note', 'deregister', 'register', 'run', 'cancel']);

/** What holds for any action in view of restarts. */
export function checkRestart(input: RuleInput, action: Action): void {
  const { ledger, tally } = input;
  const { record } = ledger;
  if (record === undefined) return;
  if (!('quorum' in record)) {
    if (OF_NOTHING_ELSE.has(action.type))
      tally.check('membership', `${action.type} was sent to ${ledger.name}, and its rollout is no restart.`);
    return;
  }
  tally.check(
    'membership',
    OF_A_RESTART.has(action.type)
      ? undefined
      : `${action.type} was sent to ${ledger.name}, which is restarted in place.`,
  );
  checkStep(input, record, action);
}

function checkStep(input: RuleInput, record: RestartRecord, action: Action): void {
  const { ledger, tally } = input;
  switch (action.type) {
    case 'note': {
      const more = action.out.instances.map(({ id }) => id).filter((id) => !isNoted(ledger, id));
      checkMembers(input, more);
      tally.check('quorum', belowQuorum(ledger, record, more));
      tally.check('registered', older(ledger, action.out));
      return;
    }
    case 'deregister': {
      const ids = action.targets.map(({ instance }) => instance);
      checkMembers(input, ids);
      const unnoted = ids.find((id) => !isNoted(ledger, id));
      tally.check(
        'registered',
        unnoted === undefined ? undefined : `${unnoted} was taken out of ${ledger.name} unnoted.`,
      );
      tally.check('quorum', belowQuorum(ledger, record, ids));
      return;
    }
    case 'register': {
      const unnoted = action.targets.map(({ instance }) => instance).find((id) => !isNoted(ledger, id));
      tally.check(
        'registered',
        unnoted === undefined ? undefined : `${unnoted} was registered, and nobody had taken it out.`,
      );
      return;
    }
    case 'run':
      checkMembers(input, [action.instance]);
      tally.check(
        'registered',
        isNoted(ledger, action.instance)
          ? undefined
          : `${action.instance} was restarted while it was in its balancers.`,
      );
      return;
    case 'clear':
      if (action.notes.includes('record')) tally.check('registered', stillOut(ledger, action));
      return;
    default:
  }
}

function isNoted({ out }: GroupLedger, id: string): boolean {
  return out?.instances.some((one) => one.id === id) === true;
}

function older({ name, out, outNumber }: GroupLedger, { run, number }: OutNote): string | undefined {
  // Each rollout counts anew.
  if (out?.run !== run) return undefined;
  // The same one is written again where its reply was lost.
  return number >= outNumber ? undefined : `The note of what is out of ${name} was written with an older number.`;
}

/** Too few would stay in service without these. */
function belowQuorum(ledger: GroupLedger, { quorum }: RestartRecord, ids: readonly string[]): string | undefined {
  if (!ledger.told || ledger.balancers?.length === 0) return undefined;
  const rows = [...ledger.rows.values()];
  const serving = rows.filter((row) => isServing(row) && !isOut(ledger, row.id));
  const going = serving.filter(({ id }) => ids.includes(id));
  if (going.length === 0) return undefined;
  const after = serving.length - going.length;
  const whole = rows.filter(
    (row) => row.lifecycle === 'InService' && (isNoted(ledger, row.id) || isListed(row)),
  ).length;
  const least = quorum < 1 ? Math.ceil(quorum * whole - 1e-9) : quorum;
  return after >= Math.max(1, least)
    ? undefined
    : `Taking out ${list(
        going.map(({ id }) => id),
        5,
      )} left ${after} of ${whole} in service in ${ledger.name}, and the quorum is ${Math.max(1, least)}.`;
}

/** This run has taken it out of some balancer. */
function isOut({ deregistered }: GroupLedger, id: string): boolean {
  for (const entry of deregistered) if (entry.endsWith(` ${id}`)) return true;
  return false;
}

/** Registered wherever it is judged. */
function isListed({ says }: InstanceRow): boolean {
  return !says.some(({ verdict }) => verdict === 'absent' || verdict === 'draining');
}

/** What is still out when the notes go; those that died, or never came up, cannot be put back. */
function stillOut(ledger: GroupLedger, action: Extract<Action, { type: 'clear' }>): string | undefined {
  const open = action.result?.outcome === 'putBack' ? action.result.open : [];
  for (const entry of ledger.deregistered) {
    const id = entry.slice(entry.lastIndexOf(' ') + 1);
    const row = ledger.rows.get(id);
    if (row?.lifecycle !== 'InService' || row.healthy === false || isServing(row)) continue;
    if (ledger.state?.ended?.includes(id) === true) continue;
    if (!open.includes(id) && !isListed(row)) return `${id} of ${ledger.name} was taken out and is not put back.`;
  }
  return undefined;
}
