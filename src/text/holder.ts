/** The run that has a lease or a lock, and the process that it is. */
export interface HolderNames {
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  /** The build of a CI that started the run. */
  readonly build?: string | undefined;
}

/** `run ID on HOST (pid N, BUILD)`: who holds a lease or a lock, for people. */
export function describeHolder({ run, host, pid, build }: HolderNames): string {
  return `run ${run} on ${host} (pid ${pid}${build === undefined ? '' : `, ${build}`})`;
}
