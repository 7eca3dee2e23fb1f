import type { AdvisedReason, GroupResult, Reason } from '../../../model/rollout/decision.js';
import { notStarted, OPEN, recordActions, refuse, type StartGate, type Turn } from '../../rollout/who-acts-next.js';
import type { GroupView, RolloutView } from '../../view.js';
import { restartPreflight } from './restart-preflight.js';

/** Lets groups without a record start, all at once, after everything that dead runs left is put back. */
export function restartGate(view: RolloutView, turns: readonly Turn[]): StartGate {
  const gate = openGate(view, turns);
  return gate.kind === 'closed' ? gate : { ...gate, results: [...gate.results, ...deleted(view)] };
}

function openGate(view: RolloutView, turns: readonly Turn[]): StartGate {
  const { observed, plan } = view;
  const fresh = turns.flatMap((turn) => (turn.kind === 'fresh' ? [turn.of] : []));
  const missing = observed.missing
    .filter((name) => observed.seen.known[name] === undefined && observed.seen.results[name] === undefined)
    .map(absent);
  const skip = (why: string): readonly GroupResult[] =>
    fresh.map(({ name }) => ({ group: name, outcome: 'skipped', why }));
  if (plan.adoptOnly && turns.length === 0 && missing.length > 0) return refuse(missing);
  if (plan.adoptOnly || plan.restart === undefined) {
    const gone = observed.missing.map((group): GroupResult => ({
      group,
      outcome: 'skipped',
      why: 'it no longer exists',
    }));
    return { ...OPEN, results: [...skip('no earlier rollout is left here'), ...gone] };
  }
  if (turns.some((turn) => turn.kind === 'adopt' || (turn.kind === 'own' && turn.taken)))
    return { ...OPEN, starting: true };
  if (fresh.length + missing.length === 0) return OPEN;
  if (turns.some(({ kind }) => kind === 'silent' || kind === 'settling')) return { ...OPEN, starting: true };
  const begun = turns.some(({ kind }) => kind === 'own' || kind === 'over');
  if (observed.cancellation !== undefined) {
    const { why } = observed.cancellation;
    if (begun) return { ...OPEN, results: skip(why) };
    return refuse([{ code: 'run.interrupted', text: why, remedy: 'Start again when you want the groups restarted.' }]);
  }
  // The first look takes longest: somebody else may have begun since.
  if (observed.at === observed.seen.firstLookAt) {
    const why = 'looking twice before anything is changed';
    // Also where none of the groups is there: without anybody to wait for, the run would be over.
    const awaited = [...fresh.map(({ name }) => name), ...missing.flatMap(({ group }) => group ?? [])];
    const waits = awaited.map((group) => ({ group, phase: 'preflight', why, instances: [] }) as const);
    return { ...OPEN, starting: true, waits };
  }
  return checkedGate(view, fresh, missing, begun);
}

/** What preflight says of the groups without a record. `begun`: others have theirs. */
function checkedGate(
  view: RolloutView,
  fresh: readonly GroupView[],
  missing: readonly AdvisedReason[],
  begun: boolean,
): StartGate {
  const checks = fresh.map((of) => ({ of, check: restartPreflight(view, of.group) }));
  const reasons = [...missing, ...checks.flatMap(({ check }) => (check.kind === 'refuse' ? check.reasons : []))];
  if (reasons.length > 0) {
    if (!begun) return refuse(reasons);
    const first = reasons.find(({ group }) => group !== undefined)?.group ?? '';
    return { ...OPEN, results: notStarted(reasons), stopped: `${first} cannot start` };
  }
  const results = checks.flatMap(({ of, check }): GroupResult[] =>
    check.kind === 'skip' ? [{ group: of.name, outcome: 'skipped', why: check.why }] : [],
  );
  const ready = checks.flatMap(({ of, check }) => (check.kind === 'ready' ? [{ of, check }] : []));
  const acts = recordActions(view, ready);
  return { ...OPEN, acts, results, starting: acts.length > 0 };
}

function absent(group: string): Reason {
  return {
    code: 'group.missing',
    group,
    text: group.includes(':') ? 'there is no such load balancer' : 'there is no such Auto Scaling group',
    remedy: 'Check the name, the account and the region.',
  };
}

/** Groups that were deleted while they were being restarted. */
function deleted({ observed }: RolloutView): readonly GroupResult[] {
  return observed.missing.flatMap((group): GroupResult[] =>
    observed.seen.known[group] === undefined
      ? []
      : [{ group, outcome: 'stuck', why: 'it was deleted during the restart' }],
  );
}
