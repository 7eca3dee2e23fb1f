import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { scalarText } from '../../text/scalar-text.js';

/** A key that stands twice in one map, with the offsets of both. */
export interface DuplicateKey {
  readonly key: string;
  readonly first: number;
  readonly second: number;
}

/**
 * The first key in the text that stands twice in one map. The library finds it as well, in time that grows with
 * the square of the keys, and says neither which key nor where the other one is.
 */
export function duplicateKey(root: Node): DuplicateKey | undefined {
  let found: DuplicateKey | undefined;
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isSeq(node)) open.push(...node.items.filter((item) => item !== null));
    if (!isMap(node)) continue;
    const known = new Map<string, number>();
    for (const { key, value } of node.items) {
      if (value !== null && value !== undefined) open.push(value);
      if (!isScalar(key)) continue;
      const name = scalarText(key.value);
      const offset = key.range?.[0] ?? 0;
      const first = known.get(name);
      if (first === undefined) known.set(name, offset);
      else if (found === undefined || offset < found.second) found = { key: name, first, second: offset };
    }
  }
  return found;
}
