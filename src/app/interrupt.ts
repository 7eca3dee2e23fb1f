import type { Interrupt } from '../engine/deps.js';

/** The user's signals over one run. */
export interface Signals extends Interrupt {
  /** From now on signals do what they always do. */
  readonly release: () => void;
}

/**
 * The first signal wakes whoever sleeps and states a wish; the second one leaves. Both are told through
 * the callbacks, at once and in this order.
 */
export function listen(onSignal: (listener: (signal: string) => void) => () => void, on: { readonly first: (signal: string) => void; readonly second: (signal: string) => void }): Signals {
  const controller = new AbortController();
  let received: string | undefined;
  const release = onSignal((signal) => {
    if (received !== undefined) return on.second(signal);
    received = signal;
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
