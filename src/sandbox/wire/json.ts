import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceFault } from '../world/fault.js';
import type { ServiceName } from '../world/world.js';
import { refuseWrongTypes } from './constraints/json-types.js';
import { operationShape } from './services.js';
import type { WireOutcome, WireRequest } from './wire-types.js';

/** Services that speak it, by what their targets begin with. */
const TARGETS: Readonly<Record<string, ServiceName>> = {
  AWSEvents: 'events',
  AmazonSSM: 'ssm',
  GraniteServiceVersion20100801: 'cloudwatch',
  Logs_20140328: 'logs',
  ServiceQuotasV20190624: 'servicequotas',
};

/**
 * Answers a request in the JSON protocol: of the services that speak it, the sandbox has the parameter store,
 * the alarms and the logs of CloudWatch, the event buses and the quotas.
 */
export function callJson(
  request: WireRequest,
  headers: Record<string, string>,
  run: (service: ServiceName, operation: string, input: () => object) => object | 'reply lost',
): WireOutcome {
  const answer = (status: number, body: object): WireOutcome => ({
    status,
    headers: { ...headers, 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body, inSeconds),
  });
  const target = request.headers['x-amz-target'] ?? '';
  try {
    if (request.headers['authorization'] === undefined)
      throw new ServiceFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    const [prefix = '', operation = ''] = target.split('.');
    const service = Object.hasOwn(TARGETS, prefix) ? TARGETS[prefix] : undefined;
    if (service === undefined)
      throw new ServiceFault('UnknownOperationException', `The sandbox does not simulate ${target}`);
    const output = run(service, operation, () => {
      const shape = operationShape(service, operation)?.input;
      const input = inputOf(request);
      refuseWrongTypes(service, operation, input);
      return shape === undefined ? input : (shaped(shape, input) as object);
    });
    return output === 'reply lost' ? output : answer(200, output);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return answer(error.status, { __type: error.code, message: error.message });
  }
}

function inputOf(request: WireRequest): object {
  const text = typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString('utf8');
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw new ServiceFault('SerializationException', 'The request body is no JSON');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new ServiceFault('SerializationException', 'The request body is no structure');
  return input;
}

/** What the SDK's own description of the operation knows of an input; times come as seconds. */
function shaped(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isTimestampSchema()) return typeof value === 'number' ? new Date(value * 1000) : value;
  if (schema.isListSchema() && Array.isArray(value)) return value.map((one) => shaped(schema.getValueSchema(), one));
  if (schema.isListSchema() || (schema.isStructSchema() && (typeof value !== 'object' || Array.isArray(value))))
    throw new ServiceFault('SerializationException', `${schema.getName() ?? 'A member'} has the wrong type`);
  if (!schema.isStructSchema()) return value;
  const known: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const given = shaped(member, (value as Readonly<Record<string, unknown>>)[name]);
    if (given !== undefined) known[name] = given;
  }
  return known;
}

/** The protocol writes times as seconds; JSON.stringify has made them texts before it asks. */
function inSeconds(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Readonly<Record<string, unknown>>)[key];
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}
