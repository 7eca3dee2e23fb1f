import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { OperationTable, World } from '../world.js';

/** One line of a log. */
interface LogLine {
  readonly eventId: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

interface LogsState {
  /** Streams by the names of their groups: a set of names, and the lines of all of them as they came. */
  readonly groups: Map<string, { readonly streams: Set<string>; readonly lines: LogLine[] }>;
  lines: number;
}

/** Events in an answer. Source: CloudWatch Logs API reference, FilterLogEvents. */
const PAGE = 10_000;
/** Source: there, PutLogEvents: 1 MB in a request, and 26 bytes for each of its events. */
const MOST_BYTES = 1_048_576;
const BYTES_PER_LINE = 26;

interface FilterInput {
  readonly logGroupName?: string;
  readonly logStreamNames?: readonly string[];
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly nextToken?: string;
  readonly limit?: number;
  readonly startFromHead?: boolean;
}

interface PutInput {
  readonly logGroupName?: string;
  readonly logStreamName?: string;
  readonly logEvents?: readonly { readonly timestamp: number; readonly message: string }[];
}

/** CloudWatch Logs of the sandbox: groups that stacks make, streams, their lines, and those that hold certain words. */
export const logsOperations: OperationTable = {
  CreateLogGroup: (world, { logGroupName: name = '' }: { readonly logGroupName?: string }) => {
    makeLogGroup(world, name);
    return {};
  },
  CreateLogStream: (world, { logGroupName: group = '', logStreamName: name = '' }: PutInput) => {
    const { streams } = groupNamed(world, group);
    if (streams.has(name))
      throw new ServiceFault('ResourceAlreadyExistsException', 'The specified log stream already exists');
    streams.add(name);
    return {};
  },
  PutLogEvents: (world, { logGroupName: group = '', logStreamName: stream = '', logEvents = [] }: PutInput) => {
    const { streams, lines } = groupNamed(world, group);
    if (!streams.has(stream))
      throw new ServiceFault('ResourceNotFoundException', 'The specified log stream does not exist.');
    const bytes = logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + BYTES_PER_LINE, 0);
    if (bytes > MOST_BYTES)
      throw new ServiceFault(
        'InvalidParameterException',
        `Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`,
      );
    const state = logsState(world);
    for (const { timestamp, message } of logEvents) {
      state.lines += 1;
      lines.push({
        eventId: String(state.lines).padStart(20, '0'),
        logStreamName: stream,
        timestamp,
        ingestionTime: world.clock.now(),
        message,
      });
    }
    return {};
  },
  FilterLogEvents: (world, input: FilterInput) => {
    const { lines } = groupNamed(world, input.logGroupName ?? '');
    const holds = matcher(input.filterPattern ?? '');
    const found = lines
      .filter(({ timestamp }) => timestamp >= (input.startTime ?? 0) && timestamp <= (input.endTime ?? Infinity))
      .filter(({ logStreamName: name }) => input.logStreamNames?.includes(name) ?? true)
      .filter(({ message }) => holds(message))
      .sort((one, other) => one.timestamp - other.timestamp || one.ingestionTime - other.ingestionTime);
    if (input.startFromHead === false) found.reverse();
    const { items, next } = page(found, Math.min(input.limit ?? PAGE, PAGE), input.nextToken);
    return { events: items, searchedLogStreams: [], ...(next !== undefined && { nextToken: next }) };
  },
};

/**
 * Terms, each in quotes or by itself, which all have to be in a line, or any of which where each has a question mark,
 * or one text field of lines that are JSON
 * (`{ $.name = "value" }`); other patterns are not known here. Source: CloudWatch Logs user guide, "Filter pattern
 * syntax".
 */
function matcher(pattern: string): (message: string) => boolean {
  const [, field = '', value = ''] = /^\s*\{\s*\$\.(\w+)\s*=\s*"([^"*]*)"\s*\}\s*$/.exec(pattern) ?? [];
  if (field !== '') return (message) => fieldsIn(message)[field] === value;
  const words = [...pattern.matchAll(/(\??)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)];
  const terms = words.map(([, , quoted, bare = '']) => quoted ?? bare);
  if (words.length > 0 && words.every(([, mark]) => mark === '?'))
    return (message) => terms.some((term) => message.includes(term));
  if (/^\s*[[{%]/.test(pattern) || words.some(([, mark, , bare = '']) => mark === '?' || bare.startsWith('-')))
    throw new ServiceFault(
      'InvalidParameterException',
      'The sandbox knows filter patterns of terms, all of them or any, and of one field.',
    );
  return (message) => terms.every((term) => message.includes(term));
}

function fieldsIn(message: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(message);
    return typeof read === 'object' && read !== null ? (read as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** Makes a group. @throws ServiceFault where there is one of that name */
export function makeLogGroup(world: World, name: string): void {
  const { groups } = logsState(world);
  if (groups.has(name))
    throw new ServiceFault('ResourceAlreadyExistsException', 'The specified log group already exists');
  groups.set(name, { streams: new Set(), lines: [] });
}

export function removeLogGroup(world: World, name: string): void {
  logsState(world).groups.delete(name);
}

/** Lines of a function, which makes its stream at its first one; where there is no group they are lost. */
export function keepLines(world: World, group: string, stream: string, messages: readonly string[]): void {
  const found = logsState(world).groups.get(group);
  if (found === undefined || messages.length === 0) return;
  found.streams.add(stream);
  const timestamp = world.clock.now();
  const logEvents = messages.map((message) => ({ timestamp, message }));
  world.invoke('logs', 'PutLogEvents', { logGroupName: group, logStreamName: stream, logEvents }, 'others');
}

function groupNamed(world: World, name: string): NonNullable<ReturnType<LogsState['groups']['get']>> {
  const group = logsState(world).groups.get(name);
  if (group === undefined)
    throw new ServiceFault('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

function logsState(world: World): LogsState {
  return world.state<LogsState>('logs', () => ({ groups: new Map(), lines: 0 }));
}
