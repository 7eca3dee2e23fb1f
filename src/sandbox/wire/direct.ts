import { HttpRequest, HttpResponse, type HttpHandler } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { $ClientProtocol, HandlerExecutionContext, MetadataBearer, $OperationSchema } from '@smithy/types';
import { ServiceFault } from '../world/fault.js';
import type { ServiceName } from '../world/world.js';
import { connectionReset } from './handler.js';
import { operationShape } from './services.js';
import type { Wire } from './wire.js';

/**
 * Configuration for a client of the SDK in this process that leaves out what only a network needs: forms, XML
 * and signatures, which are half of what a simulated call costs. The world, its faults and all that the SDK and
 * its callers do around a call stay as they are; a test plays the same stories both ways.
 * @returns nothing for a service that speaks no query protocol: its clients take the wire
 */
export function straightConfig(wire: Wire): (service: string) => object {
  return (name) => {
    const service = name as ServiceName;
    if (!STRAIGHT.has(service)) return {};
    return {
      protocol: straightProtocol(service),
      requestHandler: straightHandler(wire),
      logger: {},
      endpointProvider: () => ({ url: new URL('https://sandbox') }),
      httpAuthSchemes: [
        {
          schemeId: NO_AUTH,
          identityProvider: () => () => Promise.resolve({}),
          signer: { sign: (request: unknown) => Promise.resolve(request) },
        },
      ],
      httpAuthSchemeProvider: () => [{ schemeId: NO_AUTH }],
    };
  };
}

const STRAIGHT = new Set<ServiceName>(['autoscaling', 'cloudformation', 'ec2', 'elb', 'elbv2', 'sts']);

const NO_AUTH = 'smithy.api#noAuth';

/** What travels in place of a form. */
interface Asked {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: object;
}

function straightProtocol(service: ServiceName): $ClientProtocol<HttpRequest, HttpResponse> {
  return {
    getShapeId: () => 'ha-updater.sandbox#straight',
    getRequestType: () => HttpRequest,
    getResponseType: () => HttpResponse,
    getPayloadCodec: () => {
      throw new Error('Nothing is encoded on the straight way.');
    },
    setSerdeContext: () => undefined,
    serializeRequest: (schema: $OperationSchema, input: object) => {
      const operation = operationOf(schema);
      const asked: Asked = { service, operation, input: copied(operationShape(service, operation)?.input, input) };
      return Promise.resolve(
        new HttpRequest({
          method: 'POST',
          hostname: 'sandbox',
          path: '/',
          headers: { 'content-length': '0' },
          body: asked,
        }),
      );
    },
    updateServiceEndpoint: (request) => request,
    deserializeResponse: <Output extends MetadataBearer>(
      schema: $OperationSchema,
      _context: HandlerExecutionContext,
      response: HttpResponse,
    ) => {
      const $metadata = { httpStatusCode: response.statusCode, requestId: response.headers['x-amzn-requestid'] };
      const answer = response.body as object;
      // The code of the wire, not the class that the SDK has for it: what reads errors goes by the code.
      if (answer instanceof ServiceFault)
        throw Object.assign(new Error(answer.message), { name: answer.code, Code: answer.code, $metadata });
      return Promise.resolve({
        ...copied(operationShape(service, operationOf(schema))?.output, answer),
        $metadata,
      } as unknown as Output);
    },
  };
}

function straightHandler(wire: Wire): HttpHandler<object> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request, options) => {
      if (options?.abortSignal?.aborted)
        return Promise.reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
      const { service, operation, input } = request.body as Asked;
      const { headers, outcome } = wire.call(service, operation, input, request.headers['user-agent'] ?? '');
      if (outcome === 'reply lost') return Promise.reject(connectionReset());
      const statusCode = outcome instanceof ServiceFault ? outcome.status : 200;
      return Promise.resolve({ response: new HttpResponse({ statusCode, headers, body: outcome }) });
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function operationOf({ name }: $OperationSchema): string {
  return name.slice(name.indexOf('#') + 1);
}

type Copy = (value: unknown) => unknown;

/** A copy of what the schema knows, as both sides of the wire have one of their own. */
function copied(schema: NormalizedSchema | undefined, value: object): object {
  return schema === undefined || schema.isUnitSchema() ? {} : (copier(schema)(value) as object);
}

function copier(schema: NormalizedSchema): Copy {
  if (schema.isStructSchema()) return structCopier(schema);
  if (schema.isListSchema()) {
    const copy = copier(schema.getValueSchema());
    return (value) => (value as unknown[]).map(copy);
  }
  if (schema.isMapSchema()) {
    const copy = copier(schema.getValueSchema());
    return (value) => Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, copy(each)]));
  }
  if (schema.isTimestampSchema()) return (value) => new Date(value as Date);
  return (value) => value;
}

/** Members of a structure are compiled once, on first use, so that a structure may contain itself. */
const structs = new WeakMap<object, Copy>();

function structCopier(schema: NormalizedSchema): Copy {
  const shape = schema.getSchema() as object;
  const known = structs.get(shape);
  if (known !== undefined) return known;
  let members: { readonly name: string; readonly copy: Copy }[] | undefined;
  const copy: Copy = (value) => {
    members ??= [...schema.structIterator()].map(([name, member]) => ({ name, copy: copier(member) }));
    const made: Record<string, unknown> = {};
    for (const member of members) {
      const part = (value as Record<string, unknown>)[member.name];
      if (part !== undefined && part !== null) made[member.name] = member.copy(part);
    }
    return made;
  };
  structs.set(shape, copy);
  return copy;
}
