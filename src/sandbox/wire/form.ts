import { there } from '../there.js';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { QueryService } from './services.js';
import { ServiceFault } from '../world/fault.js';

/** One level of a form's keys: `Tags.member.1.Key=x` is Tags → member → 1 → Key. */
interface Field {
  text?: string;
  readonly fields: Map<string, Field>;
}

interface Problem {
  readonly kind: 'missing' | 'malformed' | 'unknown';
  readonly path: string;
  readonly text?: string;
}
type Read = (field: Field, path: string, problems: Problem[]) => unknown;
type Protocol = QueryService['protocol'];

/**
 * Reads a form into the operation's input as the SDK types it. Refuses what the service's front door
 * refuses before the operation runs: members that must be there, numbers that are none.
 * @param check refuses what breaks other constraints of the input; absent where none are known
 */
export function readForm(
  form: URLSearchParams,
  input: NormalizedSchema,
  protocol: Protocol,
  check?: (input: object) => void,
): object {
  const problems: Problem[] = [];
  if (input.isUnitSchema()) return {};
  const value = readStruct(input, protocol)(fieldsOf(form), '', problems) as object;
  // What is missing is told together with all else that is wrong; by EC2 alone and first.
  if (problems.every(({ kind }) => kind === 'missing' && protocol === 'awsQuery')) check?.(value);
  if (problems.length > 0) throw refusal(problems, protocol);
  return value;
}

function fieldsOf(form: URLSearchParams): Field {
  const root: Field = { fields: new Map() };
  for (const [key, text] of form) {
    let field = root;
    for (const name of key.split('.')) {
      let next = field.fields.get(name);
      if (next === undefined) field.fields.set(name, (next = { fields: new Map() }));
      field = next;
    }
    field.text = text;
  }
  root.fields.delete('Action');
  root.fields.delete('Version');
  return root;
}

/** Members of a structure are compiled once, on first use, so that a structure may contain itself. */
const structs = { awsQuery: new WeakMap<object, Read>(), ec2Query: new WeakMap<object, Read>() };

function readStruct(schema: NormalizedSchema, protocol: Protocol): Read {
  const shape = schema.getSchema() as unknown as readonly unknown[];
  const known = structs[protocol].get(shape);
  if (known !== undefined) return known;
  let members: Map<string, { name: string; read: Read; required: boolean }> | undefined;
  const compile = (): NonNullable<typeof members> => {
    // The first `shape[6]` members are the required ones.
    const required = typeof shape[6] === 'number' ? shape[6] : 0;
    return new Map(
      [...schema.structIterator()].map(([name, member], index) => [
        formName(name, member, protocol),
        { name, read: reader(member, protocol), required: index < required },
      ]),
    );
  };
  const read: Read = (field, path, problems) => {
    members ??= compile();
    const value: Record<string, unknown> = {};
    for (const [key, member] of members) {
      const child = field.fields.get(key);
      const at = join(path, protocol === 'ec2Query' ? key : member.name);
      if (child !== undefined) value[member.name] = member.read(child, at, problems);
      else if (member.required) problems.push({ kind: 'missing', path: at });
    }
    // EC2 refuses parameters that it does not know; the other services ignore them.
    if (protocol === 'ec2Query') {
      for (const key of field.fields.keys())
        if (!members.has(key)) problems.push({ kind: 'unknown', path: join(path, key) });
    }
    return value;
  };
  structs[protocol].set(shape, read);
  return read;
}

