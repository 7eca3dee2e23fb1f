/** `a, b, c`, cut after `most` with `and 7 more`. */
export function list(items: readonly string[], most = Infinity): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}
