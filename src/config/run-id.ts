import { randomBytes, randomUUID } from 'node:crypto';
import type { Instant } from '../clock.js';

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * A fresh id for one run, such as `20261121-030512-x7k2m`: it sorts by time, can be read out on the
 * telephone and is unique among runs that start in the same second. This and the token below are
 * the only randomness outside of the sandbox.
 *
 * @param random as many bytes as asked for
 */
export function newRunId(now: Instant, random: (bytes: number) => Iterable<number> = randomBytes): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');
  // 256 is not a multiple of the alphabet's length; for an id the slight unevenness does not matter.
  const tail = [...random(5)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return `${stamp}-${tail}`;
}

/** What makes our entry in a lock ours and nobody else's. */
export function newToken(): string {
  return randomUUID();
}
