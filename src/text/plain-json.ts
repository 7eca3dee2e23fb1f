/**
 * A value with maps and sets in it as plain JSON, for whoever keeps it elsewhere. `fromPlain` gives it back; what JSON
 * does not know besides (functions, undefined) is lost.
 */
export function toPlain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Map) return { [MAP]: [...(inner as ReadonlyMap<unknown, unknown>)] };
      if (inner instanceof Set) return { [SET]: [...(inner as ReadonlySet<unknown>)] };
      return inner;
    }),
  ) as unknown;
}

/** What `toPlain` made plain. */
export function fromPlain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (MAP in inner) return new Map(inner[MAP] as readonly (readonly [unknown, unknown])[]);
    if (SET in inner) return new Set(inner[SET] as readonly unknown[]);
    return inner;
  }) as unknown;
}

const MAP = '$map';
const SET = '$set';
