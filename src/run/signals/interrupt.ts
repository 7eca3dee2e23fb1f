import { systemClock, type Clock } from '../../clock.js';
import { KEPT_COMES_BACK } from '../../decide/gates/kept-half.js';
import type { Interrupt } from '../../engine/deps.js';
import type { RunState } from '../run-state.js';
import { inWindow, type WindowAnswer } from './window-question.js';

/** The user's signals over one run. */
export interface Signals extends Interrupt {
  /** From now on signals do what they always do. */
  readonly release: () => void;
}

/**
 * Signals that come together are one: npm and shells pass on what the terminal has sent already, and a closed
 * terminal hangs up twice. Nobody means a second one so soon.
 */
const BURST_MS = 300;

/** Who hears of signals. */
interface SignalListeners {
  readonly first: (signal: string) => void;
  /** @param asked a question was open on what the first one means */
  readonly second: (signal: string, asked: boolean) => void;
  /**
   * Asks the person who pressed Ctrl-C what it means; undefined where it means what every signal does. Answers
   * `wait` once it is withdrawn.
   */
  readonly ask?: (signal: string, withdrawn: AbortSignal) => Promise<WindowAnswer> | undefined;
}

/**
 * The first signal wakes whoever sleeps and states a wish; the second one leaves. Both are told through
 * the callbacks, at once and in this order. A Ctrl-C that asks a question is the first one only when the answer says
 * so; another Ctrl-C at the question is the second one, and any other signal comes from nobody who could answer.
 */
export function listenForSignals(
  onSignal: (listener: (signal: string) => void) => () => void,
  on: SignalListeners,
  clock: Pick<Clock, 'now'> = systemClock(),
): Signals {
  const state: State = { wake: new AbortController(), leavesKept: false, firstAt: 0 };
  const release = onSignal((signal) => {
    const { received, question } = state;
    if ((received ?? question) !== undefined && clock.now() - state.firstAt < BURST_MS) return;
    if (received !== undefined) {
      // Nobody is there any more who could mean a second hang-up.
      if (signal !== 'SIGHUP' || received !== 'SIGHUP') on.second(signal, false);
      return;
    }
    state.firstAt = clock.now();
    state.question = undefined;
    question?.abort();
    if (question === undefined || signal !== 'SIGINT') return void ask(state, on, signal, question !== undefined);
    state.received = signal;
    on.second(signal, true);
  });
  return {
    get received() {
      return state.received;
    },
    get leavesKept() {
      return state.leavesKept;
    },
    get wake() {
      return state.wake.signal;
    },
    release: () => {
      state.question?.abort();
      release();
    },
  };
}

/** What has come until now. */
interface State {
  wake: AbortController;
  received?: string;
  /** Open as long as its signal may turn out to be the first one. */
  question?: AbortController | undefined;
  leavesKept: boolean;
  firstAt: number;
}

function take(state: State, on: SignalListeners, signal: string): void {
  state.received = signal;
  on.first(signal);
  state.wake.abort();
}

/** @param asked a question was open until this signal came */
function ask(state: State, on: SignalListeners, signal: string, asked: boolean): void {
  const question = new AbortController();
  const answer = signal === 'SIGINT' && !asked ? on.ask?.(signal, question.signal) : undefined;
  if (answer === undefined) return void take(state, on, signal);
  state.question = question;
  void answer.then((said) => {
    if (state.question !== question) return;
    state.question = undefined;
    if (said === 'back') take(state, on, signal);
    if (said !== 'leave') return;
    state.leavesKept = true;
    const sleeping = state.wake;
    state.wake = new AbortController();
    sleeping.abort();
  });
}

/** What the first signal does to groups, in words, by how far they are. */
export function groupsOnInterrupt(witness: RunState): string {
  if (witness.open.length === 0) return 'Stops before anything is changed on the groups.';
  if (witness.rolling && witness.judged.length > 0)
    return (
      'What was taken out is replaced first; then it stops with old and new instances serving and the ' +
      'record kept. A second signal leaves at once.'
    );
  if (witness.keepsOld && witness.judged.some((group) => witness.progress.get(group)?.verdict === 'promote'))
    return `${KEPT_COMES_BACK} A second signal leaves at once and keeps the record.`;
  if (witness.judged.length > 0)
    return (
      'The verdict is written already; what it says is finished first. A second signal leaves at once ' +
      'and keeps the record.'
    );
  return 'Rolls back: the new instances go, the old ones stay. A second signal leaves at once and keeps the record.';
}

/** The same for a run that also changes a stack. */
export function stackOnInterrupt(choice: 'cancel' | 'leave', reverts: boolean): (witness: RunState) => string {
  return (witness) => {
    switch (witness.stage) {
      case 'start':
        return 'Stops before anything is changed.';
      case 'stack':
        return choice === 'cancel'
          ? 'Asks CloudFormation to cancel the update and follows it back; a creation goes on by ' +
              'itself. A second signal leaves at once.'
          : 'Leaves the stack to CloudFormation, which goes on by itself; the groups are not touched.';
      case 'between':
        return 'Stops here: the stack has changed, its groups are not touched.';
      case 'groups':
        return reverts && goesBack(witness)
          ? `${groupsOnInterrupt(witness)} Then the stack goes back too.`
          : groupsOnInterrupt(witness);
    }
  };
}

/** Whether a signal makes the groups go back, as a whole. */
function goesBack(witness: RunState): boolean {
  return witness.open.length > 0 && (witness.judged.length === 0 || inWindow(witness));
}
