import { there } from '../there.js';
import { ServiceFault } from '../world/fault.js';
import type { BreakHow } from '../scenario.js';
import {
  operationOf,
  type Call,
  type Constraints,
  type ServiceName,
  type Services,
  type WorldRoot,
} from '../world/world.js';
import { breakAnswer } from './broken-answers.js';
import { wireFaults } from './faults.js';
import { readForm } from './form.js';
import { writeAnswer, writeFault } from './query.js';
import { callJson } from './json.js';
import { callLambda } from './rest.js';
import { callS3 } from './s3/s3.js';
import { operationShape, QUERY_SERVICES, type OperationShape, type QueryService } from './services.js';
import type { WireRequest, WireAnswer, WireOutcome } from './wire-types.js';

/** One call from outside as the sandbox saw it. */
export interface CallSeen {
  /** Milliseconds of simulated time since the Unix epoch. */
  readonly at: number;
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: object;
  /** The client's `user-agent`; '' when it gives none. */
  readonly agent: string;
  /** `ok`, `reply lost` or the code of the error. */
  readonly outcome: string;
}

export interface Wire {
  /** Answers one request. Throws only when an operation of the world has a bug. */
  readonly answer: (request: WireRequest) => WireOutcome;
  /** The same without forms, XML and signatures, for clients that leave those out. */
  readonly call: (
    service: ServiceName,
    operation: string,
    input: object,
    agent: string,
  ) => { readonly headers: Record<string, string>; readonly outcome: object | ServiceFault | 'reply lost' };
}

/** The access key of the sandbox's own clients. */
export const SANDBOX_KEY = 'AKIDSANDBOX';

/** What is made of a call that never came through, for want of an answer to break. */
const NEVER_CAME = new ServiceFault('ServiceUnavailable', 'The call did not come through to the service.', 200);

/** In the user agent of the tool whose rollouts are watched. */
export const WATCHED = /\bha-updater\//;

/**
 * The front door of the simulated AWS: finds the operation that a request means, applies the wire's
 * faults, runs it in the world and writes its answer as the service would. Any signature is accepted,
 * none at all is refused.
 * @param constraints what holds of inputs that come as forms or JSON; absent where services are not those of AWS
 */
export function createWire(
  world: WorldRoot,
  services: Services,
  seen: (call: CallSeen) => void,
  constraints?: Constraints,
): Wire {
  const random = world.random.fork('wire');
  const requestIds = random.fork('requestIds');
  const uuid = (): string => [8, 4, 4, 4, 12].map((digits) => requestIds.hex(digits)).join('-');
  const serve = createServing(world, services, { seen, random, uuid });
  const answerWhole = createDoors(world, serve.run, constraints);
  return {
    answer: (request) => {
      serve.begin();
      const whole = answerWhole(request, uuid());
      const breaking = serve.breaking();
      return breaking === undefined || whole === 'reply lost' ? whole : breakAnswer(whole, breaking);
    },
    call: (service, operation, input, agent) => {
      const headers = standardHeaders(world, uuid());
      serve.begin();
      // Without documents, an answer that breaks is one that does not come.
      const arrived = <T>(outcome: T): T | 'reply lost' => (serve.breaking() === undefined ? outcome : 'reply lost');
      try {
        return {
          headers,
          outcome: arrived(serve.run({ agent, service, operation, key: SANDBOX_KEY }, () => input)),
        };
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
        return { headers, outcome: arrived(error) };
      }
    },
  };
}

/** Who calls what. */
interface Calling {
  readonly agent: string;
  readonly service: ServiceName;
  readonly operation: string;
  /** The access key, where the request is signed. */
  readonly key?: string | undefined;
}

/** Runs the operation, in the present or, for a stale read, on the past. */
type Run = (calling: Calling, readInput: () => object) => object | 'reply lost';

interface Serving {
  /** Forgets how the answer before broke. */
  readonly begin: () => void;
  readonly run: Run;
  /** How the answer to the call that is being served will break. Calls are served one at a time. */
  readonly breaking: () => BreakHow | undefined;
}

/** Serves operations, with the faults that the wire is to have. */
function createServing(
  world: WorldRoot,
  services: Services,
  {
    seen,
    random,
    uuid,
  }: { readonly seen: (call: CallSeen) => void; readonly random: WorldRoot['random']; readonly uuid: () => string },
): Serving {
  const treatmentOf = wireFaults(world.scenario, random);
  let breaking: BreakHow | undefined;
  let known = false;
  /** Once the tool that is watched has told its name, whoever does not tell it is somebody else. */
  const callerOf = (agent: string): Call['caller'] => {
    const tells = WATCHED.test(agent);
    known ||= tells;
    return known && !tells ? 'others' : 'outside';
  };

  const run: Run = ({ agent, service, operation, key }, readInput) => {
    const caller = callerOf(agent);
    const second = (world.clock.now() - world.startedAt) / 1000;
    const { refusal, replyLost, broken, lag } = treatmentOf(service, operation, second, key);
    breaking = broken?.how;
    const lost = replyLost || broken?.effect === true;
    let input: object = {};
    try {
      if (refusal !== undefined) throw refusal;
      input = readInput();
      if (broken?.effect === false) throw NEVER_CAME;
      const implementation = operationOf(services, service, operation);
      if (implementation === undefined)
        throw new ServiceFault('InvalidAction', `The sandbox does not simulate ${service}:${operation}`);
      const output =
        lag === undefined
          ? world.invoke(service, operation, input, caller)
          : implementation(world.past(service, lag), input, { service, operation, requestId: uuid(), caller });
      seen({ at: world.clock.now(), service, operation, input, agent, outcome: lost ? 'reply lost' : 'ok' });
      return replyLost ? 'reply lost' : output;
    } catch (error) {
      const outcome = error instanceof ServiceFault ? (lost ? 'reply lost' : error.code) : 'sandbox bug';
      seen({ at: world.clock.now(), service, operation, input, agent, outcome });
      if (replyLost && outcome === 'reply lost') return outcome;
      throw error;
    }
  };
  return { begin: () => (breaking = undefined), run, breaking: () => breaking };
}

