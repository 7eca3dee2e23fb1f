import type { Observed } from '../model/rollout/decision.js';
import type { Group } from '../model/rollout/group.js';
import type { Plan } from '../model/rollout/rollout-plan.js';
import { split } from './instances/classify.js';
import { cancelReason } from './ownership/cancellation.js';
import { factsOf } from './strategies/facts-by-name.js';
import type { GroupView, JudgedGroup, RolloutGroup, RolloutView } from './view.js';
import { proven } from './memory/proven.js';
import { ofImage } from './rollout/image/new-image.js';
import { withNotes } from './memory/known-notes.js';

/** Makes the view of one look. `shown`: the look as AWS shows it. */
export function makeView(shown: Observed, plan: Plan): RolloutView {
  const observed = { ...shown, groups: shown.groups.map((group) => withNotes(group, shown.seen)) };
  return { observed, plan, groups: observed.groups.map((group) => groupView(observed, plan, group)) };
}

/** A view of some of its groups, for a part of the run that has a plan of its own. */
export function partOf(view: RolloutView, plan: Plan, has: (name: string) => boolean): RolloutView {
  return {
    plan,
    observed: {
      ...view.observed,
      groups: view.observed.groups.filter(({ name }) => has(name)),
      missing: view.observed.missing.filter(has),
    },
    groups: view.groups.filter(({ name }) => has(name)),
  };
}

function groupView(observed: Observed, plan: Plan, group: Group): GroupView {
  const { record, verdict } = group.notes;
  const halves = split(group, record ?? { startedAt: 0 });
  const called = cancelReason(observed, plan, group);
  return {
    name: group.name,
    group,
    halves,
    proven: proven(observed, plan, group, ofImage(halves.new, record)),
    ...(record !== undefined && { record }),
    ...(verdict !== undefined && { verdict }),
    ...(called !== undefined && { cancellation: called }),
  };
}

/** The group as one with a rollout, or undefined while it has no record. */
export function withRecord(of: GroupView): RolloutGroup | undefined {
  return of.record === undefined ? undefined : { ...of, record: of.record, facts: factsOf(of.record) };
}

/** The group as one whose rollout is judged, or undefined before. */
export function withVerdict(of: RolloutGroup): JudgedGroup | undefined {
  return of.verdict === undefined ? undefined : { ...of, verdict: of.verdict };
}
