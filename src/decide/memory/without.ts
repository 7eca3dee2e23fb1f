/** What is remembered by name, without one of the names. */
export function without<T>(of: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _dropped, ...rest } = of;
  return rest;
}
