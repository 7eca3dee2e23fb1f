import type { Instant } from '../clock.js';
import type { LogLine } from '../model/execution.js';
import type { Clients } from './session/clients.js';
import { allPages } from './session/pages.js';

/**
 * Lines of a log group from a time on that match a pattern, oldest first as the service sorts them. A page may be empty
 * and not the last one. Source: CloudWatch Logs API reference, FilterLogEvents (1 MB or 10,000 events in an answer).
 */
export async function logLines(
  clients: Clients,
  { group, from, pattern }: { readonly group: string; readonly from: Instant; readonly pattern: string },
): Promise<readonly LogLine[]> {
  const logs = await clients.logs();
  const pages = await allPages('logs:FilterLogEvents', async (token) => {
    const { events = [], nextToken: next } = await logs.filterLogEvents({
      logGroupName: group,
      startTime: Math.max(0, from),
      filterPattern: pattern,
      ...(token !== undefined && { nextToken: token }),
    });
    return { page: events, next };
  });
  return pages
    .flat()
    .map(({ eventId: id = '', timestamp: at = 0, message: text = '', logStreamName: stream }): LogLine => ({
      ...{ id, at, text },
      ...(stream !== undefined && { stream }),
    }));
}
