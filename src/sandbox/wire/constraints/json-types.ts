import { ServiceFault } from '../../world/fault.js';
import type { ServiceName } from '../../world/world.js';
import type { ServiceConstraints } from './constraint-table.js';
import { constraintsOf } from './violations.js';

/** Types of models that are written as numbers; a time is one, too. */
const NUMBERS: Readonly<Record<string, string>> = {
  integer: 'an Integer',
  long: 'a Long',
  float: 'a Float',
  double: 'a Double',
  timestamp: 'a Timestamp',
};

/**
 * Refuses an input whose values are not of the types of the model, as the door of a JSON service does before it looks
 * at constraints. The words are those of AWS's parser as far as they are known from reports; none are documented.
 */
export function refuseWrongTypes(service: ServiceName, operation: string, input: object): void {
  const constraints = constraintsOf(service);
  if (constraints !== undefined) refuseType(constraints, constraints.operations[operation] ?? '', input);
}

function refuseType(constraints: ServiceConstraints, name: string, value: unknown): void {
  const shape = constraints.shapes[name];
  if (shape === undefined || value === null || value === undefined) return;
  const holds = Array.isArray(value) ? 'list' : typeof value === 'object' ? 'structure' : typeof value;
  if (shape.is === 'list') {
    if (!Array.isArray(value)) throw refusal(holds === 'structure' ? UNEXPECTED.structure : 'Expected list or null');
    for (const each of value as unknown[]) refuseType(constraints, shape.of ?? '', each);
    return;
  }
  if (holds === 'list') throw refusal(UNEXPECTED.list);
  if (shape.is === 'structure' || shape.is === 'map') {
    if (holds !== 'structure') throw refusal('Expected null');
    for (const [key, each] of Object.entries(value))
      refuseType(constraints, (shape.is === 'map' ? shape.of : shape.members?.[key]) ?? '', each);
    return;
  }
  if (holds === 'structure') throw refusal(UNEXPECTED.structure);
  refuseScalar(shape.is, value, holds);
}

function refuseScalar(is: string, value: unknown, holds: string): void {
  const token =
    holds === 'string' ? 'STRING_VALUE' : holds === 'number' ? 'NUMBER_VALUE' : `${String(value).toUpperCase()}_VALUE`;
  const number = NUMBERS[is];
  if (number !== undefined) {
    if (holds !== 'number') throw refusal(`${token} can not be converted to ${number}`);
    if ((is === 'integer' || is === 'long') && !Number.isInteger(value))
      throw refusal(`NUMBER_VALUE can not be converted to ${number}`);
  } else if (is === 'boolean') {
    if (holds !== 'boolean') throw refusal(`${token} can not be converted to a Boolean`);
  } else if (holds !== 'string') throw refusal(`${token} can not be converted to a String`);
}

const UNEXPECTED = {
  list: 'Unexpected list element termination',
  structure: 'Start of structure or map found where not expected.',
} as const;

function refusal(message: string): ServiceFault {
  return new ServiceFault('SerializationException', message);
}
