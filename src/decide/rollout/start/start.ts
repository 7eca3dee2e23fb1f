import type { AdvisedReason, GroupResult, Wait } from '../../../model/rollout/decision.js';
import { ringingReasons } from '../../gates/alarms.js';
import type { GroupView, RolloutView } from '../../view.js';
import { awaitVisibility, type CheckedGroup } from './await-stack-visibility.js';
import { preflight } from './preflight.js';
import { isOnlyNoted, takeBack } from '../take-back.js';
import { notStarted, OPEN, recordActions, refuse, type StartGate, type Turn } from '../who-acts-next.js';

/**
 * Lets the groups without a record start, all at once: every reason against any of them is told
 * before the first is changed.
 */
export function startGate(view: RolloutView, turns: readonly Turn[]): StartGate {
  const gone = vanished(view);
  const gate = openGate(view, turns, gone.reasons);
  return gate.kind === 'closed' ? gate : { ...gate, results: [...gone.results, ...gate.results] };
}

function openGate(view: RolloutView, turns: readonly Turn[], missing: readonly AdvisedReason[]): StartGate {
  const { observed, plan } = view;
  const fresh = turns.flatMap((turn) => (turn.kind === 'fresh' ? [turn.of] : []));
  const skip = (why: string): readonly GroupResult[] =>
    fresh.map(({ name }) => observed.seen.results[name] ?? { group: name, outcome: 'skipped', why });
  // Names that are all unknown are a mistake, not work that is done.
  if (plan.adoptOnly && turns.length === 0 && missing.length > 0) return refuse(missing);
  if (plan.adoptOnly) return { ...OPEN, results: skip('no earlier rollout is left here') };
  if (turns.some(isFinishing))
    return { ...OPEN, results: skip('not started: an earlier rollout could not be finished') };
  if (fresh.length > 0 && turns.some(({ kind }) => kind === 'silent' || kind === 'settling'))
    return { ...OPEN, starting: true };

  const begun = turns.some(({ kind }) => kind === 'own');
  if (observed.cancellation !== undefined && !begun && fresh.length > 0) {
    const { why } = observed.cancellation;
    if (Object.keys(observed.seen.results).length > 0) return { ...OPEN, results: skip(why) };
    return refuse([{ code: 'run.interrupted', text: why, remedy: 'Start again when you want the groups swapped.' }]);
  }
  const rings = fresh.length > 0 && !begun ? ringingReasons(observed, plan) : [];
  return checkedGate(view, turns, fresh, [...missing, ...rings]);
}

/** What preflight says of the groups without a record. `others`: reasons that are no group's own. */
function checkedGate(
  view: RolloutView,
  turns: readonly Turn[],
  fresh: readonly GroupView[],
  others: readonly AdvisedReason[],
): StartGate {
  const begun = turns.some(({ kind }) => kind === 'own');
  const checks = fresh.map((of): CheckedGroup => ({ of, check: preflight(view, of.group) }));
  const reasons = [...others, ...checks.flatMap(({ check }) => (check.kind === 'refuse' ? check.reasons : []))];
  if (reasons.length > 0) return begun ? takeAllBack(view, turns, reasons) : refuse(reasons);

  const results = checks.flatMap(({ of, check }): GroupResult[] =>
    check.kind === 'skip' ? [{ group: of.name, outcome: 'skipped', why: check.why }] : [],
  );
  const waits = [
    ...checks.flatMap(({ check }): readonly Wait[] => (check.kind === 'wait' ? [check.wait] : [])),
    ...(begun ? [] : awaitVisibility(view, checks)),
  ];
  if (waits.length > 0) return { ...OPEN, waits, results, starting: true };
  const ready = checks.flatMap(({ of, check }) => (check.kind === 'ready' ? [{ of, check }] : []));
  const acts = recordActions(view, ready);
  return { ...OPEN, acts, results, starting: acts.length > 0 };
}

/** An earlier rollout that this run has taken over or is about to. */
function isFinishing(turn: Turn): boolean {
  return turn.kind === 'adopt' || (turn.kind === 'own' && turn.taken);
}

/** A group cannot start although others have their record: theirs are taken back where nothing was changed yet. */
function takeAllBack(view: RolloutView, turns: readonly Turn[], reasons: readonly AdvisedReason[]): StartGate {
  const why = `taken back: ${reasons[0]?.text ?? ''}`;
  const acts = turns.flatMap((turn) =>
    turn.kind === 'own' && isOnlyNoted(turn.of) ? [takeBack(view, turn.of, why)] : [],
  );
  if (acts.length > 0) return { kind: 'closed', decision: { kind: 'act', actions: acts, progress: [] } };
  return { ...OPEN, results: notStarted(reasons) };
}

/** Groups that no longer exist: a reason not to start, or the end of their rollout. */
function vanished({ observed, plan }: RolloutView): {
  readonly reasons: readonly AdvisedReason[];
  readonly results: readonly GroupResult[];
} {
  const { missing, seen } = observed;
  const known = missing.filter((name) => seen.known[name] !== undefined);
  const never = missing.filter((name) => seen.known[name] === undefined && seen.results[name] === undefined);
  // What a dead run left on the others is finished first, whatever else is missing.
  const begun = observed.groups.some(({ notes }) => notes.record !== undefined) || Object.keys(seen.results).length > 0;
  const deleted = known.map((group): GroupResult => ({
    group,
    outcome: 'stuck',
    why: 'the group was deleted during the rollout',
  }));
  const absent = never.map((group) => ({ group, text: 'there is no such Auto Scaling group' }));
  const remedy = 'Check the name, the account and the region.';
  if (plan.adoptOnly) {
    const gone = never.map((group): GroupResult => ({ group, outcome: 'skipped', why: 'it no longer exists' }));
    const reasons = begun || observed.groups.length > 0 ? [] : absent;
    return {
      reasons: reasons.map((one) => ({ code: 'group.missing', ...one, remedy })),
      results: [...deleted, ...gone],
    };
  }
  if (!begun) return { reasons: absent.map((one) => ({ code: 'group.missing', ...one, remedy })), results: deleted };
  const stuck = absent.map(({ group, text }): GroupResult => ({ group, outcome: 'stuck', why: text }));
  return { reasons: [], results: [...deleted, ...stuck] };
}
