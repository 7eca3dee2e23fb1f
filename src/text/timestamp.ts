/**
 * `2026-11-21T03:14:15Z`: an instant (milliseconds since 1970), always in UTC, so that logs of several machines
 * can be laid side by side.
 */
export function timestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
