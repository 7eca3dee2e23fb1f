import { HttpResponse } from '@smithy/core/protocols';
import type { HandlerExecutionContext, MiddlewareStack } from '@smithy/types';
import { systemClock, type Milliseconds } from '../../clock.js';
import { AwsFault } from '../../errors.js';
import { unreadable } from './faults.js';

/** How long an answer may take to arrive once it has begun. */
const BODY_MS: Milliseconds = 30_000;

/** More than any answer has: the largest pages of EC2 are a few megabytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Services whose answers are JSON; those of S3 are documents and objects, and all others' are XML. */
const JSON_SERVICES: ReadonlySet<string> = new Set([
  'ssm',
  'cloudwatch',
  'dynamodb',
  'events',
  'lambda',
  'logs',
  'servicequotas',
]);

/** Calls that ask: of all services but EC2 their answer stands in an element of its own, empty or not. */
const ASKS = /^(Describe|Get|List|Simulate|Validate)/;

/** Calls of S3 whose answers are no documents. */
const OBJECTS = /^(Get|Put)Object$/;

/**
 * Takes each answer whole before the SDK reads it, and takes nothing for an answer that is not one of the service:
 * the SDK reads an empty body, or the page of a proxy, as an answer in which nothing stands. What is no answer fails
 * with a fault that says so: whether the call had an effect is not known then.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the input and output types of ten services
export function takeWholeAnswers(stack: MiddlewareStack<any, any>, service: string): void {
  stack.add(
    (next, context: HandlerExecutionContext) => async (args) => {
      const result = await next(args);
      const name = (context.commandName ?? 'Unknown').replace(/Command$/, '');
      const { response } = result;
      // An object of S3 is read by whoever asked for it, who knows how large it may be.
      if (!HttpResponse.isInstance(response)) return result;
      if (service === 's3') {
        if (isForeignObject(response, name)) throw unreadable(response, `s3:${name}`);
        return result;
      }
      const bytes = await collected(response.body, { operation: `${service}:${name}`, most: MOST_BYTES });
      // Without a network there may be no document at all.
      if (bytes === undefined) return result;
      const isAnswer = JSON_SERVICES.has(service)
        ? isJson(response, bytes)
        : isDocument(response, bytes, service === 'ec2' ? undefined : name);
      // rule: foreign-answer
      if (!isAnswer) throw unreadable(response, `${service}:${name}`);
      response.body = bytes;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'takeWholeAnswers' },
  );
}

/** What is collected: for which operation, how much of it at most, and how long it may take. */
interface Limits {
  readonly operation: string;
  readonly most: number;
  /** Absent: as long as any answer may take. */
  readonly limitMs?: Milliseconds;
  /** What is said of more than that. */
  readonly tooLarge?: string;
}

/**
 * All bytes of a body; undefined for a body that is none.
 * @throws what the connection says when it breaks; AwsFault when there is too much, or when it takes too long
 */
export async function collected(
  body: unknown,
  { operation, most, limitMs = BODY_MS, tooLarge = `The answer is larger than ${most} bytes.` }: Limits,
): Promise<Uint8Array | undefined> {
  if (body === undefined || body === null) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (!isStream(body)) return undefined;
  const over = new AbortController();
  void systemClock()
    .sleep(limitMs, over.signal)
    .then(() => {
      if (!over.signal.aborted)
        body.destroy(
          new AwsFault('transient', operation, 'SlowAnswer', `The answer had not arrived after ${limitMs / 1000} s.`),
        );
    });
  try {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of body) {
      bytes += part.length;
      // Leaving the loop destroys the stream, and with it the connection.
      if (bytes > most) throw new AwsFault('invalid', operation, 'TooLarge', tooLarge);
      parts.push(part);
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  } finally {
    over.abort();
  }
}

/** What node hands over for the body of an answer. */
interface BodyStream extends AsyncIterable<Uint8Array> {
  destroy(error: Error): unknown;
}

function isStream(body: unknown): body is BodyStream {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'destroy' in body;
}

/** What stands before the root: a declaration and comments. */
const PROLOG = String.raw`^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*)*`;
const ROOT = new RegExp(String.raw`${PROLOG}<([A-Za-z]\w*)[\s/>]`);
/** A document that is its root alone. */
const EMPTY = new RegExp(String.raw`${PROLOG}<\w+[^<>]*/>$`);

/** Roots of errors: of query services, of EC2, and of what stands in front of services. */
const ERROR_ROOT = /(^Response|^ErrorResponse|Error|Exception)$/;

/** The beginning and the end tell: a document of any size costs the same. */
const LOOKED_AT = 512;

/**
 * Whether a body is a document of a query service, from its root to its end. Every answer is an `…Response`, and every
 * error an `ErrorResponse`, for EC2 a `Response` (Query API reference, "Query responses"). What a call that asks is
 * answered stands in an `…Result` (`resultWrapper` in each service's model): a root without one would be
 * read as an answer in which nothing stands, such as a group that is not there.
 * @param name the operation, where its service writes results
 */
function isDocument({ statusCode }: HttpResponse, bytes: Uint8Array, name: string | undefined): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = text.toString('utf8', 0, LOOKED_AT);
  const end = text.toString('utf8', Math.max(0, text.length - LOOKED_AT)).trimEnd();
  const root = ROOT.exec(begin)?.[1];
  if (root === undefined || !(end.endsWith(`</${root}>`) || EMPTY.test(begin.trimEnd()))) return false;
  if (statusCode >= 300) return ERROR_ROOT.test(root);
  const hasResult = name === undefined || !ASKS.test(name) || new RegExp(`<${name}Result[\\s/>]`).test(begin);
  return /.Response$/.test(root) && root !== 'ErrorResponse' && hasResult;
}

/** Whether a body is a JSON object, as far as its beginning and its end say; the SDK's parser says the rest. */
function isJson({ headers }: HttpResponse, bytes: Uint8Array): boolean {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = text.toString('utf8', 0, LOOKED_AT).trimStart();
  const end = text.toString('utf8', Math.max(0, text.length - LOOKED_AT)).trimEnd();
  return type.includes('json') && begin.startsWith('{') && end.endsWith('}');
}

/** An object of S3 that was read or written has a tag; what a proxy says in its place has none. */
function isForeignObject({ statusCode, headers }: HttpResponse, name: string): boolean {
  if (!OBJECTS.test(name) || statusCode >= 300) return false;
  return !Object.keys(headers).some((header) => header.toLowerCase() === 'etag');
}
