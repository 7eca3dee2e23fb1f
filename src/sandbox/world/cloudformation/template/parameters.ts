import { there } from '../../../there.js';
import type { World } from '../../world.js';
import { ssmValue } from '../../ssm/ssm-state.js';
import { checkValueLength } from './template-quotas.js';
import { invalid, type ParameterDeclaration, type Template } from './template.js';
import type { ParameterValue } from '../deploy/state.js';

/** A parameter as a caller sends it. */
export interface GivenParameter {
  readonly ParameterKey?: string | undefined;
  readonly ParameterValue?: string | undefined;
  readonly UsePreviousValue?: boolean | undefined;
}

/**
 * The values of all parameters of a template: given, previous or default, checked against their
 * constraints. SSM types are looked up anew each time, also for a previous value: the name stays, the
 * value is what the store holds now.
 * Throws ValidationError in the service's words.
 */
export function resolveParameters(
  world: World,
  template: Template,
  given: readonly GivenParameter[],
  previous: readonly ParameterValue[] | undefined,
): ParameterValue[] {
  const unknown = given.filter((one) => template.parameters[one.ParameterKey ?? ''] === undefined);
  if (unknown.length > 0) {
    throw invalid(
      `Parameters: [${unknown.map((one) => one.ParameterKey ?? '').join(', ')}] do not exist in the template`,
    );
  }
  const missing: string[] = [];
  const values: ParameterValue[] = [];
  for (const [key, declaration] of Object.entries(template.parameters)) {
    const value = chosenText(key, declaration, given, previous);
    if (value === undefined) missing.push(key);
    else
      values.push({
        key,
        type: declaration.type,
        value,
        noEcho: declaration.noEcho,
        ...lookedUp(world, declaration.type, value),
      });
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  for (const { key, value } of values) checkValueLength(key, value);
  for (const value of values) checkConstraints(value.key, there(template.parameters[value.key]), value.value);
  return values;
}

/** The values as template expressions see them: SSM types resolved, lists split. */
export function expressionValues(
  parameters: readonly ParameterValue[],
  mask = false,
): Map<string, string | readonly string[]> {
  return new Map(
    parameters.map((parameter) => {
      const value = mask && parameter.noEcho ? '****' : (parameter.resolved ?? parameter.value);
      const split = isList(innerType(parameter.type));
      return [parameter.key, split ? (value === '' ? [] : value.split(',').map((item) => item.trim())) : value];
    }),
  );
}

/** The values that a request gives, or leaves as they were, for what of a template is decided by them. */
export function valuesFor(
  given: readonly GivenParameter[],
  previous: readonly ParameterValue[] = [],
): ReadonlyMap<string, string> {
  const before = new Map(previous.map(({ key, value }) => [key, value]));
  const named = given.map(({ ParameterKey: key = '', ParameterValue: value, UsePreviousValue: keeps }) =>
    keeps === true ? ([key, before.get(key)] as const) : ([key, value] as const),
  );
  return new Map(named.filter((one): one is [string, string] => one[1] !== undefined));
}

/** As DescribeStacks and DescribeChangeSet show parameters: NoEcho values never leave. */
export function describedParameters(parameters: readonly ParameterValue[]): object[] {
  return parameters.map((parameter) => ({
    ParameterKey: parameter.key,
    ParameterValue: parameter.noEcho ? '****' : parameter.value,
    ...(parameter.resolved === undefined ? {} : { ResolvedValue: parameter.noEcho ? '****' : parameter.resolved }),
  }));
}

/** `AWS::SSM::Parameter::Value<X>` → X. */
function innerType(type: string): string {
  return /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1] ?? type;
}

function isList(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function chosenText(
  key: string,
  declaration: ParameterDeclaration,
  given: readonly GivenParameter[],
  previous: readonly ParameterValue[] | undefined,
): string | undefined {
  const one = given.find((candidate) => candidate.ParameterKey === key);
  if (one?.UsePreviousValue === true) {
    if (one.ParameterValue !== undefined) {
      throw invalid(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true and ` +
          'non-empty value for a parameter',
      );
    }
    const before = previous?.find((candidate) => candidate.key === key);
    if (before === undefined) {
      throw invalid(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a ` +
          'parameter key not in the previous template',
      );
    }
    return before.value;
  }
  return one?.ParameterValue ?? declaration.defaultValue;
}

function lookedUp(world: World, type: string, value: string): { resolved?: string } {
  if (!type.startsWith('AWS::SSM::Parameter::Value<')) return {};
  const resolved = ssmValue(world, value);
  if (resolved === undefined)
    throw invalid(`Unable to fetch parameters [${value}] from parameter store for this account.`);
  return { resolved };
}

function checkConstraints(key: string, declaration: ParameterDeclaration, value: string): void {
  const { type } = declaration;
  // AllowedPattern and the like hold for the name of an SSM parameter, not for its value.
  const items = isList(type) ? value.split(',').map((item) => item.trim()) : [value];
  for (const item of items) {
    const problem = constraintProblem(declaration, item);
    if (problem === undefined) continue;
    throw invalid(
      declaration.constraintDescription === undefined
        ? `Parameter '${key}' ${problem}`
        : `Parameter '${key}' failed to satisfy constraint: ${declaration.constraintDescription}`,
    );
  }
  const prefix = ID_PREFIXES[/(?:^|<)AWS::EC2::([A-Za-z]+)::Id/.exec(type)?.[1] ?? ''];
  if (prefix === undefined || type.startsWith('AWS::SSM::')) return;
  for (const item of items) {
    if (!item.startsWith(`${prefix}-`))
      throw invalid(`Parameter validation failed: parameter value ${item} for parameter name ${key} does not exist`);
  }
}

const ID_PREFIXES: Readonly<Record<string, string | undefined>> = {
  Image: 'ami',
  Instance: 'i',
  SecurityGroup: 'sg',
  Subnet: 'subnet',
  Volume: 'vol',
  VPC: 'vpc',
};

function constraintProblem(declaration: ParameterDeclaration, value: string): string | undefined {
  const { allowedValues, allowedPattern, minLength, maxLength, minValue, maxValue, type } = declaration;
  if (type === 'Number' || type === 'List<Number>') {
    const number = Number(value);
    if (value.trim() === '' || Number.isNaN(number)) return 'must be a number';
    if (minValue !== undefined && number < minValue) return `must be a number not less than ${minValue}`;
    if (maxValue !== undefined && number > maxValue) return `must be a number not greater than ${maxValue}`;
  }
  if (allowedValues !== undefined && !allowedValues.includes(value)) return 'must be one of AllowedValues';
  if (minLength !== undefined && value.length < minLength) return `must contain at least ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength) return `must contain at most ${maxLength} characters`;
  if (allowedPattern !== undefined && !matches(allowedPattern, value)) return `must match pattern ${allowedPattern}`;
  return undefined;
}

/** Patterns are Java's and must match the whole value; what JavaScript cannot read is let pass. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}
