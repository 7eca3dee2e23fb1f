import type { BreakHow } from '../scenario.js';
import type { WireAnswer, WireOutcome } from './wire-types.js';

/** What a proxy or a portal of a network says in place of a service. */
const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>\n<p>Please sign in.</p>\n</body></html>\n';

/** A declared length that the body falls short of by this many bytes. */
const SHORT_BY = 100;

/**
 * What arrives of an answer that breaks on its way: how connections, proxies and portals do it, not any service.
 * @param answer what the service said; for a call that never came through to it, any answer of its kind
 */
export function breakAnswer(answer: WireAnswer, how: BreakHow): WireOutcome {
  const bytes = Buffer.from(answer.body as Uint8Array);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const declared = (length: number): Record<string, string> => ({ ...answer.headers, 'content-length': `${length}` });
  const page = { ...dated(answer), 'content-type': 'text/html' };
  switch (how) {
    case 'cut':
      return { ...answer, headers: declared(bytes.length), body: half, then: 'reset' };
    case 'short':
      return { ...answer, headers: declared(bytes.length + SHORT_BY), body: bytes, then: 'reset' };
    case 'cutDocument':
      return { ...answer, headers: declared(half.length), body: half };
    case 'drip':
      return { ...answer, headers: declared(bytes.length), body: half, then: 'silence' };
    case 'empty':
      return { status: 200, headers: { ...dated(answer), 'content-length': '0' }, body: '' };
    case 'html':
      return { status: 200, headers: page, body: PAGE };
    case 'redirect':
      return { status: 302, headers: { ...page, location: 'https://portal.invalid/login' }, body: PAGE };
    case 'reset':
      return 'reply lost';
  }
}

/** A proxy has a clock too. */
function dated({ headers }: WireAnswer): Record<string, string> {
  return { date: headers['date'] ?? '' };
}
