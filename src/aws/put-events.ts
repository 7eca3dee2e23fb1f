import type { Milliseconds } from '../clock.js';
import { AwsFault } from '../errors.js';
import type { BusEntry } from '../model/bus-entry.js';
import { faultText } from '../text/fault-text.js';
import { createClients, type GatewayOptions } from './session/clients.js';

/**
 * A way to event buses that takes no part in a run: it has clients of its own, is never held up by a lock, and tries
 * once. The client is loaded with the first entry.
 *
 * @param options where the run works, and as whom
 * @param ms the longest that one entry may take, fetching credentials included
 * @returns what sends an entry; its answer is why it was not taken, '' when it was
 */
export function eventBus(options: GatewayOptions, ms: Milliseconds): (entry: BusEntry) => Promise<string> {
  const clients = createClients(options);
  const put = async (entry: BusEntry, abortSignal: AbortSignal): Promise<string> => {
    const client = await clients.eventBridge();
    const { bus, source, detailType, at, detail } = entry;
    const answer = await client.putEvents(
      {
        Entries: [{ EventBusName: bus, Source: source, DetailType: detailType, Time: new Date(at), Detail: detail }],
      },
      { abortSignal },
    );
    // The call succeeds where its entry does not. Source: EventBridge user guide, "Handling failures with PutEvents".
    const [{ ErrorCode: code, ErrorMessage: words = '' } = {}] = answer.Entries ?? [];
    if ((answer.FailedEntryCount ?? 0) === 0 && code === undefined) return '';
    return faultText({ operation: 'events:PutEvents', code: code ?? 'Unknown', message: words });
  };
  return async (entry) => {
    const signal = AbortSignal.timeout(ms);
    const tooLong = new Promise<string>((resolve) => {
      signal.addEventListener('abort', () => resolve(`no answer within ${ms / 1000} s`), { once: true });
    });
    const sent = put(entry, signal).catch((error: unknown) => {
      if (signal.aborted) return tooLong;
      return error instanceof AwsFault ? faultText(error) : 'no connection';
    });
    return Promise.race([sent, tooLong]);
  };
}
