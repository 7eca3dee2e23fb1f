import type { Gates } from '../../model/rollout/rollout-plan.js';
import type { GateStage } from '../../model/rollout/gate-answer.js';
import { asksCalendar } from '../gates/change-calendar.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { list } from '../../text/list.js';

/** What is asked at which stages of a rollout besides health, as sentences for a plan; nothing where nothing is. */
export function askedAtStages({
  strategy,
  gates = { words: [] },
}: {
  readonly strategy: 'swap' | 'rolling';
  readonly gates?: Gates;
}): { readonly gates?: readonly string[] } {
  const { gate, metrics, calendar, canary, keepMs } = gates;
  const stages: readonly GateStage[] = [
    ...(canary === undefined ? [] : (['canary'] as const)),
    'verdict',
    ...(factsOf({ strategy }).provesAfterVerdict ? (['batch'] as const) : []),
    ...(keepMs === undefined ? [] : (['kept', 'end'] as const)),
  ];
  const at = `asked at: ${list(stages)}`;
  const ends = list(stages.filter(asksCalendar));
  const asked = [
    ...(gate === undefined ? [] : [`gate command ${at}: ${gate.command}`]),
    ...(metrics?.conditions ?? []).map(({ text }) => `metric ${at}: ${text}`),
    ...(calendar === undefined || calendar.despite !== undefined
      ? []
      : [`change calendar asked before the start and at: ${ends}: ${list(calendar.names)}`]),
  ];
  return asked.length === 0 ? {} : { gates: asked };
}
