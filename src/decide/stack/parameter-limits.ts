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
  const { allowedValues, minValue, maxValue, minLength, maxLength } = parameter;

  if (allowedValues !== undefined && !single.every((item) => allowedValues.includes(item))) {
    return `${is} is not one of ${allowedValues.map((allowed) => `"${allowed}"`).join(', ')}.`;
  }
  if (parameter.type === 'Number' || parameter.type === 'List<Number>') {
    const numbers = single.map((item) => (item.trim() === '' ? NaN : Number(item)));
    if (numbers.some((number) => !Number.isFinite(number))) return `${is} is not a number.`;
    if (minValue !== undefined && numbers.some((number) => number < minValue)) return `${is} is less than ${minValue}.`;
    if (maxValue !== undefined && numbers.some((number) => number > maxValue)) return `${is} is more than ${maxValue}.`;
  }
  if (parameter.type !== 'String') return undefined;
  if (minLength !== undefined && value.length < minLength) return `${is} has fewer than ${minLength} characters.`;
  if (maxLength !== undefined && value.length > maxLength) return `${is} has more than ${maxLength} characters.`;
  if (parameter.allowedPattern !== undefined && matchesJava(parameter.allowedPattern, value) === false) {
    return `${is} does not match ${parameter.allowedPattern}.`;
  }
  return undefined;
}
