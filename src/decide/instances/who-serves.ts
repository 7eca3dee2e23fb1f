import type { Instant } from '../../clock.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Balancer, Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Serving, Share } from '../../model/rollout/serving.js';
import { withNotes } from '../memory/known-notes.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { wholeSize } from '../ownership/ignored-old.js';
import { membersOf, split, verdictOf } from './classify.js';

/**
 * Who serves in a group: whoever every balancer that judges calls healthy. Where no balancer judges, Auto Scaling's
 * word, and that of application status checks where some apply, is all that there is; where a balancer that judges was
 * not asked, nobody knows.
 * @param began start of the rollout by which old and new are told apart; absent: they are not
 */
export function whoServes(group: Group, began: Instant | undefined = beginOf(group.notes.record)): Serving {
  const judges = judgesOf(group);
  const kept = group.kept?.instances ?? [];
  const members = [...membersOf(group), ...kept];
  const share = (some: readonly Instance[]): Share => ({
    serve: some.filter((instance) => serves(judges, instance)).length,
    of: some.length,
  });
  const halves = began === undefined ? undefined : split(group, { startedAt: began });
  return {
    group: group.name,
    by: byWhom(group),
    all: share(members),
    ...(halves !== undefined && { halves: { old: share([...halves.old, ...kept]), new: share(halves.new) } }),
    size: wholeSize(group),
  };
}

/** Who judges; what was deleted only where nothing else is there: then nobody gets a request. */
function judgesOf({ balancers }: Group): readonly Balancer[] {
  const judges = balancers.filter(({ judged }) => judged);
  const there = judges.filter(({ deleted }) => deleted !== true);
  return there.length > 0 ? there : judges;
}

function serves(judges: readonly Balancer[], instance: Instance): boolean {
  if (judges.length === 0)
    return (
      instance.lifecycle === 'InService' && instance.healthy && (instance.checks?.verdict ?? 'healthy') === 'healthy'
    );
  // rule: serving-by-lifecycle
  return judges.every((balancer) => verdictOf(instance, balancer).verdict === 'healthy');
}

/** The same of all groups of a look. A rollout that is over is known by what was seen of it. */
export function servingIn({ groups, seen }: Pick<Observed, 'groups' | 'seen'>): readonly Serving[] {
  return groups.map((shown) => {
    const group = withNotes(shown, seen);
    return whoServes(group, beginOf(group.notes.record) ?? seen.began[group.name]);
  });
}

/** When the rollout began by which old and new instances are told apart; a restart has neither. */
export function beginOf(record: RolloutRecord | undefined): Instant | undefined {
  return record !== undefined && factsOf(record).replaces ? record.startedAt : undefined;
}

/** Whether old and new instances are known to serve beside each other. */
export function serveSideBySide(rows: readonly Serving[]): boolean {
  return rows.some(
    ({ by, halves }) => by !== 'unknown' && (halves?.old.serve ?? 0) > 0 && (halves?.new.serve ?? 0) > 0,
  );
}

function byWhom(group: Group): Serving['by'] {
  const { unread = [], balancerOnly } = group;
  const judges = judgesOf(group);
  if (judges.length === 0) {
    if (balancerOnly === true) return 'unknown';
    return group.checked === true ? 'statusChecks' : 'autoScaling';
  }
  return judges.some(({ id }) => unread.includes(id)) ? 'unknown' : 'balancers';
}
