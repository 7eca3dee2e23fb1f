import type { Decision, GroupResult, Observed } from '../../model/rollout/decision.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { busy } from '../memory/fold-look.js';
import { NOTE_LAG_MS } from '../read-lag.js';
import type { ReasonedAction } from '../step.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { isPending } from '../memory/fold-action.js';
import { wholeRecord } from './kept-old.js';

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
    const known = shown.seen.known[name];
    if (known?.record === undefined || known.lease === undefined || notes.record !== undefined) continue;
    // Another run's lease is no lag: it has the group now.
    if (notes.lease !== undefined && notes.lease.run !== plan.run) continue;
    if (shown.seen.results[name] !== undefined || isPending(shown.seen, name)) continue;
    if (shown.at - known.lease.at >= known.lease.ttlMs) {
      over.push({
        group: name,
        outcome: 'stuck',
        why:
          'its record is gone, and this run was silent for longer than its lease: another run may ' +
          `have finished run ${known.record.run}. ${before(known.record)}`,
      });
      continue;
    }
    if (shown.at - (shown.seen.unnoted[name] ?? shown.at) < NOTE_LAG_MS) continue;
    // While its stack is in progress nothing is touched; the lease that is renewed meanwhile holds the place. Of a size
    // that is kept through that very change only the note is written.
    const keeps = factsOf(known.record).kind === 'keeping';
    if (!keeps && shown.stackStatus !== undefined && busy(shown.stackStatus)) continue;
    const { record, verdict, frozen, out } = known;
    const lease = { ...known.lease, beat: known.lease.beat + 1, at: shown.at };
    const action = {
      type: 'rewrite',
      group: name,
      record,
      lease,
      ...(verdict === undefined ? {} : { verdict }),
      ...(frozen === undefined ? {} : { frozen }),
      ...(out === undefined ? {} : { out }),
    } as const;
    acts.push({ action, why: 'somebody removed the tags of this tool; without them no run could finish this rollout' });
  }
  if (over.length > 0) return { kind: 'finish', results: over };
  return acts.length > 0 && factsOf(plan).keepsRecord ? { kind: 'act', actions: acts, progress: [] } : undefined;
}

/** What nobody could find out any more once this run has ended. */
function before(record: RolloutRecord): string {
  const { size, suspended } = wholeRecord(record);
  const { min, desired, max } = size;
  const processes = suspended.length === 0 ? 'nothing was suspended for it' : `${suspended.join(', ')} ran`;
  return `Before it, the sizes were min ${min}, desired ${desired}, max ${max}, and ${processes}`;
}
