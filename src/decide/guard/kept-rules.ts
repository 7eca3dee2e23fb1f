import type { Action } from '../../model/rollout/action.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { inService } from '../instances/classify.js';
import { hasLeft, isOld } from './halves.js';
import type { Of, RecordedDeed, Rule } from './rule-table.js';
import { askedFor } from './size-rules.js';

type Standby = RecordedDeed<Of<'standby'>>;

/** Most ids of one call. Source: EnterStandby, InstanceIds. */
const MOST = 20;

/**
 * The rules of a kept half, by reasoning of their own: only old ones go into standby, with enough others in service,
 * and only once the verdict asks for it; they come back only where that was decided, with room for them.
 */
export const STANDBY: readonly Rule<Standby>[] = [keepsOld, onlyOld, goesAside, comesBack];

function keepsOld({ record, verdict, action }: Standby): string | undefined {
  if (record.gates?.keepMs === undefined) return 'no record says that an old half is kept';
  if (verdict?.outcome !== 'promote') return 'only a promoted swap keeps its old half';
  return action.instances.length > MOST ? `more than ${MOST} at once` : undefined;
}

function onlyOld({ group, record, action }: Standby): string | undefined {
  const rows = action.instances.map((id) => group.instances.find((one) => one.id === id));
  const foreign = rows.some((one) => one === undefined || !isOld(one.launchedAt, record.startedAt));
  return foreign ? 'that is not the old half' : undefined;
}

function goesAside({ group, record, action: { instances: ids, on, decrement } }: Standby): string | undefined {
  if (!on) return undefined;
  if (record.gates?.keptUntil !== undefined) return 'the old half was put aside already';
  const serving = group.instances.filter((one) => inService(group, one));
  const left = serving.filter(({ id }) => !ids.includes(id)).length;
  // rule: guard-standby
  if (left < serving.length && left < record.size.desired)
    return `${left} would stay in service, less than ${record.size.desired}`;
  const falls = group.size.desired - ids.length;
  const least = Math.max(group.size.min, askedFor(record));
  if (decrement) return falls < least ? `${falls} is less than asked for` : undefined;
  return falls < Math.max(least, record.size.desired) ? undefined : 'without decrement more would be launched';
}

function comesBack({ group, record, action: { instances: ids, on } }: Standby): string | undefined {
  if (on) return undefined;
  if (record.gates?.backAt === undefined) return 'nobody decided that the old half serves again';
  if (group.suspended.includes('Launch')) return 'no instance leaves standby while Launch is suspended';
  return group.size.desired + ids.length > group.size.max ? 'there is no room for them in max' : undefined;
}

/** Room for what comes back, and nothing else. */
export function makesRoom({
  group: { size },
  record,
  verdict,
  action: { size: to },
}: RecordedDeed<Of<'resize'>>): string | undefined {
  if (record.gates?.backAt === undefined || verdict?.outcome !== 'promote') return 'nothing comes back';
  if (to.min !== size.min || to.desired !== size.desired) return 'room is made by max alone';
  const most = Math.max(record.size.desired, askedFor(record), size.desired) + record.old;
  return to.max < size.max || to.max > most ? `max must not become ${to.max}` : undefined;
}

/**
 * What a kept half forbids to a termination of old instances; undefined where it forbids nothing.
 * @param at time of the look
 */
export function windowRule(group: Group, action: Action, at: number, plan: Plan): string | undefined {
  const { record } = group.notes;
  const gates = record?.gates;
  if (action.type !== 'terminate' || gates?.keepMs === undefined || action.half === 'new') return undefined;
  const rows = group.instances.filter(({ id }) => action.instances.includes(id));
  if (gates.backAt !== undefined)
    return rows.every((one) => !one.healthy && !isAside(one)) ? undefined : 'the old half serves again';
  if (gates.keptUntil === undefined)
    return rows.some((one) => inService(group, one) || isAside(one)) ? 'the old half is to be kept' : undefined;
  const asked = plan.goOn === true || (plan.finishKept === true && record?.run !== plan.run);
  const ends = at >= gates.keptUntil || asked;
  // rule: guard-window
  if (!ends) return 'the old half is kept until later';
  return action.decrement && rows.some(isAside)
    ? 'what is in standby has left the desired capacity already'
    : undefined;
}

/** The units below which serving must not fall by a termination. */
export function floorOf({ size, instances }: Group, record: RolloutRecord, verdict?: Verdict): number {
  const { keptUntil, backAt } = record.gates ?? {};
  if (backAt !== undefined) return wantedNow(record);
  // Whoever asked for less than there was has it when all goes back.
  if (verdict?.outcome === 'rollBack') return Math.min(record.size.desired, wantedNow(record));
  if (keptUntil === undefined) return record.size.desired;
  // An instance that was taken out of standby by hand came on top of what is asked for by now.
  const old = instances.filter(
    ({ launchedAt, lifecycle }) => isOld(launchedAt, record.startedAt) && !hasLeft(lifecycle),
  );
  return Math.min(record.size.desired, size.desired - old.length);
}

/** What somebody asked for meanwhile; what there was before where nobody did. */
function wantedNow({ size, theirs = {} }: RolloutRecord): number {
  const { min = size.min, desired = Math.min(size.desired, theirs.max ?? Infinity) } = theirs;
  return Math.max(min, desired);
}

/** Whether all of these stand aside: they neither serve nor count. */
export function allAside({ instances }: Group, ids: readonly string[]): boolean {
  const rows = instances.filter(({ id }) => ids.includes(id));
  return rows.length > 0 && rows.every(isAside);
}

/** Whether a verdict to promote may be turned: the kept half serves again. */
export function turned({ group, record, verdict }: RecordedDeed<Of<'judge'>>): boolean {
  if (record.gates?.backAt === undefined || verdict?.outcome !== 'promote') return false;
  const old = group.instances.filter((one) => isOld(one.launchedAt, record.startedAt));
  return !old.some(isAside) && old.some((one) => inService(group, one));
}

/**
 * No kept half is left behind that nobody would know any more. Once the verdict is to roll back, all of it is back, and
 * before any verdict nothing is kept yet: whoever is in standby then was put there by somebody else.
 */
export function keptHalfGone({ group, record, verdict }: RecordedDeed<Of<'clear'>>): string | undefined {
  // rule: guard-kept-before-verdict
  const isKept = verdict?.outcome === 'promote' || record.gates?.keptUntil !== undefined;
  if (verdict?.outcome === 'rollBack' || !isKept) return undefined;
  const left = group.instances.some((one) => isOld(one.launchedAt, record.startedAt) && isAside(one));
  return record.gates?.keepMs !== undefined && left ? 'the kept half is still there' : undefined;
}

function isAside({ lifecycle }: Instance): boolean {
  return lifecycle.endsWith('Standby');
}
