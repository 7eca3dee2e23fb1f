import { hasLeft, isOld } from './halves.js';
import { keptHalfGone, STANDBY, turned } from './kept-rules.js';
import { RESIZE } from './resize-rules.js';
import type { Deed, Of, RecordedDeed, RuleTable } from './rule-table.js';
import { scalesAgain, showsGrowth } from './size-rules.js';
import { TERMINATION } from './termination-rules.js';

const OF_A_RESTART = { withoutRecord: 'that belongs to a restart', rules: [() => 'that belongs to a restart'] };

/**
 * What each action must not break in a rollout that replaces instances. Every rule stands alone and sees the group and
 * the action, and nothing that a decision has made of them.
 */
export const REPLACING: RuleTable = {
  renew: { withoutRecord: [], rules: [] },
  pause: { withoutRecord: 'that is not the record of this rollout', rules: [pausesOwn, pausesInTime, pausesNoEarlier] },
  rewrite: { withoutRecord: 'that is not the record of this rollout', rules: [rewritesOwn] },
  record: { withoutRecord: [recordsSizes], rules: [() => 'there is a record already'] },
  suspend: { withoutRecord: 'there is no record yet', rules: [needed, launchForRollBack, suspendsNamed] },
  resume: { withoutRecord: 'there is no record to tell which', rules: [resumesOurs, staysFrozen, resumesInTime] },
  resize: { withoutRecord: 'there is no record of the original sizes', rules: RESIZE },
  judge: { withoutRecord: 'there is no record', rules: [verdictStands, judgesOwn] },
  terminate: { withoutRecord: 'there is no record', rules: TERMINATION },
  shield: { withoutRecord: 'no record says that its old instances are shielded', rules: [shieldsOld, shieldsInTime] },
  standby: { withoutRecord: 'no record says that an old half is kept', rules: STANDBY },
  freeze: { withoutRecord: [onlyRolledBack], rules: [onlyRolledBack] },
  clear: { withoutRecord: [frozenNoted], rules: [sizesRestored, keptHalfGone, frozenNoted] },
  version: { withoutRecord: 'no record says what the group launched before', rules: [makesNoted] },
  point: { withoutRecord: 'no record says what the group launched before', rules: [pointsNoted, pointsInTime] },
  note: OF_A_RESTART,
  deregister: OF_A_RESTART,
  register: OF_A_RESTART,
  run: OF_A_RESTART,
  cancel: OF_A_RESTART,
};

function pausesOwn({ record, action }: RecordedDeed<Of<'pause'>>): string | undefined {
  return action.record.run === record.run ? undefined : 'that is not the record of this rollout';
}

function pausesInTime({ record, verdict }: RecordedDeed<Of<'pause'>>): string | undefined {
  if (verdict === undefined) return undefined;
  // A run that leaves a kept half to later commands gives up the lease, and changes nothing.
  if (record.gates?.keptUntil !== undefined && record.gates.backAt === undefined) return undefined;
  return record.strategy === 'swap' || verdict.outcome === 'rollBack' ? 'it is judged already' : undefined;
}

function pausesNoEarlier({ record, action }: RecordedDeed<Of<'pause'>>): string | undefined {
  return (action.record.gates?.paused ?? 0) >= (record.gates?.paused ?? 0) ? undefined : 'it was paused further on';
}

function makesNoted({ group, record, verdict, action }: RecordedDeed<Of<'version'>>): string | undefined {
  const { image } = record;
  if (image === undefined || verdict !== undefined) return 'no version of a launch template is due';
  if (action.run !== record.run || action.image.id !== image.id) return 'the record asks for another image';
  return group.names?.endsWith(':$Latest') === true ? 'the group would launch it at once' : undefined;
}

function pointsNoted({ record: { image }, action }: RecordedDeed<Of<'point'>>): string | undefined {
  const noted = image !== undefined && [image.made, image.source, image.former].includes(action.version);
  return noted && action.template === image.template ? undefined : 'the record does not name this version';
}

/** To what is new only before the verdict; back only where it is not to stay. */
function pointsInTime({ record: { image }, verdict, action }: RecordedDeed<Of<'point'>>): string | undefined {
  const isNew = action.version === image?.made;
  // rule: guard-point
  if (isNew) return verdict === undefined ? undefined : 'it is judged already';
  return verdict?.outcome === 'promote' ? 'the new version was promoted' : undefined;
}

function rewritesOwn({ record, action }: RecordedDeed<Of<'rewrite'>>): string | undefined {
  return action.record.run === record.run ? undefined : 'that is not the record of this rollout';
}

function recordsSizes({ group, action }: Deed<Of<'record'>>): string | undefined {
  const { min, desired, max } = action.record.size;
  return desired === group.size.desired && min === group.size.min && max === group.size.max
    ? undefined
    : 'its sizes are not the ones in the record';
}

/** Processes without which the new instances could not be proven, or no instance could go. */
const NEEDED: ReadonlySet<string> = new Set(['Terminate', 'AddToLoadBalancer', 'HealthCheck']);

