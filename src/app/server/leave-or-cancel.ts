import { systemClock, type Clock, type Milliseconds } from '../../clock.js';
import type { ProcessContext } from '../../run/process-context.js';

/** Signals that come together are one: npm and shells pass on what the terminal has sent already. */
const BURST_MS: Milliseconds = 300;

/** Nobody is there any more who would answer: the rollout goes on, and this command ends. */
const PATIENCE_MS: Milliseconds = 120_000;

const QUESTION =
  'The rollout runs on the server. cancel: it goes back, as by ha-updater cancel; leave: it goes on without this ' +
  'command. What shall it be?';

/** What a follower makes of the user's signals. */
export interface LeaveOrCancel {
  /** Name of the signal after which this command is to end; the rollout goes on. */
  readonly left: () => string | undefined;
  /** Aborted then. */
  readonly wake: AbortSignal;
  readonly release: () => void;
}

/**
 * A signal ends the following alone. A Ctrl-C at a terminal asks first, within limits; another signal at the question
 * leaves, and so does silence.
 *
 * @param asks whether somebody sits there who can answer
 * @param on `cancel` is called when the answer says so; `unclear` when it says nothing
 */
export function leaveOrCancel(
  { onSignal, choose }: Pick<ProcessContext, 'onSignal' | 'choose'>,
  asks: boolean,
  on: { readonly cancel: () => void; readonly unclear: () => void },
  clock: Pick<Clock, 'now' | 'sleep'> = systemClock(),
): LeaveOrCancel {
  const wake = new AbortController();
  let left: string | undefined;
  let question: AbortController | undefined;
  let before = -Infinity;
  const leave = (signal: string): void => {
    left ??= signal;
    wake.abort();
  };
  const ask = async (signal: string): Promise<void> => {
    const answered = new AbortController();
    question = answered;
    const late = clock.sleep(PATIENCE_MS, answered.signal).then(() => 'leave');
    const said = await Promise.race([choose?.(QUESTION, ['cancel', 'leave'], answered.signal), late]);
    const withdrawn = answered.signal.aborted;
    answered.abort();
    question = undefined;
    if (withdrawn) return;
    if (said === 'cancel') on.cancel();
    else if (said === 'leave') leave(signal);
    else on.unclear();
  };
  const release = onSignal((signal) => {
    if (left !== undefined || clock.now() - before < BURST_MS) return;
    before = clock.now();
    if (question !== undefined || signal !== 'SIGINT' || choose === undefined || !asks) {
      question?.abort();
      leave(signal);
    } else void ask(signal);
  });
  return {
    left: () => left,
    wake: wake.signal,
    release: () => {
      question?.abort();
      release();
    },
  };
}
