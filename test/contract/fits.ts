import type { Shape } from './shape.js';

/**
 * What of a document does not fit a shape: paths that the shape does not know, and values of other types.
 * Fields that are missing are no fault here: which of a union was written is not asked.
 */
export function misfits(shape: Shape, document: unknown): readonly string[] {
  const leaves = new Map<string, Set<string>>();
  const known = new Set<string>();
  for (const line of shape) {
    const [, path = '', types = ''] = /^(\S+?): (.*)$/.exec(line.replaceAll(/<[^>]*>/g, '').replaceAll('?', '')) ?? [];
    leaves.set(path, new Set([...(leaves.get(path) ?? []), ...types.split(' | ')]));
    for (const match of path.matchAll(/[.[{]|$/g)) known.add(path.slice(0, match.index));
    for (const match of path.matchAll(/\[\]|\{\}/g)) known.add(path.slice(0, match.index + 2));
  }

  const visit = (path: string, value: unknown): readonly string[] => {
    if (!known.has(path) && path !== '') return [`${path} is unknown`];
    const types = leaves.get(path);
    if (typeof value !== 'object' || value === null) {
      const fits = types?.has(value === null ? 'null' : typeof value) === true || types?.has(JSON.stringify(value));
      return fits === true ? [] : [`${path} is ${JSON.stringify(value)}`];
    }
    if (types?.has('object') === true) return [];
    if (Array.isArray(value)) return value.flatMap((one) => visit(`${path}[]`, one));
    return Object.entries(value).flatMap(([key, one]) => {
      const field = path === '' ? key : `${path}.${key}`;
      return visit(known.has(field) || !known.has(`${path}{}`) ? field : `${path}{}`, one);
    });
  };
  return [...new Set(visit('', document))];
}
