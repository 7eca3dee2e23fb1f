import type { Decision, Wait } from '../../../model/rollout/decision.js';
import type { RestartRecord, RolloutRecord } from '../../../model/rollout/record.js';
import { inPlanOrder, takeTurns, type Collected, type OwnTurn } from '../../rollout/who-acts-next.js';
import type { RolloutView } from '../../view.js';
import { restartProgress } from './restart-progress.js';
import { restartStep, type PutBack, type RestartStep } from './restart-step.js';
import { restartGate } from './start.js';
import { isPending } from '../../memory/fold-action.js';

/**
 * Restarts in place: what is out of its balancers is noted on its group first, membership never changes,
 * and the quorum is counted again before each batch. One group after the other, so that a bad command
 * meets as few instances as can be. What a dead run left is put back before anything is begun.
 */
export function restart(view: RolloutView): Decision {
  const { plan } = view;
  /** Why nothing further is begun. */
  let halted: string | undefined;
  /** Some group is worked on, or has still to get its record. */
  let busy = false;
  return takeTurns(view, {
    settlingPhase: 'restart',
    silentWhy: 'began a restart here and may be dead; what it took out is put back unless it shows a sign of life',
    // How a rollout of another strategy ended, which was finished first, does not answer what this run was asked for.
    answers: ({ outcome }) => outcome === 'restarted' || outcome === 'putBack',
    start: (turns) => {
      const gate = restartGate(view, turns);
      if (gate.kind === 'open') {
        halted = gate.stopped;
        busy = gate.starting;
      }
      return gate;
    },
    order: (turns) => inPlanOrder(plan, turns, ({ of }) => of.name),
    own: (turn, all) => {
      const { name } = turn.of;
      const putBack = putBackOf(view, turn, halted);
      if (putBack === undefined && busy) {
        const why = 'the groups are restarted one after the other';
        all.waits.push({ group: name, phase: 'restart', why, instances: [] });
        return;
      }
      const step = restartStep(view, { ...turn.of, record: restartRecord(turn.of.record) }, putBack);
      collect(step, name, all);
      if (putBack === undefined && step.kind !== 'over') busy = true;
      if (step.kind === 'over' && plan.restart?.onError !== 'continue')
        halted ??= `${name} has instances that stay out`;
    },
    pass: (turn) => {
      if (turn.kind === 'over' && turn.result.outcome === 'putBack') halted ??= `${turn.of.name} ended early`;
      if (turn.kind === 'settling') busy = true;
    },
    close: () => undefined,
    progress: (of, phase) => [restartProgress(view, of, phase ?? 'restart')],
    poll: (waits) => pauseOf(view, waits),
  });
}

/** The record as that of a restart. @throws Error for one of another strategy, which is a bug of ours */
function restartRecord(record: RolloutRecord): RestartRecord {
  if (record.strategy !== 'restart') throw new Error(`a record of the strategy ${record.strategy} is no restart`);
  return record;
}

function collect(step: RestartStep, name: string, { acts, waits, results, phases }: Collected): void {
  switch (step.kind) {
    case 'act':
      acts.push(...step.acts);
      phases.set(name, step.phase);
      break;
    case 'wait':
      waits.push(step.wait);
      break;
    case 'over':
      results.push(step.result);
      break;
  }
}

/** Why the group is put back and not restarted, or undefined. */
function putBackOf(
  { observed, plan }: RolloutView,
  { of: { record }, taken: adopted }: OwnTurn,
  halted: string | undefined,
): PutBack | undefined {
  if (observed.cancellation !== undefined) return { why: observed.cancellation.why, adopted };
  if (adopted || plan.restart === undefined) return { why: `run ${record.run} left it`, adopted };
  return halted === undefined ? undefined : { why: `not begun, because ${halted}`, adopted };
}

/** Sleeps one poll, or until the next warm-up or limit ends. Milliseconds. */
function pauseOf({ observed, plan }: RolloutView, waits: readonly Wait[]): number {
  const due = [plan.timing.pollMs];
  for (const group of observed.groups) {
    if (isPending(observed.seen, group.name)) due.push(1_000);
    for (const { id } of group.notes.out?.instances ?? []) {
      const since = observed.seen.inServiceSince[id];
      if (since !== undefined && since + plan.timing.warmupMs > observed.at)
        due.push(since + plan.timing.warmupMs - observed.at);
    }
  }
  for (const { until } of waits) if (until !== undefined && until > observed.at) due.push(until - observed.at);
  return Math.max(100, Math.round(Math.min(...due)));
}
