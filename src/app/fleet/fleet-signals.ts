import type { ProcessContext } from '../../run/process-context.js';

/** The signals of one process, for all the runs in it. */
export interface FleetSignals {
  /** Aborted by the first one: nothing further begins. */
  readonly stop: AbortSignal;
  /** Name of the first one, once it came. */
  readonly came: () => string | undefined;
  /** Hears of every signal, as a command that is alone in its process does; of one that came before at once. */
  readonly onSignal: ProcessContext['onSignal'];
  readonly release: () => void;
}

/**
 * Hands every signal on to all runs that listen: each does what its own Ctrl-C does.
 * @param first hears of the first signal, before the runs do
 */
export function fleetSignals(
  { onSignal }: Pick<ProcessContext, 'onSignal'>,
  first: (signal: string) => void,
): FleetSignals {
  const stop = new AbortController();
  const listeners = new Set<(signal: string) => void>();
  let came: string | undefined;
  const release = onSignal((signal) => {
    if (came === undefined) {
      came = signal;
      first(signal);
      stop.abort();
    }
    for (const listener of listeners) listener(signal);
  });
  return {
    stop: stop.signal,
    came: () => came,
    onSignal: (listener) => {
      listeners.add(listener);
      const early = came;
      // A run that begins just then hears of it once it is ready to.
      if (early !== undefined) queueMicrotask(() => (listeners.has(listener) ? listener(early) : undefined));
      return () => void listeners.delete(listener);
    },
    release,
  };
}
