import type { Decision, GroupResult, Observed } from '../../model/rollout/decision.js';
import type { Instant } from '../../clock.js';
import type { Action } from '../../model/rollout/action.js';
import type { GroupNotes } from '../../model/rollout/group.js';
import type { Lease, RolloutRecord } from '../../model/rollout/record.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { busy } from '../memory/fold-look.js';
import { NOTE_LAG_MS } from '../read-lag.js';
import type { ReasonedAction } from '../step.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { isPending } from '../memory/fold-action.js';
import { wholeRecord } from './ignored-old.js';

/**
 * Somebody removed our tags in the middle. While our lease cannot have run out, nobody may have taken the
 * rollout over, and the notes are written again from memory: without them nobody could finish what we began.
 * After a pause longer than the lease another run may have finished it, and nothing is touched.
 * Undefined when all notes are where they should be.
 */
export function notesRemoved(shown: Observed, plan: Plan): Decision | undefined {
  const acts: ReasonedAction[] = [];
  const over: GroupResult[] = [];
  for (const { name, notes } of shown.groups) {
    const known = removedOf(shown, plan, name, notes);
    if (known === undefined) continue;
    const { record, lease } = known;
    if (shown.at - lease.at >= lease.ttlMs) {
      const why =
        'its record is gone, and this run was silent for longer than its lease: another run may ' +
        `have finished run ${record.run}. ${before(record)}`;
      over.push({ group: name, outcome: 'stuck', why });
      continue;
    }
    if (shown.at - (shown.seen.unnoted[name] ?? shown.at) < NOTE_LAG_MS) continue;
    // While its stack is in progress nothing is touched; the lease that is renewed meanwhile holds the place. Of a size
    // that is kept through that very change only the note is written.
    const keeps = factsOf(record).kind === 'keeping';
    if (!keeps && shown.stackStatus !== undefined && busy(shown.stackStatus)) continue;
    acts.push({
      action: writtenAgain(name, known, shown.at),
      why: 'somebody removed the tags of this tool; without them no run could finish this rollout',
    });
  }
  if (over.length > 0) return { kind: 'finish', results: over };
  return acts.length > 0 && factsOf(plan).keepsRecord ? { kind: 'act', actions: acts, progress: [] } : undefined;
}

/** Notes of ours that tell of a rollout under way. */
type OurNotes = GroupNotes & { readonly record: RolloutRecord; readonly lease: Lease };

/** What we had noted on a group that a look shows without it; undefined where nothing is missing. */
function removedOf({ seen }: Observed, plan: Plan, name: string, shown: GroupNotes): OurNotes | undefined {
  const { record, lease, ...rest } = seen.known[name] ?? {};
  if (record === undefined || lease === undefined || shown.record !== undefined) return undefined;
  // Another run's lease is no lag: it has the group now.
  if (shown.lease !== undefined && shown.lease.run !== plan.run) return undefined;
  if (seen.results[name] !== undefined || isPending(seen, name)) return undefined;
  return { record, lease, ...rest };
}

/** The action that writes all of it again, with a sign of life. */
function writtenAgain(group: string, { record, lease, verdict, frozen, out }: OurNotes, at: Instant): Action {
  return {
    type: 'rewrite',
    group,
    record,
    lease: { ...lease, beat: lease.beat + 1, at },
    ...(verdict !== undefined && { verdict }),
    ...(frozen !== undefined && { frozen }),
    ...(out !== undefined && { out }),
  };
}

/** What nobody could find out any more once this run has ended. */
function before(record: RolloutRecord): string {
  const { size, suspended } = wholeRecord(record);
  const { min, desired, max } = size;
  const processes = suspended.length === 0 ? 'nothing was suspended for it' : `${suspended.join(', ')} ran`;
  return `Before it, the sizes were min ${min}, desired ${desired}, max ${max}, and ${processes}`;
}
