import { matchesJava } from './java-pattern.js';
import type { TemplateParameter } from '../../model/stack/template.js';

/** Longest value of a parameter (CloudFormation quotas). */
const maxValueBytes = 4096;

/**
 * Why a value does not fit what the template allows, or undefined. Only what is certain: the service
 * checks the rest. Limits of SSM parameters hold for the value behind the key, which we do not see.
 * @param secret the value must not be repeated
 */
export function violation(parameter: TemplateParameter, value: string, secret: boolean): string | undefined {
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > maxValueBytes)
    return `The value of ${parameter.key} has ${bytes} bytes; CloudFormation takes ${maxValueBytes}.`;
  if (parameter.type.startsWith('AWS::SSM::Parameter::')) return undefined;
  const is = secret ? `The value of ${parameter.key}` : `${parameter.key}="${value}"`;
  const isList = parameter.type === 'CommaDelimitedList' || parameter.type.startsWith('List<');
  const single = isList ? value.split(',').map((item) => item.trim()) : [value];
  const { allowedValues } = parameter;
  if (allowedValues !== undefined && !single.every((item) => allowedValues.includes(item))) {
    return `${is} is not one of ${allowedValues.map((allowed) => `"${allowed}"`).join(', ')}.`;
  }
  const wrong =
    parameter.type === 'Number' || parameter.type === 'List<Number>'
      ? numberViolation(parameter, single)
      : parameter.type === 'String'
        ? textViolation(parameter, value)
        : undefined;
  return wrong === undefined ? undefined : `${is} ${wrong}.`;
}

function numberViolation({ minValue, maxValue }: TemplateParameter, items: readonly string[]): string | undefined {
  const numbers = items.map((item) => (item.trim() === '' ? NaN : Number(item)));
  if (numbers.some((number) => !Number.isFinite(number))) return 'is not a number';
  if (minValue !== undefined && numbers.some((number) => number < minValue)) return `is less than ${minValue}`;
  if (maxValue !== undefined && numbers.some((number) => number > maxValue)) return `is more than ${maxValue}`;
  return undefined;
}

function textViolation({ minLength, maxLength, allowedPattern }: TemplateParameter, value: string): string | undefined {
  if (minLength !== undefined && value.length < minLength) return `has fewer than ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength) return `has more than ${maxLength} characters`;
  return allowedPattern !== undefined && matchesJava(allowedPattern, value) === false
    ? `does not match ${allowedPattern}`
    : undefined;
}
