/** `42s`, `3m 05s`, `1h 02m`: a length of time in whole seconds, never negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** `+03:42`, or `+1:03:42` after an hour: time since the run began, in milliseconds. */
export function sinceStart(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `+${hours}:${rest}` : `+${rest}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** `90 s`: a length of time in whole seconds. */
export function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
