import type { Stamped } from '../model/event.js';
import { noticeTeller, type Notice } from './notice.js';
import { requestOf, type Post } from './webhook.js';

/** Notices that wait while the one before them is sent; a run has far fewer. */
const MOST_WAITING = 20;

/** Tells a webhook of a run. It never throws, and the run never waits for it but at its end. */
export interface Notifier {
  readonly see: (stamped: Stamped) => void;
  /** Resolves when all is sent or given up: after one notice's limit at the latest. */
  readonly end: () => Promise<void>;
}

/**
 * @param webhook where, with what it is signed by, and how it is sent
 * @param onFailure hears of the first notice that was not taken; later ones are still tried
 * @param patience resolves when the end of the run has waited long enough
 */
export function createNotifier(
  webhook: { readonly address: string; readonly secret?: string | undefined; readonly post: Post },
  onFailure: (why: string) => void,
  patience: () => Promise<void>,
): Notifier {
  const { address, secret, post } = webhook;
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
    const { body, headers } = requestOf(notice, secret);
    const why = await post(address, body, headers).catch(() => 'no connection');
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
