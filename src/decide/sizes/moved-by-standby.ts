import type { SeenSizes } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { keepsOld } from '../gates/kept-half.js';
import { standing, units } from '../instances/classify.js';

interface ByStandby {
  readonly seen: Required<Pick<SeenSizes, 'aside' | 'moved'>>;
  /** This look shows a desired capacity that was moved since the last one. */
  readonly isMove: boolean;
}

/**
 * By how much people have moved the desired capacity without setting it. An instance that leaves standby adds its units
 * to it, and one that is put there takes them off where the caller says so. In the middle of a rollout that must not
 * pass for a size that somebody asked for. Undefined once a half is kept: then the size is everybody's to set.
 * Source: Auto Scaling API reference, EnterStandby (ShouldDecrementDesiredCapacity), ExitStandby.
 * @param before what was known after the last look
 * @param isExplained whether our own changes account for the desired capacity that this look shows
 */
export function movedByStandby(
  before: SeenSizes | undefined,
  { size: { desired }, instances, kept }: Group,
  { record, verdict }: { readonly record: RolloutRecord; readonly verdict?: Verdict },
  isExplained: boolean,
): ByStandby | undefined {
  const keeps = keepsOld(record) && verdict?.outcome === 'promote';
  if (keeps && record.gates?.keptUntil !== undefined) return undefined;
  const parked = instances.filter(({ lifecycle }) => standing(lifecycle) === 'parked');
  const aside = parked.map(({ id }) => id);
  const { moved = 0, aside: wasAside = aside, desired: shown = desired, aim = shown } = before ?? {};
  // One that the rollout leaves as it is comes out of standby as any other.
  // rule: kept-out-of-standby
  const back = [...instances, ...(kept?.instances ?? [])];
  const returned = back.filter(
    ({ id, lifecycle }) => wasAside.includes(id) && ['live', 'coming'].includes(standing(lifecycle)),
  );
  const left = units(returned);
  // Of a half that is to be kept the old ones go there by the rollout's own doing.
  // rule: new-into-standby
  const isOwn = ({ launchedAt = 0 }: Instance): boolean => keeps && launchedAt < record.startedAt;
  const came = units(parked.filter((one) => !wasAside.includes(one.id) && !isOwn(one)));
  // From what was shown, or from what we had asked for right before.
  const shift = [desired - shown, desired - aim].find((by) => by !== 0 && [left, left - came].includes(by));
  // rule: standby-is-a-wish
  if (shift !== undefined && left + came > 0)
    // An old one that leaves the half to be kept is one of those that are still to go, and they count with their units.
    return { seen: { aside, moved: moved + shift - units(returned.filter(isOwn)) }, isMove: true };
  return { seen: { aside, moved: isExplained ? moved : 0 }, isMove: false };
}
