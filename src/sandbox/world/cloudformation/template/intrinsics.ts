import { invalid, isObject, splitAttribute, text, type Json, type Template } from './template.js';

/** Everything that a template expression may refer to. */
export interface Scope {
  readonly template: Template;
  /** Values of parameters; lists already split. */
  readonly values: ReadonlyMap<string, string | readonly string[]>;
  /** `AWS::Region` and its like. */
  readonly pseudo: Readonly<Record<string, Json>>;
  /** Ref (attribute undefined) or GetAtt of a resource. */
  readonly resource: (logicalId: string, attribute: string | undefined) => Json;
  readonly importValue: (name: string) => string;
  readonly zones: (region: string) => readonly string[];
}

/** Stands for `AWS::NoValue`: whoever holds it is removed. */
const NO_VALUE: unique symbol = Symbol('AWS::NoValue');
type Value = Json | typeof NO_VALUE;

type Intrinsic = (argument: Json, scope: Scope) => Value;

/** Resolves every function in a piece of a template. What is `AWS::NoValue` is left out. */
export function evaluate(node: Json, scope: Scope): Json {
  const value = resolve(node, scope);
  return value === NO_VALUE ? null : value;
}

/** As `evaluate`, telling apart what resolves to `AWS::NoValue` as undefined. */
export function evaluateOptional(node: Json, scope: Scope): Json | undefined {
  const value = resolve(node, scope);
  return value === NO_VALUE ? undefined : value;
}

/** Whether a named condition holds. */
export function condition(name: string, scope: Scope): boolean {
  const declared = scope.template.conditions[name];
  if (declared === undefined)
    throw invalid(
      `Template format error: Unresolved condition dependency ${name} in the Conditions block of the template`,
    );
  return truth(evaluate(declared, scope));
}

/** The name and argument of the function call that a node is; undefined when it is plain data. */
export function functionOf(node: Json): readonly [name: string, argument: Json] | undefined {
  if (!isObject(node)) return undefined;
  const keys = Object.keys(node);
  const name = keys[0];
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name === 'Ref' || name.startsWith('Fn::')) return [name, node[name] as Json];
  if (name === 'Condition' && typeof node[name] === 'string') return [name, node[name]];
  return undefined;
}

/** Every `${…}` of a Sub text: literals (`${!x}`) keep their text. */
export function subParts(source: string): { readonly literal?: string; readonly name?: string }[] {
  const parts: { literal?: string; name?: string }[] = [];
  let end = 0;
  for (const match of source.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    parts.push({ literal: source.slice(end, match.index) });
    parts.push(match[1] === '!' ? { literal: `\${${match[2] ?? ''}}` } : { name: (match[2] ?? '').trim() });
    end = match.index + match[0].length;
  }
  parts.push({ literal: source.slice(end) });
  return parts;
}

