import type { ServiceName } from '../../world/world.js';
import { EXCEPTIONS } from './exceptions.js';
import { modelPattern } from './model-pattern.js';
import { CONSTRAINTS, type ServiceConstraints, type ShapeConstraints } from './constraint-table.js';

/** One thing that is wrong with an input. */
export interface Violation {
  /** As the service names members: `tags.1.member.key`. */
  readonly path: string;
  readonly kind: 'missing' | 'value' | 'length' | 'pattern' | 'enum' | 'items' | 'fraction';
  /** The value as text; absent where messages leave it out. */
  readonly value?: string;
  /** What the value has to be, in the words of the services: "Member must not be null". */
  readonly words: string;
  readonly shape: ShapeConstraints;
}

type Check = (value: unknown, path: string, found: Violation[]) => void;

const checks = new Map<string, Check | undefined>();

/** All that is wrong with an input, in the order of the model's members. */
export function violationsOf(service: ServiceName, operation: string, input: object): readonly Violation[] {
  const key = `${service}:${operation}`;
  if (!checks.has(key)) {
    const constraints = constraintsOf(service);
    const shape = constraints?.operations[operation] ?? '';
    checks.set(key, constraints === undefined ? undefined : checker(constraints, shape));
  }
  const found: Violation[] = [];
  checks.get(key)?.(input, '', found);
  return found;
}

const services = new Map<ServiceName, ServiceConstraints | undefined>();

/** What holds for a service: its model with the exceptions. */
export function constraintsOf(service: ServiceName): ServiceConstraints | undefined {
  if (!services.has(service)) services.set(service, corrected(service));
  return services.get(service);
}

function corrected(service: ServiceName): ServiceConstraints | undefined {
  const model = CONSTRAINTS.services[service];
  if (model === undefined) return undefined;
  const shapes: Record<string, ShapeConstraints> = { ...model.shapes };
  const operations: Record<string, string> = { ...model.operations };
  for (const { shape, member, says } of EXCEPTIONS.filter((one) => one.service === service)) {
    const before = shapes[shape] ?? { is: 'structure' };
    if (member === undefined) shapes[shape] = { ...before, ...says } as ShapeConstraints;
    else {
      const name = `${shape}.${member}`;
      const own = shapes[before.members?.[member] ?? ''];
      shapes[name] = { ...own, ...says } as ShapeConstraints;
      shapes[shape] = { ...before, members: { ...before.members, [member]: name } };
    }
  }
  return { operations, shapes };
}

/** Checks are made once for each structure, so that one may contain itself. */
const made = new WeakMap<ShapeConstraints, Check>();

function checker(constraints: ServiceConstraints, name: string): Check | undefined {
  const shape = constraints.shapes[name];
  if (shape === undefined) return undefined;
  const known = made.get(shape);
  if (known !== undefined) return known;
  const check = shape.is === 'structure' ? structure(constraints, shape) : within(constraints, shape);
  made.set(shape, check);
  return check;
}

function structure(constraints: ServiceConstraints, shape: ShapeConstraints): Check {
  const required = new Set(shape.required);
  let members: (readonly [name: string, check: Check | undefined, required: boolean])[] | undefined;
  return (value, path, found) => {
    members ??= Object.entries(shape.members ?? {}).map(([name, of]) => [
      name,
      checker(constraints, of),
      required.has(name),
    ]);
    for (const [name, check, must] of members) {
      const part = (value as Readonly<Record<string, unknown>>)[name];
      const at = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
      if (part !== undefined && part !== null) check?.(part, at, found);
      else if (must) found.push({ path: at, kind: 'missing', words: 'Member must not be null', shape });
    }
  };
}

