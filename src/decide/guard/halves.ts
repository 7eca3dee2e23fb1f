/** Launched in an earlier second than the rollout began. */
export function isOld(launchedAt: number | undefined, startedAt: number): boolean {
  return launchedAt !== undefined && Math.floor(launchedAt / 1000) < Math.floor(startedAt / 1000);
}

/** Not old, also where nobody knows when it was launched. */
export function isNew(launchedAt: number | undefined, startedAt: number): boolean {
  return !isOld(launchedAt, startedAt);
}

/** On its way out of the group, or put aside. */
export function hasLeft(lifecycle: string): boolean {
  return (
    lifecycle.startsWith('Terminat') ||
    lifecycle.startsWith('Detach') ||
    lifecycle.includes('Standby') ||
    lifecycle.endsWith(':Retained')
  );
}
