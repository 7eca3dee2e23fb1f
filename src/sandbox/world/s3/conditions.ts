import { ServiceFault } from '../fault.js';
import { preconditionFailed } from './refusals.js';
import type { StoredObject } from './state.js';

/** Conditions of a request, as HTTP has them. */
export interface Conditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly IfModifiedSince?: Date;
  readonly IfUnmodifiedSince?: Date;
}

/**
 * Refuses to give an object that a condition of the request rules out: 412, or 304 for one that has not changed.
 * Source: S3 API reference, GetObject, "Overriding response header values" and RFC 7232: what entity tags say counts
 * before what times say.
 */
export function refuseRead(object: StoredObject, conditions: Conditions): void {
  const second = Math.floor(object.at / 1000);
  const since = (date: Date): number => Math.floor(date.getTime() / 1000);
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, object.etag)) throw preconditionFailed();
  } else if (IfUnmodifiedSince !== undefined && second > since(IfUnmodifiedSince)) throw preconditionFailed();
  if (IfNoneMatch !== undefined) {
    if (matches(IfNoneMatch, object.etag)) throw notModified();
  } else if (IfModifiedSince !== undefined && second <= since(IfModifiedSince)) throw notModified();
}

/**
 * Refuses to write where a condition of the request rules it out.
 * Source: S3 user guide, "How to prevent object overwrites with conditional writes".
 * @param present what is there now under that key
 */
export function refuseWrite(present: StoredObject | undefined, { IfMatch, IfNoneMatch }: Conditions): void {
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*')
    throw new ServiceFault(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      501,
    );
  if (IfNoneMatch !== undefined && present !== undefined) throw preconditionFailed();
  if (IfMatch === undefined) return;
  if (present === undefined) throw new ServiceFault('NoSuchKey', 'The specified key does not exist.', 404);
  if (!matches(IfMatch, present.etag)) throw preconditionFailed();
}

function matches(tags: string, etag: string): boolean {
  return tags.split(',').some((tag) => ['*', etag, bare(etag)].includes(tag.trim().replace(/^W\//, '')));
}

function bare(etag: string): string {
  return etag.slice(1, -1);
}

function notModified(): ServiceFault {
  return new ServiceFault('NotModified', 'Not Modified', 304);
}