/** A door for each protocol: reads what a request means, has it run, and writes the answer. */
function createDoors(
  world: WorldRoot,
  run: Run,
  constraints: Constraints | undefined,
): (request: WireRequest, requestId: string) => WireOutcome {
  const answerQuery = (request: WireRequest, requestId: string): WireOutcome => {
    const form = formOf(request);
    const operation = form.get('Action') ?? '';
    const signed = signedService(request);
    const found = queryService(signed, form.get('Version'));
    const { service, protocol } = found;
    const answer = (status: number, body: string): WireAnswer => ({
      status,
      headers: { ...standardHeaders(world, requestId), 'content-type': 'text/xml' },
      body,
    });
    try {
      if (signed === undefined)
        throw new ServiceFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
      const shape = shapeOf(found, operation, form.get('Version'));
      const output = run({ agent: agentOf(request), service, operation, key: credentialOf(request)?.[0] }, () =>
        readForm(form, shape.input, protocol, (input) => constraints?.(service, operation, input, 'query')),
      );
      return output === 'reply lost'
        ? output
        : answer(200, writeAnswer(found, { operation, shape, requestId }, output));
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      return answer(error.status, writeFault(found, error, requestId));
    }
  };

  /** An input in JSON, held to the service's constraints. */
  const runJson = (
    request: WireRequest,
    service: ServiceName,
    operation: string,
    input: () => object,
  ): object | 'reply lost' =>
    run({ agent: agentOf(request), service, operation }, () => {
      const given = input();
      constraints?.(service, operation, given, 'json');
      return given;
    });

  return (request, requestId) => {
    const headers = standardHeaders(world, requestId);
    if (request.headers['x-amz-target'] !== undefined)
      return callJson(request, headers, (service, operation, input) => runJson(request, service, operation, input));
    if (signedService(request) === 'lambda')
      return callLambda(request, headers, (operation, input) => runJson(request, 'lambda', operation, input));
    if (!isS3(request)) return answerQuery(request, requestId);
    return callS3(request, headers, (operation, input) =>
      run({ agent: agentOf(request), service: 's3', operation }, input),
    );
  };
}

function agentOf({ headers }: WireRequest): string {
  return headers['user-agent'] ?? '';
}

/** Clients take the service's time from `Date`, so it is the world's. */
function standardHeaders(world: WorldRoot, requestId: string): Record<string, string> {
  return { date: new Date(world.clock.now()).toUTCString(), 'x-amzn-requestid': requestId };
}

/** The Query API is a form in a POST's body, or the query of a GET. */
function formOf(request: WireRequest): URLSearchParams {
  if (request.method === 'GET') return request.query;
  return new URLSearchParams(
    typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString('utf8'),
  );
}

/** The service in the credential scope of the signature: `AKID/date/region/SERVICE/aws4_request`. */
function signedService(request: WireRequest): string | undefined {
  return credentialOf(request)?.at(-2);
}

/** The words of the credential scope; undefined when the request is not signed. */
export function credentialOf(request: WireRequest): readonly string[] | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers['authorization'] ?? '')?.[1] ?? request.query.get('X-Amz-Credential');
  return credential?.split('/');
}

function queryService(signed: string | undefined, version: string | null): QueryService {
  const named = QUERY_SERVICES.filter((service) => service.signingName === signed);
  const versioned = (named.length > 0 ? named : QUERY_SERVICES).find((service) => service.version === version);
  return versioned ?? named[0] ?? there(QUERY_SERVICES[0]);
}

function shapeOf(service: QueryService, operation: string, version: string | null): OperationShape {
  const shape = service.version === version ? operationShape(service.service, operation) : undefined;
  if (shape === undefined)
    throw new ServiceFault(
      'InvalidAction',
      `Could not find operation ${operation} for version ${version ?? 'unknown'}`,
    );
  return shape;
}

/** S3 is known by its signature, by its host, or by being asked for without an action. */
function isS3(request: WireRequest): boolean {
  const signed = signedService(request);
  if (signed !== undefined) return signed === 's3';
  return /(^|\.)s3[.-]/.test(request.host) || (request.method !== 'POST' && !request.query.has('Action'));
}
