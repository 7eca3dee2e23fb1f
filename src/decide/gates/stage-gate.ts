import type { Seen, Wait } from '../../model/rollout/decision.js';
import type { Phase } from '../../model/rollout/action.js';
import type { GateDue, GateResult } from '../../model/rollout/gate-answer.js';
import { seconds } from '../../text/duration.js';
import { lastLine } from '../../text/sentence.js';
import { STAGE_WORDS } from '../../text/stage-words.js';
import { limitFrom } from '../memory/unseen-time.js';
import type { LookAndPlan } from '../view.js';

/** How long after "not yet" it is asked again. */
const ASKED_AGAIN_MS = 10_000;

/** Whether a stage of a group is open: the gate command says so, or there is none. */
export type StageState =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'asking'; readonly why: string; readonly until?: number; readonly due: readonly GateDue[] };

const OPEN: StageState = { kind: 'open' };

/** Where the answer at a stage is remembered: each batch is a stage of its own. */
export function gateKey({ group, stage, part }: GateDue): string {
  return stage === 'batch' ? `${group} batch ${part}` : `${group} ${stage}`;
}

/** What the gate command said of a stage, and what follows. It is asked once, and again while it says "not yet". */
export function stageState({ observed, plan }: LookAndPlan, due: GateDue): StageState {
  const gate = plan.gates?.gate;
  // rule: gate-skipped
  if (gate === undefined) return OPEN;
  const last = answerAt(observed.seen, due);
  const at = STAGE_WORDS[due.stage];
  if (last === undefined) return { kind: 'asking', why: `the gate command is asked at ${at}`, due: [due] };
  if (last.said === 'goOn') return OPEN;
  // rule: gate-unheard
  if (last.said === 'fail') return { kind: 'failed', why: `the gate command fails ${at}: ${sayAnswer(last)}` };
  const until = limitFrom(observed.seen, last.since, gate.timeoutMs);
  if (observed.at >= until) {
    const late = `the gate command said "not yet" at ${at} for ${seconds(gate.timeoutMs)}`;
    return { kind: 'failed', why: `${late}: ${sayAnswer(last)}` };
  }
  const again = observed.at - last.at >= ASKED_AGAIN_MS;
  return {
    kind: 'asking',
    why: `the gate command says "not yet" at ${at}: ${sayAnswer(last)}`,
    until,
    due: again ? [due] : [],
  };
}

/** The batch that came with the verdict has passed with it. */
function answerAt({ gates }: Seen, due: GateDue): GateResult | undefined {
  const own = gates[gateKey(due)];
  if (own !== undefined || due.stage !== 'batch') return own;
  const judged = gates[gateKey({ ...due, stage: 'verdict' })];
  return judged?.said === 'goOn' && judged.part === due.part ? judged : undefined;
}

function sayAnswer({ words, output }: GateResult): string {
  return `${words}${lastLine(output)}`;
}

/** The wait for an answer. */
export function askingWait(
  group: string,
  phase: Phase,
  { why, until, due }: Extract<StageState, { kind: 'asking' }>,
): Wait {
  return {
    group,
    phase,
    why,
    instances: [],
    ...(until !== undefined && { until }),
    ...(due.length > 0 && { gate: due }),
  };
}

/** How long to sleep at most, so that it is asked again in time. */
export function nextAsk({ gates }: Seen, at: number): number {
  const open = Object.values(gates).flatMap((one) =>
    one.said === 'notYet' && at - one.at < ASKED_AGAIN_MS ? [one.at + ASKED_AGAIN_MS - at] : [],
  );
  return Math.max(100, Math.min(Infinity, ...open));
}