/** What a member is called in a form. */
function formName(name: string, member: NormalizedSchema, protocol: Protocol): string {
  const traits = member.getMemberTraits();
  if (protocol === 'awsQuery') return traits.xmlName ?? name;
  if (traits.ec2QueryName) return traits.ec2QueryName as string;
  const plain = traits.xmlName ?? name;
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

function reader(schema: NormalizedSchema, protocol: Protocol): Read {
  if (schema.isStructSchema()) return readStruct(schema, protocol);
  if (schema.isListSchema()) return readList(schema, protocol);
  if (schema.isMapSchema()) return readMap(schema, protocol);
  if (schema.isBooleanSchema())
    return scalar((text) => (text === 'true' ? true : text === 'false' ? false : undefined));
  if (schema.isNumericSchema())
    return scalar((text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined));
  if (schema.isTimestampSchema()) return scalar(instant);
  if (schema.isBlobSchema()) return scalar((text) => new Uint8Array(Buffer.from(text, 'base64')));
  return (field) => field.text ?? '';
}

/** Services accept ISO 8601 and seconds since the epoch alike. */
function instant(text: string): Date | undefined {
  const date = /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function scalar(parse: (text: string) => unknown): Read {
  return (field, path, problems) => {
    const value = parse(field.text ?? '');
    if (value === undefined) problems.push({ kind: 'malformed', path, text: field.text ?? '' });
    return value;
  };
}

function readList(schema: NormalizedSchema, protocol: Protocol): Read {
  const item = schema.getValueSchema();
  const read = reader(item, protocol);
  const flat = protocol === 'ec2Query' || Boolean(schema.getMergedTraits().xmlFlattened);
  const itemName = item.getMergedTraits().xmlName ?? 'member';
  const suffix = protocol === 'ec2Query' ? '' : '.member';
  return (field, path, problems) => {
    const items = flat ? field : field.fields.get(itemName);
    // An empty list is sent as `Names=`.
    return items === undefined
      ? []
      : numbered(items).map(([index, child]) => read(child, `${path}.${index}${suffix}`, problems));
  };
}

function readMap(schema: NormalizedSchema, protocol: Protocol): Read {
  const value = schema.getValueSchema();
  const read = reader(value, protocol);
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueName = value.getMergedTraits().xmlName ?? 'value';
  const flat = Boolean(schema.getMergedTraits().xmlFlattened);
  return (field, path, problems) => {
    const entries = flat ? field : field.fields.get('entry');
    if (entries === undefined) return {};
    return Object.fromEntries(
      numbered(entries).map(([, entry]) => {
        const key = entry.fields.get(keyName)?.text ?? '';
        return [key, read(entry.fields.get(valueName) ?? { fields: new Map() }, `${path}.${key}`, problems)];
      }),
    );
  };
}

/** The fields named 1, 2, 3 … in order of their numbers, which may have gaps. */
function numbered(field: Field): [number, Field][] {
  return [...field.fields]
    .filter(([name]) => /^\d+$/.test(name))
    .map(([name, child]): [number, Field] => [Number(name), child])
    .sort(([a], [b]) => a - b);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function refusal(problems: readonly Problem[], protocol: Protocol): ServiceFault {
  const malformed = problems.find((problem) => problem.kind === 'malformed');
  if (protocol === 'ec2Query') {
    const first = malformed ?? there(problems[0]);
    if (first.kind === 'malformed') {
      return new ServiceFault('InvalidParameterValue', `Invalid value '${first.text}' for ${first.path}`);
    }
    if (first.kind === 'missing')
      return new ServiceFault('MissingParameter', `The request must contain the parameter ${first.path}`);
    return new ServiceFault('UnknownParameter', `The parameter ${first.path} is not recognized`);
  }
  if (malformed !== undefined)
    return new ServiceFault('MalformedInput', `Invalid value '${malformed.text}' for ${malformed.path}`);
  const words = problems.map(
    (problem) => `Value null at '${lowerFirst(problem.path)}' failed to satisfy constraint: Member must not be null`,
  );
  const count = words.length === 1 ? '1 validation error' : `${words.length} validation errors`;
  return new ServiceFault('ValidationError', `${count} detected: ${words.join('; ')}`);
}

/** Validation messages name members as Java does: `tags.1.member.key`. */
function lowerFirst(path: string): string {
  return path
    .split('.')
    .map((name) => name.charAt(0).toLowerCase() + name.slice(1))
    .join('.');
}
