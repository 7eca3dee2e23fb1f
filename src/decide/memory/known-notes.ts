import { leaseFingerprint } from '../ownership/lease.js';
import type { Lease, OutNote, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import type { Seen } from '../../model/rollout/decision.js';

/**
 * The group as we know it: what the look shows, completed by notes of ours that it does not show yet,
 * and without notes that we removed. A read that lags must never make us forget a record or a verdict.
 */
export function withNotes(group: Group, seen: Seen): Group {
  const shown = group.notes;
  const known = seen.known[group.name];
  const gone = seen.cleared[group.name] ?? [];
  const isPast =
    shown.record !== undefined &&
    (gone.includes(shown.record.run) || isOfBefore(shown.record, known?.record) || isReplaced(group, seen));
  const record = isPast ? undefined : shown.record;
  // rule: notes-forgotten
  const current = record ?? known?.record;
  const notes: GroupNotes = defined({
    record: current === undefined ? undefined : withFurthest(current, known?.record),
    verdict: verdictOf(current, shown, known),
    lease: leaseOf(group, seen, isPast),
    frozen: shown.frozen ?? known?.frozen,
    // One of another rollout is nobody's business any more.
    wish: shown.wish?.run === current?.run ? shown.wish : undefined,
    out: newerOut(isPast ? undefined : shown.out, known?.out),
    unreadable: shown.unreadable,
  });
  return { ...group, notes };
}

/** The same without members that are undefined. */
function defined(notes: { readonly [Key in keyof GroupNotes]: GroupNotes[Key] | undefined }): GroupNotes {
  return Object.fromEntries(Object.entries(notes).filter(([, note]) => note !== undefined));
}

/** Ours is the same verdict as the one that is shown with its reason in full: a tag holds only so much. */
function verdictOf(
  record: RolloutRecord | undefined,
  shown: GroupNotes,
  known: GroupNotes | undefined,
): Verdict | undefined {
  const own = shown.verdict?.run === record?.run ? shown.verdict : undefined;
  // Why a kept half serves again is told with the verdict, also where the reply to our note of it was lost.
  const isTurned = shown.record?.gates?.backAt !== undefined && known?.record?.gates?.backAt === undefined;
  if (own !== undefined && (isTurned || own.outcome !== known?.verdict?.outcome)) return own;
  return known?.verdict?.run === record?.run ? known?.verdict : undefined;
}

/** @param isPast the record that shows is none of this rollout, and its lease no more so */
function leaseOf(group: Group, seen: Seen, isPast: boolean): GroupNotes['lease'] {
  const known = seen.known[group.name]?.lease;
  return isPast || isLeaseOfBefore(group, seen) ? known : (group.notes.lease ?? known);
}

/** The look shows a lease that another one of ours, or ours of later, has replaced. */
function isLeaseOfBefore({ name, notes }: Group, seen: Seen): boolean {
  const known = seen.known[name];
  if (isBehind(notes, known)) return true;
  if (notes.lease === undefined) return false;
  return isOlder(notes.lease, known?.lease) || leaseFingerprint(notes.lease) === seen.superseded[name];
}

/**
 * A lease that the same run showed earlier. What the run began before it began this counted its signs of life anew,
 * so their number alone does not tell.
 */
function isOlder(lease: Lease, known: Lease | undefined): boolean {
  return lease.run === known?.run && (lease.beat < known.beat || lease.at < known.at - 1_000);
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

/**
 * The look shows a rollout of before ours under a lease that ours replaced: whoever held that ended it meanwhile, and
 * somebody began ours.
 */
function isReplaced(group: Group, seen: Seen): boolean {
  const { record } = group.notes;
  const known = seen.known[group.name]?.record;
  if (record === undefined || known === undefined || record.run === known.run) return false;
  // rule: replaced-record
  return record.startedAt < known.startedAt && isLeaseOfBefore(group, seen);
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
