import type { Stamped } from '../model/event.js';
import { noticeTeller, type Notice } from './notice.js';

/** Notices that wait while the one before them is sent; a run has far fewer. */
const MOST_WAITING = 20;

/** Tells somebody of a run. It never throws, and the run never waits for it but at its end. */
export interface Notifier {
  readonly see: (stamped: Stamped) => void;
  /** Resolves when all is sent or given up: after one notice's limit at the latest. */
  readonly end: () => Promise<void>;
}

/**
 * @param take sends one notice; its answer is why it was not taken, '' when it was
 * @param onFailure hears of the first notice that was not taken; later ones are still tried
 * @param patience resolves when the end of the run has waited long enough
 */
export function createNotifier(
  take: (notice: Notice) => Promise<string>,
  onFailure: (why: string) => void,
  patience: () => Promise<void>,
): Notifier {
  const teller = noticeTeller();
  let waiting = 0;
  let failed = false;
  let last = Promise.resolve();
  const fail = (why: string): void => {
    if (failed) return;
    failed = true;
    onFailure(why);
  };
  const send = async (notice: Notice): Promise<void> => {
    const why = await take(notice).catch(() => 'no connection');
    waiting -= 1;
    if (why !== '') fail(why);
  };
  return {
    see: (stamped) => {
      const notice = teller(stamped);
      if (notice === undefined || waiting >= MOST_WAITING) return;
      waiting += 1;
      last = last.then(() => send(notice));
    },
    end: async () => {
      await Promise.race([last, patience()]);
      if (waiting > 0) fail('its last notices were not taken in time');
    },
  };
}
