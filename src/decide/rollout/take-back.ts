import { isGrown } from '../sizes/their-sizes.js';
import type { ReasonedAction } from '../step.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { pointBack } from './image/new-image.js';
import { RESET_FIRST } from './processes.js';
import { liftShield } from './scale-in-protection.js';

/** True while a rollout has a record and nothing more: it can be undone by removing the record. */
export function isOnlyNoted({ group, record, halves }: RolloutGroup): boolean {
  return (
    group.notes.verdict === undefined &&
    !isGrown({ group, record }) &&
    halves.new.length + halves.unknown.length + halves.leaving.length === 0
  );
}

/** Takes back a rollout that has only been noted: the processes as they were found, then the notes. */
export function takeBack(view: RolloutView, of: RolloutGroup, why: string): ReasonedAction {
  const { group, record } = of;
  const [shield] = liftShield(view, of);
  if (shield !== undefined) return shield;
  const former = pointBack(of);
  if (former !== undefined) return former;
  const frozen = group.notes.frozen?.processes ?? [];
  // Of what an earlier roll-back froze, a rollout resumes these alone before it grows: a person resumed all others that
  // are not suspended.
  const freeze = RESET_FIRST.filter(
    (process) => frozen.includes(process) && record.suspended.includes(process) && !group.suspended.includes(process),
  );
  if (freeze.length > 0) return { action: { type: 'suspend', group: group.name, processes: freeze }, why };
  const resume = record.suspended.filter((process) => group.suspended.includes(process) && !frozen.includes(process));
  if (resume.length > 0) return { action: { type: 'resume', group: group.name, processes: resume }, why };
  return { action: { type: 'clear', group: group.name, notes: ['record', 'lease'] }, why };
}
