import { DEFAULT_SCENARIO, type Fault, type Scenario } from '../../../src/sandbox/scenario.js';
import { wireUp, type WiredWorld } from '../../../src/sandbox/index.js';
import type { OperationTable, ServiceName, Services } from '../../../src/sandbox/world/world.js';

/** A world whose operations are these; the wire around them is the real one. */
export function sandboxOf(services: Services, scenario: Partial<Scenario> = {}): WiredWorld {
  return wireUp({ ...DEFAULT_SCENARIO, ...scenario }, services);
}

export function faulty(...faults: Fault[]): Partial<Scenario> {
  return { faults };
}

/** A service of one operation that answers `output` and notes the inputs it was given. */
export function answering(
  service: ServiceName,
  operation: string,
  output: object,
): { services: Services; inputs: unknown[] } {
  const inputs: unknown[] = [];
  const table: OperationTable = {
    [operation]: (_world, input: object) => {
      inputs.push(input);
      return output;
    },
  };
  return { services: { [service]: table }, inputs };
}

/** The error that a promise rejects with, as the SDK gives it. */
export async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected a failure');
}
