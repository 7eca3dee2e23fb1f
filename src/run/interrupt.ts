import { systemClock, type Clock } from '../clock.js';
import { KEPT_COMES_BACK } from '../decide/gates/kept-half.js';
import type { Interrupt } from '../engine/deps.js';
import type { RunState } from './run-state.js';

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

/**
 * The first signal wakes whoever sleeps and states a wish; the second one leaves. Both are told through
 * the callbacks, at once and in this order.
 */
export function listenForSignals(
  onSignal: (listener: (signal: string) => void) => () => void,
  on: { readonly first: (signal: string) => void; readonly second: (signal: string) => void },
  clock: Pick<Clock, 'now'> = systemClock(),
): Signals {
  const controller = new AbortController();
  let received: string | undefined;
  let firstAt = 0;
  const release = onSignal((signal) => {
    if (received !== undefined) {
      // Nobody is there any more who could mean a second hang-up.
      const echo = clock.now() - firstAt < BURST_MS || (signal === 'SIGHUP' && received === 'SIGHUP');
      return echo ? undefined : void on.second(signal);
    }
    received = signal;
    firstAt = clock.now();
    on.first(signal);
    controller.abort();
  });
  return {
    get received() {
      return received;
    },
    wake: controller.signal,
    release,
  };
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
export function stackOnInterrupt(choice: 'cancel' | 'leave'): (witness: RunState) => string {
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
        return groupsOnInterrupt(witness);
    }
  };
}
