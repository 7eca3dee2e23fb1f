import { ServiceFault } from './fault.js';

/** One page of a list and the token of the next one; tokens are offsets. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { readonly items: T[]; readonly next?: string } {
  const from = token === undefined || token === '' ? 0 : Number(token.replace(/^offset-/, ''));
  if (!Number.isInteger(from) || from < 0)
    throw new ServiceFault('InvalidNextToken', `The token '${token}' is invalid.`);
  const items = all.slice(from, from + size);
  return from + size < all.length ? { items, next: `offset-${from + size}` } : { items };
}
