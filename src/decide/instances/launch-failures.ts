import type { FailedActivity, Group, Instance } from '../../model/rollout/group.js';
import { standing } from './classify.js';
import { launchCause, typesNamed, zoneNamed, type LaunchMeaning } from './launch-words.js';

/** What will not pass by trying again. */
export interface FinalFailure {
  /** AWS's words of the newest try. */
  readonly message: string;
  /** Who says no: the configuration itself, every zone, every type wherever it is launched, or a quota. */
  readonly because: 'configuration' | 'zones' | 'types' | 'quota';
}

/** A try whose words say that this zone, this type or the account will not launch it. */
interface LostTry {
  readonly failure: FailedActivity;
  readonly means: LaunchMeaning;
  readonly zone: string | undefined;
  /** Types of the group that the words name; none: the words do not say which type was tried. */
  readonly types: readonly string[];
}

/**
 * Why the group will launch nothing more, or undefined while trying again may help. Auto Scaling tries the other zones
 * when one fails (user guide, "Distribute instances across Availability Zones": balanced best effort), and the other
 * types of a mixed group: so one zone or one type that cannot is no reason, all of them are.
 * @param failures since the record
 * @param fresh launched since the record: a launch that worked takes back what was said before it
 */
export function finalFailure(
  group: Group,
  failures: readonly FailedActivity[],
  fresh: readonly Instance[],
): FinalFailure | undefined {
  // EC2 tells launch times in whole seconds.
  const lastLaunch = Math.max(0, ...fresh.map(({ launchedAt = 0 }) => launchedAt));
  // rule: launch-healed
  const since = failures.filter((one) => one.group === group.name && one.startedAt >= lastLaunch);
  const newestFirst = [...since].sort((a, b) => b.startedAt - a.startedAt);
  const broken = newestFirst.find(({ message }) => launchCause(message)?.means === 'configuration');
  if (broken !== undefined) return { message: broken.message, because: 'configuration' };
  const lost = newestFirst
    .flatMap((failure) => lostTry(group, failure) ?? [])
    .filter(({ means }) => means !== 'quota' || !makesRoom(group));
  // rule: one-zone-final
  if (!noneLeft(group, lost)) return undefined;
  const quota = lost.find(({ means }) => means === 'quota');
  const zone = lost.find(({ means }) => means === 'zone');
  const told = quota ?? zone ?? lost[0];
  const because = quota !== undefined ? 'quota' : zone !== undefined ? 'zones' : 'types';
  return told && { message: told.failure.message, because };
}

/** Whether instances of the group are leaving, or will: a quota has room again once they are gone. */
function makesRoom({ instances = [], notes = {} }: Partial<Group>): boolean {
  // rule: room-comes
  return notes.verdict !== undefined || instances.some(({ lifecycle }) => standing(lifecycle) === 'leaving');
}

function lostTry({ types }: Group, failure: FailedActivity): LostTry | undefined {
  const means = launchCause(failure.message)?.means;
  if (means !== 'zone' && means !== 'type' && means !== 'quota') return undefined;
  const named = new Set(typesNamed(failure.message));
  return {
    failure,
    means,
    zone: failure.zone ?? zoneNamed(failure.message),
    types: types === undefined || types === 'open' ? [] : types.filter((type) => named.has(type)),
  };
}

/** Whether every type was lost in every zone. What a group of attribute-based types could launch nobody knows. */
function noneLeft({ zones, types = ['its only one'] }: Group, lost: readonly LostTry[]): boolean {
  if (types === 'open' || lost.length === 0) return false;
  const inZone = (zone: string | undefined): boolean => {
    const tries = lost.filter((one) => one.means === 'type' || one.zone === zone);
    const named = new Set(tries.flatMap((one) => one.types));
    // Where the words do not say which type was tried, each type has its turn.
    const unnamed = tries.filter((one) => one.types.length === 0).length;
    return named.size + unnamed >= types.length;
  };
  const all = [...new Set(zones)];
  // A type that fits nowhere needs no zone to be known.
  return all.length === 0 ? inZone(undefined) && lost.every(({ means }) => means === 'type') : all.every(inZone);
}
