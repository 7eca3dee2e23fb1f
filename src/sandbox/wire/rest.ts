import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceFault } from '../world/fault.js';
import { there } from '../there.js';
import { operationShape } from './services.js';
import type { WireOutcome, WireRequest } from './wire-types.js';

/** Where Lambda's operations are, and which member of the input the path holds. Source: Lambda API reference. */
const ROUTES: readonly { readonly method: string; readonly path: RegExp; readonly operation: string }[] = [
  { method: 'POST', path: /^\/2015-03-31\/functions\/(?<FunctionName>[^/]+)\/invocations$/, operation: 'Invoke' },
  {
    method: 'GET',
    path: /^\/2025-12-01\/functions\/(?<FunctionName>[^/]+)\/durable-executions$/,
    operation: 'ListDurableExecutionsByFunction',
  },
  {
    method: 'GET',
    path: /^\/2025-12-01\/durable-executions\/(?<DurableExecutionArn>[^/]+)$/,
    operation: 'GetDurableExecution',
  },
  {
    method: 'POST',
    path: /^\/2025-12-01\/durable-executions\/(?<DurableExecutionArn>[^/]+)\/stop$/,
    operation: 'StopDurableExecution',
  },
  {
    method: 'POST',
    path: /^\/2025-12-01\/durable-executions\/(?<DurableExecutionArn>[^/]+)\/checkpoint$/,
    operation: 'CheckpointDurableExecution',
  },
  {
    method: 'GET',
    path: /^\/2025-12-01\/durable-executions\/(?<DurableExecutionArn>[^/]+)\/state$/,
    operation: 'GetDurableExecutionState',
  },
];

/** Answers a request to Lambda, whose operations are paths (REST with JSON). */
export function callLambda(
  request: WireRequest,
  headers: Record<string, string>,
  run: (operation: string, input: () => object) => object | 'reply lost',
): WireOutcome {
  const answer = (status: number, body: object, more: Record<string, string> = {}): WireOutcome => ({
    status,
    headers: { ...headers, ...more, 'content-type': 'application/json' },
    body: JSON.stringify(body, inSeconds),
  });
  try {
    const route = ROUTES.find(({ method, path }) => method === request.method && path.test(request.path));
    if (route === undefined)
      throw new ServiceFault(
        'UnknownOperationException',
        `The sandbox does not simulate ${request.method} ${request.path} of Lambda`,
        404,
      );
    const shape = there(operationShape('lambda', route.operation));
    const labels = route.path.exec(request.path)?.groups ?? {};
    const output = run(route.operation, () => inputOf(shape.input, request, labels));
    if (output === 'reply lost') return output;
    const { status, body, more } = partsOf(shape.output, output);
    return answer(status, body, more);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    const body = { Type: error.status < 500 ? 'User' : 'Service', Message: error.message, message: error.message };
    return answer(error.status, body, { 'x-amzn-errortype': error.code });
  }
}

/** The input out of path, query, headers and body, as the SDK's own description of the operation has it. */
function inputOf(schema: NormalizedSchema, request: WireRequest, labels: Readonly<Record<string, string>>): object {
  const input: Record<string, unknown> = {};
  const inBody = bodyOf(schema, request);
  const bytes = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : Buffer.from(request.body);
  for (const [name, member] of schema.structIterator()) {
    const { httpLabel, httpQuery, httpHeader, httpPayload } = member.getMergedTraits();
    let value: unknown;
    if (httpLabel) value = decodeURIComponent(labels[name] ?? '');
    else if (httpQuery !== undefined)
      value = member.isListSchema()
        ? listOf(request.query.getAll(httpQuery))
        : typed(member, request.query.get(httpQuery) ?? undefined, name);
    else if (httpHeader !== undefined) value = typed(member, request.headers[httpHeader.toLowerCase()], name);
    else if (httpPayload) value = new Uint8Array(bytes);
    else value = inBody[name];
    if (value !== undefined) input[name] = value;
  }
  return input;
}

/** Members that are nowhere else are in the body, which is JSON then; the sandbox's operations take no times there. */
function bodyOf(schema: NormalizedSchema, { body }: WireRequest): Readonly<Record<string, unknown>> {
  const apart = [...schema.structIterator()].every(([, member]) => {
    const { httpLabel, httpQuery, httpHeader, httpPayload } = member.getMergedTraits();
    return Boolean(httpLabel) || httpQuery !== undefined || httpHeader !== undefined || Boolean(httpPayload);
  });
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  if (apart || text === '') return {};
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null) return read as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new ServiceFault('SerializationException', 'The request body is not a JSON object');
}

function listOf(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 0 ? undefined : texts;
}

function typed(member: NormalizedSchema, text: string | undefined, name: string): unknown {
  if (text === undefined) return undefined;
  if (member.isBooleanSchema()) return text === 'true';
  if (member.isTimestampSchema()) return new Date(text);
  if (!member.isNumericSchema()) return text;
  if (!/^-?\d+$/.test(text)) throw new ServiceFault('SerializationException', `${name} must be an integer.`);
  return Number(text);
}

/** Which part of an output goes where. */
function partsOf(
  schema: NormalizedSchema,
  output: object,
): { readonly status: number; readonly body: object; readonly more: Record<string, string> } {
  let status = 200;
  const body: Record<string, unknown> = {};
  const more: Record<string, string> = {};
  for (const [name, member] of schema.structIterator()) {
    const value = (output as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    const { httpHeader, httpResponseCode, httpPayload } = member.getMergedTraits();
    if (httpResponseCode) status = Number(value);
    else if (httpHeader !== undefined) more[httpHeader.toLowerCase()] = JSON.stringify(value).replaceAll('"', '');
    else if (!httpPayload) body[name] = value;
  }
  return { status, body, more };
}

/** The protocol writes times as seconds; JSON.stringify has made them texts before it asks. */
function inSeconds(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Readonly<Record<string, unknown>>)[key];
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}
