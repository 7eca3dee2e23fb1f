import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';

/** Quotas. Source: EventBridge API reference, PutEvents; user guide, "Calculating PutEvents event entry size". */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

interface EventsState {
  /** Events that were taken. */
  taken: number;
}

/**
 * EventBridge of the sandbox: buses take entries, and no rule reads them. A bus that does not exist takes them as well,
 * as on AWS.
 */
export const eventsOperations: OperationTable = {
  PutEvents: (world, { Entries: entries = [] }: { readonly Entries?: readonly PutEventsRequestEntry[] }) => {
    if (entries.length === 0 || entries.length > MOST_ENTRIES)
      throw new ServiceFault(
        'ValidationException',
        `A request has 1 to ${MOST_ENTRIES} entries, not ${entries.length}`,
      );
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MOST_BYTES)
      throw new ServiceFault('ValidationException', 'Total size of the entries in the request is over the limit.');
    if (entries.every((entry) => missingOf(entry) !== undefined))
      throw new ServiceFault('ValidationException', 'No entry has a source, a detail type and a detail.');
    const results = entries.map((entry) => resultOf(world, entry));
    return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
  },
};

function resultOf(world: World, entry: PutEventsRequestEntry): PutEventsResultEntry {
  const missing = missingOf(entry);
  if (missing !== undefined) return refusedBy('InvalidArgument', `${missing} is a required argument.`);
  if (entry.Source?.startsWith('aws.') === true)
    return refusedBy('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (!isObject(entry.Detail ?? '')) return refusedBy('MalformedDetail', 'Detail is malformed.');
  const state = world.state<EventsState>('events', () => ({ taken: 0 }));
  state.taken += 1;
  const random = world.random.fork(`events/${state.taken}`);
  return { EventId: [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-') };
}

function refusedBy(ErrorCode: string, ErrorMessage: string): PutEventsResultEntry {
  return { ErrorCode, ErrorMessage };
}

function missingOf(entry: PutEventsRequestEntry): string | undefined {
  return (['Source', 'DetailType', 'Detail'] as const).find((name) => (entry[name] ?? '') === '');
}

function sizeOf({
  Time: time,
  Source = '',
  DetailType = '',
  Detail = '',
  Resources = [],
}: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text, 'utf8'), time === undefined ? 0 : 14);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
