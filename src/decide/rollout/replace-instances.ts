import type { Decision } from '../../model/rollout/decision.js';
import { blockedByHook } from '../gates/hooks.js';
import { pausing } from '../gates/pause.js';
import { withRecord } from '../make-view.js';
import { whyOf, type GroupStep, type ReasonedAction } from '../step.js';
import type { StrategyOf, StuckGroup } from '../strategies/strategy.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { judge, verdictGroups, type ProvingGroup } from './joint-verdict.js';
import { nextStep } from './next-step.js';
import { pollInterval } from '../looks/poll-interval.js';
import { progressOf } from './progress.js';
import { startGate } from './start/start.js';
import { isOnlyNoted, takeBack } from './take-back.js';
import { takeTurns, type Collected, type OwnTurn, type Turn } from './who-acts-next.js';

/** The step of a group whose turn is ours; `takeBack` where its rollout, which a dead run noted, is undone. */
type OwnStep = GroupStep | { readonly kind: 'takeBack'; readonly acts: readonly ReasonedAction[] };

/**
 * The rollouts that replace instances: grow, prove, judge together, take the old ones out, restore. Each record says by
 * which strategy; docs/ARCHITECTURE.md names the phases.
 */
export function replaceInstances(view: RolloutView, strategyOf: StrategyOf): Decision {
  const { observed } = view;
  let steps: ReadonlyMap<string, OwnStep> = new Map();
  const proving: ProvingGroup[] = [];
  return takeTurns(view, {
    settlingPhase: 'prove',
    silentWhy: 'began a rollout here and may be dead; it is taken over unless it shows a sign of life',
    // A rollout that we took over and that rolled back does not answer what this run was asked for, nor does a size
    // that a dead run kept.
    answers: ({ outcome }, { name }) =>
      !(
        outcome === 'putBack' ||
        outcome === 'sizeKept' ||
        (observed.seen.adoptedAt[name] !== undefined && outcome === 'rolledBack')
      ),
    start: (turns) => {
      steps = stepsOf(view, turns, strategyOf);
      return startGate(view, turns);
    },
    order: (turns) => turns,
    own: ({ of }, all, starting) => {
      const step = steps.get(of.name);
      if (step?.kind === 'proving') proving.push({ of, step });
      if (step !== undefined) takeStep(view, of.name, step, { all, starting });
    },
    pass: () => undefined,
    close: (turns, all, starting) => {
      closeTurns(view, proving, starting || isOpen(turns, steps), all);
    },
    progress: (of, phase) => (phase === undefined ? [] : [progressOf(of, phase)]),
    poll: (waits) => pollInterval(view, waits),
  });
}

/** The steps of all groups of ours. One of a joint rollout that cannot go on blocks the others. */
function stepsOf(view: RolloutView, turns: readonly Turn[], strategyOf: StrategyOf): ReadonlyMap<string, OwnStep> {
  const own = turns.filter((turn) => turn.kind === 'own');
  const all = (stuck?: StuckGroup): ReadonlyMap<string, OwnStep> =>
    new Map(own.map((turn) => [turn.of.name, ownStep(view, turn, strategyOf, stuck)]));
  const steps = all();
  const stuck = own.flatMap(({ of: { name, record } }): readonly StuckGroup[] => {
    const step = steps.get(name);
    return step?.kind === 'stuck' && record.together ? [{ group: name, why: step.why }] : [];
  })[0];
  return stuck === undefined ? steps : all(stuck);
}

function ownStep(view: RolloutView, { of, taken }: OwnTurn, strategyOf: StrategyOf, stuck?: StuckGroup): OwnStep {
  if (taken && isNothingBegun(view, of)) {
    const why = `run ${of.record.run} had noted it and changed nothing yet`;
    return { kind: 'takeBack', acts: [takeBack(view, of, why)] };
  }
  const broken = blockedByHook(view.observed, of.group);
  if (broken !== undefined) return { kind: 'stuck', why: broken };
  const strategy = strategyOf(of.record);
  const block = strategy.blockOf?.(view, of, stuck);
  return nextStep(view, { ...of, ...(block !== undefined && { block }) }, strategy);
}

/** True while no group of that run is beyond its record: what was begun on one of them is finished on all. */
function isNothingBegun({ groups }: RolloutView, { record: { run } }: RolloutGroup): boolean {
  return groups.every((one) => {
    const begun = withRecord(one);
    return begun?.record.run !== run || isOnlyNoted(begun);
  });
}

function takeStep(
  { observed }: RolloutView,
  name: string,
  step: OwnStep,
  { all, starting }: { readonly all: Collected; readonly starting: boolean },
): void {
  switch (step.kind) {
    case 'takeBack':
      all.acts.push(...step.acts);
      all.phases.set(name, 'clear');
      break;
    case 'act': {
      const noting = observed.seen.pending.some(({ action }) => action.type === 'record');
      const grows = step.phase === 'canary' || step.phase === 'double' || step.phase === 'surge';
      // Growing starts only when every group of the run has its record.
      // rule: mates-not-recorded
      if (grows && (starting || noting))
        all.waits.push({
          group: name,
          phase: 'record',
          why: 'the other groups are not recorded yet',
          instances: [],
        });
      else all.acts.push(...step.acts);
      all.phases.set(name, step.phase);
      break;
    }
    case 'wait':
      all.waits.push(step.wait);
      all.phases.set(name, step.wait.phase);
      break;
    case 'proving':
      all.phases.set(name, step.wait.phase);
      break;
    case 'stuck':
      all.results.push({ group: name, outcome: 'stuck', ...whyOf(step) });
      break;
  }
}

/** Some group is not ready to be judged, and so neither are those that are judged together with it. */
function isOpen(turns: readonly Turn[], steps: ReadonlyMap<string, OwnStep>): boolean {
  const blocked = turns.some(({ kind }) => kind === 'settling' || kind === 'silent' || kind === 'adopt');
  // A group that is still growing, or has to grow again, is not judged, and so neither are its mates.
  const unready = turns.some((turn) => {
    const kind = turn.kind === 'own' ? steps.get(turn.of.name)?.kind : undefined;
    return turn.of.verdict === undefined && (kind === 'act' || kind === 'wait');
  });
  // rule: unready-judged
  return blocked || unready;
}

/** Pauses, verdicts, and what follows a canary. */
function closeTurns(view: RolloutView, proving: readonly ProvingGroup[], open: boolean, all: Collected): void {
  const paused = pausing(view, proving, open);
  all.acts.push(...paused.acts);
  const candidates = proving.filter(({ of }) => !paused.groups.has(of.name));
  const judged = judge(view, candidates, open);
  all.acts.push(...judged.acts);
  if (judged.acts.length === 0) all.acts.push(...afterCanaries(candidates, open));
  all.waits.push(...judged.waits);
  all.results.push(...judged.results);
}

/** The rest is launched once the canaries of all groups that are judged together are through. */
function afterCanaries(candidates: readonly ProvingGroup[], open: boolean): readonly ReasonedAction[] {
  return verdictGroups(candidates).flatMap((groups) => {
    const joint = groups.some(({ of }) => of.record.together);
    const early = groups.some(({ step }) => step.canaryOpen === true || step.failing !== undefined);
    return (joint && open) || early ? [] : groups.flatMap(({ step }) => step.next ?? []);
  });
}
