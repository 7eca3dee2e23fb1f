import type { Position } from '../model/stack/template.js';

/**
 * A template's values with short tags written out (`!Ref A` is `{Ref: 'A'}`). A quoted scalar is its text, and any
 * other what CloudFormation makes of it: `2010-09-09` stays that, `Yes` is `true` and 0755 is `493`. null is an empty
 * value.
 */
export type Tree = string | null | readonly Tree[] | TreeMap;

/** Without a prototype, so that no key of a template can be mistaken for something inherited. */
export interface TreeMap {
  readonly [key: string]: Tree;
}

export type Path = readonly (string | number)[];

/** A parsed template: its top map and where everything in it stands. */
export interface ParsedTemplate {
  readonly top: TreeMap;
  /** Position of the value (or key) at `path`, or of the nearest thing around it. */
  readonly at: (path: Path) => Position;
}

export function isMap(value: Tree | undefined): value is TreeMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Tree | undefined): value is readonly Tree[] {
  return Array.isArray(value);
}

/** The map at a key, or an empty one when there is none (or something else stands there). */
export function mapAt(map: TreeMap, key: string): TreeMap {
  const value = map[key];
  return isMap(value) ? value : emptyMap;
}

const emptyMap: TreeMap = Object.create(null) as TreeMap;

/** The name and argument of an intrinsic function, when `value` is a call of one: a map with that single key. */
export function intrinsic(value: Tree): { readonly name: string; readonly argument: Tree } | undefined {
  if (!isMap(value)) return undefined;
  const keys = Object.keys(value);
  const name = keys[0];
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name !== 'Ref' && name !== 'Condition' && !name.startsWith('Fn::')) return undefined;
  return { name, argument: value[name] ?? null };
}

/** A resource as a template declares it. */
export interface DeclaredResource {
  readonly name: string;
  readonly resource: TreeMap;
  readonly path: Path;
}

/**
 * The resources of a template, those inside of loops (`Fn::ForEach`) as they are written there: what holds for one
 * holds for all that the loop makes of it.
 */
export function resourcesOf({ top }: ParsedTemplate): readonly DeclaredResource[] {
  const within = (map: TreeMap, path: Path): readonly DeclaredResource[] =>
    Object.entries(map).flatMap(([name, value]) => {
      const inner = [...path, name];
      if (isMap(value)) return [{ name, resource: value, path: inner }];
      const body = name.startsWith('Fn::ForEach::') && isList(value) ? value[2] : undefined;
      return isMap(body) ? within(body, [...inner, 2]) : [];
    });
  return within(mapAt(top, 'Resources'), ['Resources']);
}

/** A path for people: `Resources/Web/UpdatePolicy`. */
export function pathText(path: Path): string {
  return path.join('/');
}
