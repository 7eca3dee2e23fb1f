/** A single value of a YAML or JSON document as text; nothing where it is empty. */
export function scalarText(value: unknown): string {
  return value === null || value === undefined ? '' : `${value as number}`;
}
