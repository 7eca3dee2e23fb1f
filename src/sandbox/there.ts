/** The value, which has to be there. @throws when it is not: then the sandbox itself is wrong */
export function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The sandbox looked for something that is not there.');
  return value;
}
