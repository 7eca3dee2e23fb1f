import type { HttpHandler } from '@smithy/core/protocols';
import { createGateway } from '../../src/aws/gateway.js';
import type { Gateway } from '../../src/engine/gateway.js';
import { AwsFault } from '../../src/errors.js';
import { wireUp } from '../../src/sandbox/index.js';
import type { CallSeen } from '../../src/sandbox/wire/wire.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { ServiceFault } from '../../src/sandbox/world/fault.js';
import type { Services } from '../../src/sandbox/world/world.js';

/** Answers of one operation, in the order of the calls; the last one stays. A function is asked with the input. */
export type Answers = Partial<Record<keyof Services, Readonly<Record<string, Answer | readonly Answer[]>>>>;
type Answer = object | ServiceFault | ((input: Readonly<Record<string, unknown>>) => object);

/** Whether an answer is made of the input. */
function isAsked(answer: Answer | undefined): answer is (input: Readonly<Record<string, unknown>>) => object {
  return typeof answer === 'function';
}

/** A gateway over the SDK and the real wire, whose services answer what the test says. */
export function gatewayTo(answers: Answers): {
  gateway: Gateway;
  calls: CallSeen[];
  inputsOf: (operation: string) => unknown[];
} {
  const services: Services = Object.fromEntries(
    Object.entries(answers).map(([service, operations]) => [
      service,
      Object.fromEntries(
        Object.entries(operations).map(([operation, answer]) => {
          const queue = [...((Array.isArray(answer) ? answer : [answer]) as readonly Answer[])];
          return [
            operation,
            (_world: unknown, input: Readonly<Record<string, unknown>>) => {
              const next = queue.length > 1 ? queue.shift() : queue[0];
              if (next instanceof ServiceFault) throw next;
              return isAsked(next) ? next(input) : (next ?? {});
            },
          ];
        }),
      ),
    ]),
  );
  const sandbox = wireUp(DEFAULT_SCENARIO, services);
  const calls: CallSeen[] = [];
  sandbox.onCall((call) => calls.push(call));
  const { region, credentials, requestHandler } = sandbox.clientConfig();
  return {
    gateway: createGateway({ region, credentials: () => Promise.resolve(credentials), requestHandler }),
    calls,
    inputsOf: (operation) => calls.filter((call) => call.operation === operation).map((call) => call.input),
  };
}

/** A gateway whose network is this function. */
export function gatewayOver(handle: HttpHandler<object>['handle']): Gateway {
  return createGateway({
    region: 'eu-west-1',
    credentials: () => Promise.resolve({ accessKeyId: 'AKIDTEST', secretAccessKey: 'test' }),
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle,
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
  });
}

/** The fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<AwsFault> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsFault) return error;
    throw error;
  }
  throw new Error('expected a fault');
}
