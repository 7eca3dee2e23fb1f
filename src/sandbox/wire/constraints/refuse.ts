import { ServiceFault } from '../../world/fault.js';
import type { ServiceName } from '../../world/world.js';
import { violationsOf, type Violation } from './violations.js';

/** How the door of a service says it: forms have `ValidationError`, JSON has `ValidationException`. */
type Door = 'query' | 'json';

/**
 * Refuses an input that breaks the constraints of its operation, before anything is looked up, as the service's front
 * door does.
 */
export function refuseViolations(service: ServiceName, operation: string, input: object, door: Door): void {
  const violations = violationsOf(service, operation, input);
  const [first] = violations;
  if (first === undefined) {
    // EC2 says of a dry run that it would have succeeded, and does nothing (EC2 API reference, `DryRun`).
    if (service === 'ec2' && (input as { readonly DryRun?: boolean }).DryRun === true)
      throw new ServiceFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    return;
  }
  const fraction = violations.find(({ kind }) => kind === 'fraction');
  if (fraction !== undefined) throw refusedFraction(service, fraction);
  if (service === 'ec2') throw refusedByEc2(first);
  const words = violations.map(({ path, kind, value, words: must }) => {
    const shown = kind === 'missing' ? 'null ' : value === undefined ? '' : `'${value}' `;
    return `Value ${shown}at '${path}' failed to satisfy constraint: ${must}`;
  });
  const count = words.length === 1 ? '1 validation error' : `${words.length} validation errors`;
  throw new ServiceFault(
    door === 'json' ? 'ValidationException' : 'ValidationError',
    `${count} detected: ${words.join('; ')}`,
  );
}

/** The words are assumed; the code is that of what cannot be read. */
function refusedFraction(service: ServiceName, { path, value = '' }: Violation): ServiceFault {
  if (service === 'ec2')
    return new ServiceFault('InvalidParameterValue', `Invalid value '${value}' for ${path.replaceAll('.member', '')}`);
  return new ServiceFault('MalformedInput', `Invalid value '${value}' for ${path}`);
}

/** Names of launch templates have an error of their own (EC2 API reference, "Error codes"). */
const TEMPLATE_NAME =
  'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following ' +
  'characters: - ( ) . / _.';

/** EC2 has other words, and tells one thing at a time. */
function refusedByEc2({ path, kind, value = '', words, shape }: Violation): ServiceFault {
  const name = path.replaceAll('.member', '');
  if (kind === 'missing') return new ServiceFault('MissingParameter', `The request must contain the parameter ${name}`);
  if (shape.min === 3 && shape.max === 128)
    return new ServiceFault('InvalidLaunchTemplateName.MalformedException', TEMPLATE_NAME);
  if (kind === 'value') {
    const { min = 0, max = Infinity } = shape;
    if (max === 200) return new ServiceFault('InvalidParameterValue', 'Maximum results allowed are between 1 and 200');
    const limit = Number(value) < min ? `greater than ${min}` : `less than ${max}`;
    return new ServiceFault(
      'InvalidParameterValue',
      `Value ( ${value} ) for parameter ${name} is invalid. Expecting a value ${limit}.`,
    );
  }
  const why = kind === 'enum' || kind === 'items' ? '' : ` ${words}`;
  return new ServiceFault('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.${why}`);
}
