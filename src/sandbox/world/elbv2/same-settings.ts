/** Whether what is there has these settings, whatever else it has: then a call that makes it is the same call again. */
export function sameSettings(existing: object, settings: object): boolean {
  return Object.entries(settings).every(
    ([name, value]) => JSON.stringify((existing as Readonly<Record<string, unknown>>)[name]) === JSON.stringify(value),
  );
}
