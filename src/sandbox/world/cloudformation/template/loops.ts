import { invalid, isObject, text, type Json } from './template.js';

/** Values of parameters as text, by name; what has none is left out. */
export type LoopValues = ReadonlyMap<string, string>;

const LOOP = /^Fn::ForEach::[A-Za-z0-9]+$/;

/**
 * A template with its loops written out: `Fn::ForEach::NAME: [identifier, collection, {key: value}]`.
 * Source: CloudFormation user guide, "Fn::ForEach". A collection is a list, a list parameter or a value of a mapping.
 * @throws ValidationError for a loop that is malformed, or whose collection the sandbox cannot know
 */
export function expandLoops(root: Record<string, Json>, given: LoopValues): Record<string, Json> {
  const collections: Collections = { root, given };
  return expanded(root, collections) as Record<string, Json>;
}

interface Collections {
  readonly root: Record<string, Json>;
  readonly given: LoopValues;
}

function expanded(node: Json, collections: Collections): Json {
  if (Array.isArray(node)) return node.map((item) => expanded(item, collections));
  if (!isObject(node)) return node;
  const result: Record<string, Json> = {};
  const add = (key: string, value: Json): void => {
    if (key in result) throw invalid(`Template error: Fn::ForEach makes ${key} more than once`);
    result[key] = value;
  };
  for (const [key, value] of Object.entries(node)) {
    if (!LOOP.test(key)) add(key, expanded(value, collections));
    else
      for (const made of turns(key, value, collections))
        for (const [name, inner] of Object.entries(made)) add(name, inner);
  }
  return result;
}

/** What each turn of a loop makes, with the loops in it written out as well. */
function turns(name: string, loop: Json, collections: Collections): Record<string, Json>[] {
  const [identifier, collection, fragment] = Array.isArray(loop) ? loop : [];
  if (!Array.isArray(loop) || loop.length !== 3 || typeof identifier !== 'string' || !isObject(fragment))
    throw invalid(`Template error: ${name} must be a list of an identifier, a collection and an object`);
  return itemsOf(name, collection as Json, collections).map(
    (item) => expanded(substituted(fragment, identifier, item), collections) as Record<string, Json>,
  );
}

function itemsOf(name: string, collection: Json, collections: Collections): string[] {
  if (Array.isArray(collection))
    return collection.flatMap((item) => (isObject(item) ? collectionOf(name, item, collections) : [text(item)]));
  return collectionOf(name, collection, collections);
}

function collectionOf(name: string, node: Json, { root, given }: Collections): string[] {
  const unknown = invalid(`The sandbox cannot expand ${name}: it does not know the collection ${JSON.stringify(node)}`);
  if (!isObject(node)) throw unknown;
  const parameter = node['Ref'];
  if (typeof parameter === 'string') {
    const declared = object(object(root['Parameters'])[parameter]);
    const value = given.get(parameter) ?? declared['Default'];
    if (value === undefined) throw unknown;
    const isList = text(declared['Type']).includes('List');
    return isList
      ? text(value)
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== '')
      : [text(value)];
  }
  const place = node['Fn::FindInMap'];
  if (!Array.isArray(place)) throw unknown;
  const [map = '', top = '', key = ''] = place.map((part) =>
    isObject(part) ? collectionOf(name, part, { root, given })[0] : text(part),
  );
  const found = object(object(object(root['Mappings'])[map])[top])[key];
  if (found === undefined) throw unknown;
  return Array.isArray(found) ? found.map(text) : [text(found)];
}

function object(node: Json | undefined): Record<string, Json> {
  return isObject(node) ? node : {};
}

/** `${id}` is the item, `&{id}` its letters and digits, and a Ref of the identifier the item as well. */
function substituted(node: Json, identifier: string, item: string): Json {
  const written = (source: string): string =>
    source.replaceAll(`\${${identifier}}`, item).replaceAll(`&{${identifier}}`, item.replace(/[^A-Za-z0-9]/g, ''));
  if (typeof node === 'string') return written(node);
  if (Array.isArray(node)) return node.map((one) => substituted(one, identifier, item));
  if (!isObject(node)) return node;
  if (Object.keys(node).length === 1 && node['Ref'] === identifier) return item;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [written(key), substituted(value, identifier, item)]),
  );
}
