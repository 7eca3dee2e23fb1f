/**
 * A short mark of a text: two texts with the same mark are taken for the same one. It is for what was told already,
 * where a text that is taken for another one costs a line in a log, and never for secrets. The engine takes nothing
 * from Node, so it cannot have node:crypto's.
 */
export function digest(text: string): string {
  // Two lanes of FNV-1a with different primes.
  let one = 0x811c9dc5;
  let two = 0x1b873593;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
    two ^= two >>> 13;
  }
  return (one >>> 0).toString(36) + (two >>> 0).toString(36);
}
