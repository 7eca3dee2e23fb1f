import { isObject } from './template/template.js';

/** Whether two pieces of data are equal, whatever the order of their keys. */
export function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner;
  return value === undefined ? '' : JSON.stringify(value, sorted);
}
