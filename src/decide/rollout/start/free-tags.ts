import type { Reason } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';

/**
 * Most tags of one resource; those that AWS sets (`aws:…`) do not count. A classic load balancer takes fewer.
 * Sources: Auto Scaling user guide, "Tag restrictions"; Classic Load Balancers, "Tag restrictions".
 */
const MOST_TAGS = 50;
const MOST_TAGS_CLASSIC = 10;

/** The tags that a run may need at once. */
const NOTES = {
  /** The record, its gates, the lease, the verdict, a cancellation, and the freeze that a roll-back leaves. */
  replacing: 6,
  /** The record, the lease, a cancellation, and what is out. */
  restarting: 7,
} as const;

/** A run that could not write its notes half-way would leave a group that nobody can finish: so that is told before. */
export function tagsFull({ name, tags }: Group, kind: keyof typeof NOTES): readonly Reason[] {
  if (tags === undefined) return [];
  const most = name.startsWith('elb:') ? MOST_TAGS_CLASSIC : MOST_TAGS;
  const others = Object.keys(tags).filter((key) => !key.startsWith('aws:')).length;
  const needed = NOTES[kind];
  // rule: tags-full
  if (others + needed <= most) return [];
  return [
    {
      code: 'group.tagsFull',
      group: name,
      text: `it carries ${others} tags of at most ${most}, and a run needs room for ${needed} of its own`,
      remedy: `Remove ${others + needed - most} of its tags, or move them to its launch template.`,
    },
  ];
}
