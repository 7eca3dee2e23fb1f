import { there } from '../../there.js';
import type { Filter } from '@aws-sdk/client-ec2';
import { ServiceFault } from '../fault.js';

/**
 * Whether EC2's filters select something with these fields and tags. Values may hold `*` and `?`;
 * values of one filter are alternatives, filters add up. Fields with several values are lists.
 */
export function selects(
  filters: readonly Filter[] | undefined,
  fields: Readonly<Record<string, string | readonly string[] | undefined>>,
  tags: ReadonlyMap<string, string> = new Map(),
): boolean {
  return (filters ?? []).every((filter) => {
    const name = filter.Name ?? '';
    const actual = valuesOf(name, fields, tags);
    if (actual === undefined) throw new ServiceFault('InvalidParameterValue', `The filter '${name}' is invalid`);
    return (filter.Values ?? []).some((pattern) => actual.some((value) => matches(pattern, value)));
  });
}

function valuesOf(
  name: string,
  fields: Readonly<Record<string, string | readonly string[] | undefined>>,
  tags: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  if (name.startsWith('tag:')) return tags.has(name.slice(4)) ? [there(tags.get(name.slice(4)))] : [];
  if (name === 'tag-key') return [...tags.keys()];
  if (!(name in fields)) return undefined;
  const value = fields[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function matches(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
