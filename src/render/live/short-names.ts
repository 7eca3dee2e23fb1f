/** `i-0f785e56fad7f2f71` as `i-0f785…`; other texts as they are. */
export function shortId(id: string): string {
  return id.replace(/^([a-z]+-[0-9a-f]{5})[0-9a-f]{6,}$/, '$1…');
}

/** An image for a narrow screen: `ami-0123456789abcdef0` as `ami-…cdef0`. */
export function shortImage(id: string): string {
  return id.replace(/^([a-z]+)-[0-9a-f]{4,}([0-9a-f]{5})$/, '$1-…$2');
}

/** What CloudFormation appends to a logical id to make a name of it. */
const RANDOM_SUFFIX = /-[A-Za-z0-9]{12,13}$/;

/**
 * Names as short as they can be told apart: without the stack's name before them, and without the random part that
 * CloudFormation puts behind.
 *
 * @param stack name of the stack, or '' without one
 * @param names all that are shown together
 */
export function shortNames(stack: string, names: readonly string[]): ReadonlyMap<string, string> {
  const shortened = names.map((name) => shortName(stack, name));
  const times = new Map<string, number>();
  for (const short of shortened) times.set(short, (times.get(short) ?? 0) + 1);
  return new Map(
    names.map((name, index) => {
      const short = shortened[index] ?? name;
      return [name, times.get(short) === 1 ? short : withoutPrefix(stack, name)];
    }),
  );
}

/** One name alone. */
export function shortName(stack: string, name: string): string {
  const bare = withoutPrefix(stack, name);
  const suffix = RANDOM_SUFFIX.exec(bare)?.[0] ?? '';
  // A word of a person's own may be that long; what the service draws has digits or capitals in it.
  return /[A-Z0-9]/.test(suffix) ? bare.slice(0, -suffix.length) : bare;
}

function withoutPrefix(stack: string, name: string): string {
  return stack !== '' && name.startsWith(`${stack}-`) && name.length > stack.length + 1
    ? name.slice(stack.length + 1)
    : name;
}

/** In the order in which people count: `Group2` before `Group10`. */
export function inOrder(names: readonly string[]): readonly string[] {
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
