import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Group } from '../../model/rollout/group.js';
import type { Observed, Seen, Wait } from '../../model/rollout/decision.js';
import type { Instant, Milliseconds } from '../../clock.js';

/** Until when what is proven has to stay in service; undefined when it has, or when that was not asked for. */
export function bakesUntil(
  { seen, at }: Pick<Observed, 'seen' | 'at'>,
  { name }: Group,
  { gates }: RolloutRecord,
): Instant | undefined {
  const bakeMs: Milliseconds = gates?.bakeMs ?? 0;
  if (bakeMs === 0) return undefined;
  const until = (seen.bakingSince[name] ?? at) + bakeMs;
  // rule: bake-skipped
  return at >= until ? undefined : until;
}

/** The wait while it bakes. */
export function bakingWait(group: Group, { gates }: RolloutRecord, units: number, until: Instant): Wait {
  const many = units === 1 ? 'instance is proven and has' : 'instances are proven and have';
  const why = `${units} new ${many} to stay in service for ${Math.round((gates?.bakeMs ?? 0) / 1000)} s`;
  return { group: group.name, phase: 'bake', why, instances: [], until };
}

/** When all that is needed came to be proven. Starts anew when one of them falls out. */
export function bakingSince(seen: Seen, name: string, enough: boolean, at: Instant): Instant | undefined {
  return enough ? (seen.bakingSince[name] ?? at) : undefined;
}