function needed({ action }: RecordedDeed<Of<'suspend'>>): string | undefined {
  const harmful = action.processes.filter((process) => NEEDED.has(process));
  return harmful.length > 0 ? `${harmful.join(', ')} is needed` : undefined;
}

function launchForRollBack({ group, verdict, action }: RecordedDeed<Of<'suspend'>>): string | undefined {
  const refreezes = verdict === undefined && group.notes.frozen?.processes.includes('Launch') === true;
  return action.processes.includes('Launch') && verdict?.outcome !== 'rollBack' && !refreezes
    ? 'Launch is suspended only to roll back'
    : undefined;
}

function suspendsNamed({ group, record, verdict, action }: RecordedDeed<Of<'suspend'>>): string | undefined {
  const ours = action.processes.every(
    (process) => process === 'Launch' || record.suspended.includes(process) || group.suspended.includes(process),
  );
  return ours || verdict === undefined ? undefined : 'the record does not name these processes';
}

function resumesOurs(deed: RecordedDeed<Of<'resume'>>): string | undefined {
  const { record, action } = deed;
  const ours = launchesFormer(deed) ? [...record.suspended, 'Launch'] : record.suspended;
  const foreign = action.processes.filter((process) => !ours.includes(process));
  return foreign.length > 0 ? `${foreign.join(', ')} was not suspended by us` : undefined;
}

function staysFrozen(deed: RecordedDeed<Of<'resume'>>): string | undefined {
  return deed.verdict?.outcome === 'rollBack' && !launchesFormer(deed)
    ? 'after a roll-back the group stays frozen'
    : undefined;
}

function resumesInTime(deed: RecordedDeed<Of<'resume'>>): string | undefined {
  const { group, record, verdict, action } = deed;
  // Replacing dead new instances, and launching, is all that can go on before the old half has left.
  const early = action.processes.every((process) => process === 'ReplaceUnhealthy' || process === 'Launch');
  if (verdict === undefined || (early && !launchesFormer(deed))) return undefined;
  const stays = launchesFormer(deed);
  if (!stays && group.instances.some((one) => isOld(one.launchedAt, record.startedAt) && !hasLeft(one.lifecycle)))
    return 'the old half is still there';
  // What scaling asks for once it goes on may be just as many as two halves were.
  if (scalesAgain(group, record)) return undefined;
  return showsGrowth(group, record) ? 'the sizes are not restored yet' : undefined;
}

function verdictStands(deed: RecordedDeed<Of<'judge'>>): string | undefined {
  const { verdict, action } = deed;
  if (verdict === undefined || verdict.outcome === action.verdict.outcome || turned(deed)) return undefined;
  return `the verdict ${verdict.outcome} stands`;
}

function judgesOwn({ record, action }: RecordedDeed<Of<'judge'>>): string | undefined {
  return action.verdict.run === record.run ? undefined : 'the verdict is not of this rollout';
}

/** Only old instances are shielded, and only by a record that says so. */
function shieldsOld({ group, record, action }: RecordedDeed<Of<'shield'>>): string | undefined {
  if (record.strategy !== 'swap' || record.shield !== true) return 'no record says that its old instances are shielded';
  const foreign = action.instances.find(
    (id) => !group.instances.some((one) => one.id === id && isOld(one.launchedAt, record.startedAt)),
  );
  return foreign === undefined ? undefined : `${foreign} is not of the old half`;
}

/** Only until it is decided who stays. */
function shieldsInTime({ group, record, verdict, action }: RecordedDeed<Of<'shield'>>): string | undefined {
  if (action.on) return verdict === undefined ? undefined : 'it is judged already';
  if (verdict?.outcome === 'promote') return 'the old half is leaving';
  return showsGrowth(group, record) ? 'the sizes are not restored yet' : undefined;
}

function onlyRolledBack({ verdict }: Deed<Of<'freeze'>>): string | undefined {
  return verdict?.outcome === 'rollBack' ? undefined : 'only a roll-back freezes a group';
}

function sizesRestored({ group, record, verdict }: RecordedDeed<Of<'clear'>>): string | undefined {
  return verdict === undefined && showsGrowth(group, record) ? 'the sizes are not restored' : undefined;
}

function frozenNoted({ group, verdict }: Deed<Of<'clear'>>): string | undefined {
  const { record } = group.notes;
  return verdict?.outcome === 'rollBack' &&
    group.notes.frozen === undefined &&
    !(record !== undefined && launchesFormer({ group, record, verdict }))
    ? 'the frozen processes are not noted yet'
    : undefined;
}

/** A roll-back has given the group back what it launched before: then nothing has to stay suspended. */
function launchesFormer({
  group: { names },
  record: { image },
  verdict,
}: Pick<RecordedDeed<Of<'resume'>>, 'group' | 'record' | 'verdict'>): boolean {
  if (image === undefined || verdict?.outcome !== 'rollBack') return false;
  const named = (version: string): boolean => names === `lt/${image.template}:${version}`;
  const former = image.former === '$Latest' && image.made !== undefined ? image.source : image.former;
  return named(former) || (image.made === undefined && named(image.source));
}
