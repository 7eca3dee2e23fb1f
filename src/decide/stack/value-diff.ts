/** One leaf that differs between two values of a property. */
export interface Leaf {
  /** Path below the property, such as `.ImageId` or `[0].Port`; '' for a plain value. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** Longer texts are cut: a diff is read, not copied. */
const longest = 120;
/** What these hold is long, encoded, and now and then secret. */
const unshown = /(^|\.)(UserData|TemplateBody|Metadata)$/;

/** The leaves that differ between two property values, which the service gives as text or JSON. */
export function leaves(before: string | undefined, after: string | undefined): readonly Leaf[] {
  return walk('', parsed(before), parsed(after));
}

function walk(path: string, before: unknown, after: unknown): readonly Leaf[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      walk(`${path}.${key}`, before[key], after[key]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
      walk(`${path}[${index}]`, before[index], after[index]),
    ).flat();
  }
  if (unshown.test(path)) return [{ path }];
  return [
    {
      path,
      ...(before !== undefined && { before: shown(before) }),
      ...(after !== undefined && { after: shown(after) }),
    },
  ];
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