function resolve(node: Json, scope: Scope): Value {
  if (Array.isArray(node))
    return node.map((item) => resolve(item, scope)).filter((item): item is Json => item !== NO_VALUE);
  if (!isObject(node)) return node;
  const call = functionOf(node);
  if (call !== undefined) {
    const run = INTRINSICS[call[0]];
    if (run === undefined) throw invalid(`Template format error: Unrecognized intrinsic function ${call[0]}`);
    return run(call[1], scope);
  }
  const object: Record<string, Json> = {};
  for (const [key, value] of Object.entries(node)) {
    const resolved = resolve(value, scope);
    if (resolved !== NO_VALUE) object[key] = resolved;
  }
  return object;
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => {
    if (typeof argument !== 'string')
      throw invalid('Template format error: Every Ref object must have a single String value.');
    return reference(argument, scope);
  },
  Condition: (argument, scope) => condition(text(argument), scope),
  'Fn::GetAtt': (argument, scope) => {
    const parts =
      typeof argument === 'string'
        ? splitAttribute(argument)
        : list('Fn::GetAtt', argument).map((part) => evaluate(part, scope));
    if (parts.length !== 2) {
      throw invalid(
        'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource ' +
          'name and the resource attribute',
      );
    }
    return scope.resource(text(parts[0]), text(parts[1]));
  },
  'Fn::Sub': (argument, scope) => {
    const [source, given] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof source !== 'string' || !isObject(given)) {
      throw invalid(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. " +
          'Specify a string as first argument, and an optional second argument to specify a mapping ' +
          'of values to replace in the string',
      );
    }
    return subParts(source)
      .map((part) => {
        if (part.name === undefined) return part.literal ?? '';
        const own = given[part.name];
        const value = own !== undefined ? evaluate(own, scope) : substituted(part.name, scope);
        if (typeof value === 'object')
          throw invalid(`Template error: variable ${part.name} in Fn::Sub expression does not resolve to a string`);
        return text(value);
      })
      .join('');
  },
  'Fn::Join': (argument, scope) => {
    const [separator, items] = list('Fn::Join', argument, 2);
    const values = evaluate(items as Json, scope);
    if (!Array.isArray(values))
      throw invalid(
        'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and ' +
          '(2) a list of strings to be joined or a function that returns a list of strings (such as ' +
          'Fn::GetAZs) to be joined.',
      );
    return values.map(text).join(text(evaluate(separator as Json, scope)));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = list('Fn::Select', argument, 2);
    const position = Number(evaluate(index as Json, scope));
    const values = evaluate(items as Json, scope);
    if (!Array.isArray(values))
      throw invalid(
        'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
      );
    const value = values[position];
    if (!Number.isInteger(position) || value === undefined)
      throw invalid(`Template error: Fn::Select cannot select nonexistent value at index ${position}`);
    return value;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, source] = list('Fn::Split', argument, 2);
    return text(evaluate(source as Json, scope)).split(text(evaluate(separator as Json, scope)));
  },
  'Fn::Base64': (argument, scope) => Buffer.from(text(evaluate(argument, scope))).toString('base64'),
  'Fn::GetAZs': (argument, scope) => [
    ...scope.zones(text(evaluate(argument, scope)) || text(scope.pseudo['AWS::Region'])),
  ],
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(evaluate(argument, scope))),
  'Fn::FindInMap': (argument, scope) => findInMap(argument, scope),
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = list('Fn::Cidr', argument);
    return cidr(
      text(evaluate(block as Json, scope)),
      Number(evaluate(count ?? 1, scope)),
      Number(evaluate(bits ?? 8, scope)),
    );
  },
  'Fn::Length': (argument, scope) => {
    const values = evaluate(argument, scope);
    if (!Array.isArray(values)) throw invalid('Template error: Fn::Length needs a list');
    return values.length;
  },
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(evaluate(argument, scope)),
  /** Macros are accepted and not expanded. */
  'Fn::Transform': (argument, scope) => ({ 'Fn::Transform': evaluate(argument, scope) }),
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = list('Fn::If', argument, 3);
    return resolve((condition(text(name), scope) ? yes : no) as Json, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list('Fn::Equals', argument, 2);
    return (
      JSON.stringify(comparable(evaluate(left as Json, scope))) ===
      JSON.stringify(comparable(evaluate(right as Json, scope)))
    );
  },
  'Fn::And': (argument, scope) => list('Fn::And', argument).every((item) => truth(evaluate(item, scope))),
  'Fn::Or': (argument, scope) => list('Fn::Or', argument).some((item) => truth(evaluate(item, scope))),
  'Fn::Not': (argument, scope) => !truth(evaluate(list('Fn::Not', argument, 1)[0] as Json, scope)),
  'Fn::Contains': (argument, scope) => {
    const [items, wanted] = list('Fn::Contains', argument, 2);
    const values = evaluate(items as Json, scope);
    return Array.isArray(values) && values.map(text).includes(text(evaluate(wanted as Json, scope)));
  },
};

function reference(name: string, scope: Scope): Value {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const pseudo = scope.pseudo[name];
  if (pseudo !== undefined) return pseudo;
  const value = scope.values.get(name);
  if (value !== undefined) return typeof value === 'string' ? value : [...value];
  return scope.resource(name, undefined);
}

function substituted(name: string, scope: Scope): Json {
  if (!/^[A-Za-z0-9_.:]+$/.test(name)) {
    throw invalid(
      'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, ' +
        'underscores, periods, and colons',
    );
  }
  const [resource, attribute] = splitAttribute(name);
  if (attribute !== undefined && resource !== undefined) return scope.resource(resource, attribute);
  const value = reference(name, scope);
  return value === NO_VALUE ? '' : value;
}

function findInMap(argument: Json, scope: Scope): Value {
  const [first, second, third, options] = list('Fn::FindInMap', argument);
  const [map, top, key] = [first, second, third].map((part) => text(evaluate(part ?? '', scope))) as [
    string,
    string,
    string,
  ];
  const mapping = scope.template.mappings[map];
  const row = isObject(mapping) ? mapping[top] : undefined;
  const value = isObject(row) ? row[key] : undefined;
  if (value !== undefined) return value;
  if (isObject(options) && options['DefaultValue'] !== undefined) return resolve(options['DefaultValue'], scope);
  if (mapping === undefined)
    throw invalid(`Template error: Mapping named '${map}' is not present in the 'Mappings' section of template.`);
  throw invalid(`Template error: Unable to get mapping for ${map}::${top}::${key}`);
}

function list(name: string, argument: Json, length?: number): readonly Json[] {
  if (!Array.isArray(argument) || (length !== undefined && argument.length !== length)) {
    throw invalid(
      `Template error: ${name} requires a list ` +
        `argument${length === undefined ? '' : ` with ${length} element${length === 1 ? '' : 's'}`}`,
    );
  }
  return argument;
}

function truth(value: Json): boolean {
  return value === true || value === 'true';
}

/** Numbers and booleans equal their text, as CloudFormation compares. */
function comparable(value: Json): Json {
  if (Array.isArray(value)) return value.map(comparable);
  return isObject(value) ? value : text(value);
}

/** `count` blocks of 2^bits addresses each out of an IPv4 block. */
function cidr(block: string, count: number, bits: number): Json {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  if (match === null) throw invalid(`Template error: Fn::Cidr got an invalid ipBlock ${block}`);
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  if (count * 2 ** bits > 2 ** (32 - prefix))
    throw invalid(`Template error: Fn::Cidr: ${block} has no room for ${count} blocks of ${bits} bits`);
  const start = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return Array.from({ length: count }, (_, index) => {
    const address = start + index * 2 ** bits;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${32 - bits}`;
  });
}
