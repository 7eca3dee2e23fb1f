import type { GroupNotes } from '../../model/rollout/group.js';
import type { GateName, RolloutRecord } from '../../model/rollout/record.js';
import { command, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { GATE_FLAGS, neededAgain } from '../gates/gates.js';
import { factsOf } from '../strategies/facts-by-name.js';

/**
 * The flags of a rollout as far as its record holds them, as words of a command line: strategy and limits, image,
 * canary, bake, pauses, and how long the old half is kept. Limits are those of its group, resolved when it began.
 */
export function recordWords(record: RolloutRecord): readonly string[] {
  const { canary, bakeMs, pauseAt, pauseEnds, keepMs } = record.gates ?? {};
  const number = (name: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const seconds = (value: number | undefined): number | undefined => (value === undefined ? undefined : value / 1000);
  return [
    ...limitWords(record),
    ...(record.together ? [] : ['--no-together']),
    ...(record.image === undefined ? [] : ['--image', record.image.id]),
    ...number('canary', canary),
    ...number('bake', seconds(bakeMs)),
    ...number('keep-old', seconds(keepMs)),
    ...(pauseAt === undefined ? [] : ['--pause-at', pauseAt.map((part) => `${part}%`).join(',')]),
    ...(pauseEnds === undefined ? [] : ['--pause-timeout', `${pauseEnds.afterMs / 1000}=${pauseEnds.by}`]),
  ];
}

function limitWords(record: RolloutRecord): readonly string[] {
  if (!('surge' in record)) return [];
  const { strategy, surge, unavailable, serial } = record;
  const limits = ['--surge', String(surge), '--unavailable', String(unavailable)];
  return ['--strategy', strategy, ...limits, ...(serial ? ['--serial'] : [])];
}

/** `resume`, and which flags of the rollout it has to be given again, because no record holds them. */
export function resumeWith(target: readonly string[], groups: readonly GroupNotes[]): NextCommand {
  const resume = command`ha-updater resume ${target}`;
  const needs = groups.flatMap(({ record, verdict }) =>
    record === undefined || factsOf(record).kind !== 'replacing' ? [] : neededAgain(record, verdict),
  );
  return needs.length === 0 ? resume : remarked(resume, `${withFlags(needs)}, or --without-gates`);
}

/** `with --gate-command and --alarm as they were given` */
export function withFlags(needs: readonly GateName[]): string {
  const flags = [...new Set(needs)].map((need) => GATE_FLAGS[need]);
  return `with ${flags.join(' and ')} as ${flags.length === 1 ? 'it was' : 'they were'} given`;
}
