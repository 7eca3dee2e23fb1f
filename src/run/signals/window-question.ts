import type { Clock, Milliseconds } from '../../clock.js';
import type { Emit } from '../../model/event.js';
import type { ProcessContext } from '../process-context.js';
import type { RunState } from '../run-state.js';

/** What a Ctrl-C means while an old half is kept: it serves again, it stays kept and the run ends, or nothing. */
export type WindowAnswer = 'back' | 'leave' | 'wait';

/** Nobody is there any more who would answer: then all goes on as if nobody had asked. */
const PATIENCE_MS: Milliseconds = 120_000;

/** The screen gets so long to show what the question is about. */
const SCREEN_MS: Milliseconds = 100;

const QUESTION =
  'The old instances are kept. back: they serve again, and the new ones go; leave: they stay kept, and this ' +
  'run ends; wait: the run goes on.';

const CHOICES: readonly WindowAnswer[] = ['back', 'leave', 'wait'];

/** True while all that is open of a rollout of this very run is the time for which its old half is kept. */
export function inWindow({ open, progress, adoptedSince }: RunState): boolean {
  return adoptedSince === undefined && open.length > 0 && open.every((group) => progress.get(group)?.phase === 'keep');
}

/** What asks, and with what. */
interface Asking {
  readonly choose: NonNullable<ProcessContext['choose']>;
  /** The time of the person. */
  readonly clock: Pick<Clock, 'sleep'>;
  readonly emit: Emit;
  readonly state: () => RunState;
}

/** The question to whoever pressed Ctrl-C at the run that waits. */
export interface WindowQuestion {
  /** Undefined where there is nothing to choose between: then a Ctrl-C is what it always is. */
  readonly ask: (signal: string, withdrawn: AbortSignal) => Promise<WindowAnswer> | undefined;
  /** To be called after every event: a question that the run has overtaken is taken back. */
  readonly see: () => void;
}

/**
 * Asks within limits. The run goes on meanwhile, so that what judges the new half is heard and the time ends when it
 * ends; no answer, or none that is clear, changes nothing.
 */
export function windowQuestion({ choose, clock, emit, state }: Asking): WindowQuestion {
  let open: AbortController | undefined;
  const ask = async (signal: string, withdrawn: AbortSignal): Promise<WindowAnswer> => {
    const overtaken = new AbortController();
    open = overtaken;
    emit({ type: 'question.asked', signal, question: QUESTION });
    const answered = new AbortController();
    const late = clock.sleep(PATIENCE_MS, answered.signal).then(() => 'late' as const);
    const gone = AbortSignal.any([withdrawn, overtaken.signal, answered.signal]);
    await clock.sleep(SCREEN_MS, gone);
    const said = await Promise.race([choose('What shall become of the old instances?', CHOICES, gone), late]);
    answered.abort();
    open = undefined;
    const answer = CHOICES.find((one) => one === said) ?? 'wait';
    const why = whyThat(said, { withdrawn, overtaken: overtaken.signal });
    emit({ type: 'question.answered', answer, why });
    return answer;
  };
  return {
    ask: (signal, withdrawn) => (inWindow(state()) ? ask(signal, withdrawn) : undefined),
    see: () => {
      if (open !== undefined && !inWindow(state())) open.abort();
    },
  };
}

/** What became of the question, in words. */
function whyThat(
  said: string | undefined,
  by: { readonly withdrawn: AbortSignal; readonly overtaken: AbortSignal },
): string {
  if (by.withdrawn.aborted) return 'Another signal came instead of an answer.';
  if (by.overtaken.aborted) return 'The run has gone on, so the question is taken back.';
  switch (said) {
    case 'back':
      return 'You answered back: the old instances serve again, and only then the new ones go.';
    case 'leave':
      return 'You answered leave: the old instances stay kept, and this run ends.';
    case 'wait':
      return 'You answered wait: the run goes on.';
    case 'late':
      return 'Nobody answered, so the run goes on.';
    default:
      return 'That was no clear answer, so the run goes on.';
  }
}
