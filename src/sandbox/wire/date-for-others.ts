import { WATCHED } from './wire.js';
import type { WireRequest } from './wire-types.js';

/**
 * The date that an answer over HTTP has for another client than the tool: the time at which it signed its request.
 * SDKs hold their clock for wrong when the service's date is minutes off, and send each call again that was refused;
 * where time passes faster it is. To the tool an answer has the world's date.
 */
export function dateForOthers({ headers, query }: WireRequest): { readonly date?: string } {
  if (WATCHED.test(headers['user-agent'] ?? '')) return {};
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(headers['x-amz-date'] ?? query.get('X-Amz-Date') ?? '') ?? [];
  if (day === undefined || time === undefined) return {};
  const at = new Date(`${day.replace(/(..)(..)$/, '-$1-$2')}T${time.replace(/(..)(..)$/, ':$1:$2')}Z`);
  return Number.isNaN(at.getTime()) ? {} : { date: at.toUTCString() };
}
