import type { Instant, Milliseconds } from '../clock.js';
import type { Size } from '../model/rollout/group.js';

export { count } from '../text/count.js';

/** `42s`, `3m 05s`, `1h 02m`: whole seconds, never negative. */
export function duration(ms: Milliseconds): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** `+03:42`, or `+1:03:42` after an hour: time since the run began. */
export function sinceStart(ms: Milliseconds): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `+${hours}:${rest}` : `+${rest}`;
}

/** `2026-11-21T03:14:15Z`: always UTC, so that logs of several machines can be laid side by side. */
export function timestamp(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** `min 2, desired 4, max 8` */
export function sizes(size: Size): string {
  return `min ${size.min}, desired ${size.desired}, max ${size.max}`;
}

/** `a, b, c`, cut after `most` with `and 7 more`. */
export function list(items: readonly string[], most = Infinity): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

/**
 * One line without control characters: AWS's messages carry line breaks, and what an instance or a
 * template says could also carry escape sequences for the terminal.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

/** The text with a full stop, unless it ends like a sentence already. */
export function sentence(text: string): string {
  const line = oneLine(text);
  return line === '' || /[.!?]$/.test(line) ? line : `${line}.`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
