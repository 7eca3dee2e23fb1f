import type { NormalizedSchema } from '@smithy/core/schema';

/** Writes one value as an element of this name; a flattened list becomes several. */
type WriteElement = (tag: string, value: unknown) => string;

/** Writes the members of a structure, without an element around them. Absent members are left out. */
export function structWriter(schema: NormalizedSchema): (value: object) => string {
  const shape = schema.getSchema() as object;
  const known = structs.get(shape);
  if (known !== undefined) return known;
  let members: { name: string; tag: string; write: WriteElement }[] | undefined;
  const write = (value: object): string => {
    members ??= [...schema.structIterator()].map(([name, member]) => ({
      name,
      tag: member.getMemberTraits().xmlName ?? name,
      write: elementWriter(member),
    }));
    let xml = '';
    for (const member of members) {
      const part = (value as Record<string, unknown>)[member.name];
      if (part !== undefined && part !== null) xml += member.write(member.tag, part);
    }
    return xml;
  };
  structs.set(shape, write);
  return write;
}

/** Members of a structure are compiled once, on first use, so that a structure may contain itself. */
const structs = new WeakMap<object, (value: object) => string>();

/** Writes these members of a structure alone, as `structWriter` writes all of them. */
export function writeMembers(
  members: readonly (readonly [name: string, member: NormalizedSchema])[],
  value: Readonly<Record<string, unknown>>,
): string {
  return members
    .filter(([name]) => value[name] !== undefined)
    .map(([name, member]) => elementWriter(member)(member.getMemberTraits().xmlName ?? name, value[name]))
    .join('');
}

function elementWriter(schema: NormalizedSchema): WriteElement {
  if (schema.isListSchema()) return listWriter(schema);
  if (schema.isMapSchema()) return mapWriter(schema);
  if (schema.isStructSchema()) {
    const write = structWriter(schema);
    return (tag, value) => element(tag, write(value as object));
  }
  if (schema.isTimestampSchema()) return (tag, value) => element(tag, (value as Date).toISOString());
  if (schema.isBlobSchema()) return (tag, value) => element(tag, Buffer.from(value as Uint8Array).toString('base64'));
  return (tag, value) => element(tag, escapeXml(String(value)));
}

function listWriter(schema: NormalizedSchema): WriteElement {
  const item = schema.getValueSchema();
  const write = elementWriter(item);
  if (schema.getMergedTraits().xmlFlattened)
    return (tag, value) => (value as unknown[]).map((each) => write(tag, each)).join('');
  const itemTag = item.getMergedTraits().xmlName ?? 'member';
  return (tag, value) => element(tag, (value as unknown[]).map((each) => write(itemTag, each)).join(''));
}

function mapWriter(schema: NormalizedSchema): WriteElement {
  const key = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueSchema = schema.getValueSchema();
  const valueTag = valueSchema.getMergedTraits().xmlName ?? 'value';
  const write = elementWriter(valueSchema);
  const entry = ([name, value]: [string, unknown]): string => element(key, escapeXml(name)) + write(valueTag, value);
  if (schema.getMergedTraits().xmlFlattened) {
    return (tag, value) =>
      Object.entries(value as object)
        .map((each) => element(tag, entry(each as [string, unknown])))
        .join('');
  }
  return (tag, value) =>
    element(
      tag,
      Object.entries(value as object)
        .map((each) => element('entry', entry(each as [string, unknown])))
        .join(''),
    );
}

function element(tag: string, content: string): string {
  return content === '' ? `<${tag}/>` : `<${tag}>${content}</${tag}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};
// XML 1.0 has no place for most control characters, nor for half a surrogate pair.

const SPECIAL = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'gu');

/** A carriage return is written as an entity, because every parser turns a bare one into a line feed. */
export function escapeXml(text: string): string {
  return SPECIAL.test(text) ? text.replace(EVERY_SPECIAL, (special) => ESCAPES[special] ?? '\ufffd') : text;
}
