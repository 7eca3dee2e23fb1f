import { leaseFingerprint } from '../ownership/lease.js';
import type { OutNote, RolloutRecord } from '../../model/rollout/record.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import type { Seen } from '../../model/rollout/decision.js';

/**
 * The group as we know it: what the look shows, completed by notes of ours that it does not show yet,
 * and without notes that we removed. A read that lags must never make us forget a record or a verdict.
 */
export function withNotes(group: Group, seen: Seen): Group {
  const known = seen.known[group.name];
  const gone = seen.cleared[group.name] ?? [];
  const shown = group.notes;
  const record =
    shown.record === undefined || gone.includes(shown.record.run) || isOfBefore(shown.record, known?.record)
      ? undefined
      : shown.record;
  // rule: notes-forgotten
  const current = record ?? known?.record;
  const shownVerdict = shown.verdict?.run === current?.run ? shown.verdict : undefined;
  // Ours is the same verdict with its reason in full: a tag holds only so much.
  const verdict =
    shownVerdict !== undefined && shownVerdict.outcome !== known?.verdict?.outcome
      ? shownVerdict
      : known?.verdict?.run === current?.run
        ? known?.verdict
        : undefined;
  const stale = shown.record !== undefined && record === undefined;
  const lagging = shown.lease !== undefined && leaseFingerprint(shown.lease) === seen.superseded[group.name];
  const older =
    shown.lease !== undefined && shown.lease.run === known?.lease?.run && shown.lease.beat < known.lease.beat;
  const lease = stale || lagging || older || isBehind(shown, known) ? known?.lease : (shown.lease ?? known?.lease);
  const frozen = shown.frozen ?? known?.frozen;
  const out = newerOut(stale ? undefined : shown.out, known?.out);
  const notes: GroupNotes = {
    ...(current === undefined ? {} : { record: withFurthest(current, known?.record) }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(lease === undefined ? {} : { lease }),
    ...(frozen === undefined ? {} : { frozen }),
    // One of another rollout is nobody's business any more.
    ...(shown.wish === undefined || shown.wish.run !== current?.run ? {} : { wish: shown.wish }),
    ...(out === undefined ? {} : { out }),
    ...(shown.unreadable === undefined ? {} : { unreadable: shown.unreadable }),
  };
  return { ...group, notes };
}

/**
 * The later of two notes on what is out. Whoever took them out: a record that was written over it must not make
 * anybody forget them.
 */
function newerOut(shown: OutNote | undefined, known: OutNote | undefined): OutNote | undefined {
  return (shown?.number ?? -1) >= (known?.number ?? -1) ? shown : known;
}

/** One run may write several records, one after the other: a read that lags shows the one that it had removed. */
function isOfBefore(shown: RolloutRecord, known: RolloutRecord | undefined): boolean {
  return shown.run === known?.run && shown.startedAt < known.startedAt - 1_000;
}

/** A look from before we resumed what was paused: the lease that it shows is that of the run that paused. */
export function isBehind({ record }: GroupNotes, known: GroupNotes | undefined): boolean {
  return record?.run === known?.record?.run && (record?.gates?.passed ?? 0) < (known?.record?.gates?.passed ?? 0);
}

/** A look that lags must not take us back to before a pause, or to before we noted what somebody else had set. */
function withFurthest(
  shown: NonNullable<GroupNotes['record']>,
  known: GroupNotes['record'],
): NonNullable<GroupNotes['record']> {
  if (known?.run !== shown.run) return shown;
  // rule: theirs-forgotten
  const record = known.theirs === undefined ? shown : { ...shown, theirs: known.theirs };
  if (known.gates === undefined) return record;
  const further = (name: 'paused' | 'passed'): { readonly paused?: number; readonly passed?: number } => {
    const most = Math.max(record.gates?.[name] ?? 0, known.gates?.[name] ?? 0);
    return most === 0 ? {} : { [name]: most };
  };
  return { ...record, gates: { ...known.gates, ...record.gates, ...further('paused'), ...further('passed') } };
}