function within(constraints: ServiceConstraints, shape: ShapeConstraints): Check {
  const own = ownRules(shape);
  const items = constraints.shapes[shape.of ?? ''];
  const keys = constraints.shapes[shape.key ?? ''];
  const deeper = items?.is === 'structure' || items?.is === 'list' || items?.is === 'map';
  const check = deeper ? checker(constraints, shape.of ?? '') : undefined;
  const ofItems = items === undefined || deeper ? [] : ownRules(items);
  const ofKeys = keys === undefined ? [] : ownRules(keys);
  return (value, path, found) => {
    const text = shape.sensitive === true ? undefined : textOf(value as Given);
    const told = { path, shape, ...(text !== undefined && { value: text }) };
    for (const rule of own) if (!rule.holds(value)) found.push({ ...told, kind: rule.kind, words: rule.words });
    const parts = Array.isArray(value)
      ? (value as unknown[])
      : shape.is === 'map'
        ? Object.values(value as object)
        : [];
    const all = (rules: readonly Rule[]): string => `[${rules.map(({ words }) => words).join(', ')}]`;
    const broken = (rules: readonly Rule[], values: readonly unknown[]): boolean =>
      values.some((each) => rules.some((rule) => !rule.holds(each)));
    if (shape.is === 'map' && broken(ofKeys, Object.keys(value as object)))
      found.push({ ...told, kind: 'items', words: `Map keys must satisfy constraint: ${all(ofKeys)}` });
    if (broken(ofItems, parts)) {
      const what = shape.is === 'map' ? 'Map value' : 'Member';
      found.push({ ...told, kind: 'items', words: `${what} must satisfy constraint: ${all(ofItems)}` });
    }
    if (check === undefined) return;
    const names = Array.isArray(value) ? parts.map((_, index) => `${index + 1}.member`) : Object.keys(value as object);
    parts.forEach((part, index) => {
      if (part !== undefined && part !== null) check(part, `${path}.${names[index] ?? ''}`, found);
    });
  };
}

interface Rule {
  readonly kind: Violation['kind'];
  readonly words: string;
  readonly holds: (value: unknown) => boolean;
}

/** The rules of one value, in the order in which the services list them. */
function ownRules({ is, min, max, pattern, enum: values }: ShapeConstraints): readonly Rule[] {
  const isNumber = /^(integer|long|float|double)$/.test(is);
  const kind = isNumber ? 'value' : 'length';
  const amount = isNumber ? Number : lengthOf;
  const rules: Rule[] = [];
  // No form can be read that has a fraction where a whole number has to be: other words than those of constraints.
  if (is === 'integer' || is === 'long')
    rules.push({
      kind: 'fraction',
      words: 'Member must be a whole number',
      holds: (it) => Number.isInteger(Number(it)),
    });
  if (max !== undefined)
    rules.push({
      kind,
      words: `Member must have ${kind} less than or equal to ${max}`,
      holds: (it) => amount(it) <= max,
    });
  if (min !== undefined)
    rules.push({
      kind,
      words: `Member must have ${kind} greater than or equal to ${min}`,
      holds: (it) => amount(it) >= min,
    });
  const read = pattern === undefined ? undefined : modelPattern(pattern);
  if (read !== undefined)
    rules.push({
      kind: 'pattern',
      words: `Member must satisfy regular expression pattern: ${pattern ?? ''}`,
      holds: (it) => read.test(String(it)),
    });
  if (values !== undefined) {
    const known = new Set<unknown>(values);
    const words = `Member must satisfy enum value set: [${values.join(', ')}]`;
    rules.push({ kind: 'enum', words, holds: (it) => known.has(it) });
  }
  return rules;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return Object.keys(value as object).length;
}

/** What a form or JSON can hold. */
type Given = string | number | boolean | readonly unknown[] | object;

/** A value as messages show it. How they show structures and maps is not documented: those are left out. */
function textOf(value: Given): string | undefined {
  if (Array.isArray(value))
    return value.every((each) => typeof each !== 'object') ? `[${value.join(', ')}]` : undefined;
  return typeof value === 'object' ? undefined : String(value);
}

/** Messages name members as Java does. */
function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
