import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';
import { refuseRead, refuseWrite, type Conditions } from './conditions.js';
import { malformedXml, preconditionFailed } from './refusals.js';
import {
  bucketOf,
  headersOf,
  objectOf,
  sizeOf,
  stored,
  type BucketInput,
  type ObjectHeaders,
  type ObjectInput,
  type StoredObject,
} from './state.js';

interface PutInput extends ObjectInput, ObjectHeaders, Conditions {
  readonly Body?: string | Uint8Array;
}

interface GetInput extends ObjectInput, Conditions {
  readonly Range?: string;
  readonly PartNumber?: number;
  readonly [override: `Response${string}`]: unknown;
}

interface CopyInput extends ObjectInput, ObjectHeaders, CopyConditions {
  readonly MetadataDirective?: string;
}

/** Which object is copied, and on what conditions. */
export interface CopyConditions {
  /** `bucket/key`, percent-encoded, perhaps with `?versionId=…`. */
  readonly CopySource: string;
  readonly CopySourceIfMatch?: string;
  readonly CopySourceIfNoneMatch?: string;
  readonly CopySourceIfModifiedSince?: Date;
  readonly CopySourceIfUnmodifiedSince?: Date;
  readonly ExpectedSourceBucketOwner?: string;
}

interface DeleteObjectsInput extends BucketInput {
  readonly Delete?: { readonly Objects?: readonly { readonly Key?: string }[]; readonly Quiet?: boolean };
}

/** Objects, without versions and permissions. */
export const objectOperations: OperationTable = {
  PutObject: (world, input: PutInput) => {
    const { objects } = bucketOf(world, input);
    refuseWrite(objects.get(input.Key), input);
    const object = stored(input.Body ?? '', headersOf(input), world.clock.now());
    objects.set(input.Key, object);
    return { ETag: object.etag };
  },
  GetObject: (world, input: GetInput) => {
    const object = objectOf(world, input);
    refuseRead(object, input);
    const part = partOf(object, input);
    const facts = { ...factsOf(object, part), ...overridden(input) };
    return { Body: part === undefined ? object.body : slice(object.body, part), ...facts };
  },
  HeadObject: (world, input: GetInput) => {
    const object = objectOf(world, input);
    refuseRead(object, input);
    return { ...factsOf(object, partOf(object, input)), ...overridden(input) };
  },
  CopyObject: (world, input: CopyInput) => {
    const { objects } = bucketOf(world, input);
    const source = copySource(world, input);
    const replaces = input.MetadataDirective === 'REPLACE';
    if (source === objects.get(input.Key) && !replaces && !changes(source, input))
      throw new ServiceFault(
        'InvalidRequest',
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's " +
          'metadata, storage class, website redirect location or encryption attributes.',
      );
    const { StorageClass, ServerSideEncryption, WebsiteRedirectLocation } = input;
    const headers = replaces
      ? headersOf(input)
      : headersOf({
          ...source.headers,
          ...(StorageClass !== undefined && { StorageClass }),
          ...(ServerSideEncryption !== undefined && { ServerSideEncryption }),
          ...(WebsiteRedirectLocation !== undefined && { WebsiteRedirectLocation }),
        });
    const object = stored(source.body, headers, world.clock.now());
    objects.set(input.Key, object);
    return { CopyObjectResult: { ETag: object.etag, LastModified: new Date(object.at) } };
  },
  DeleteObject: (world, input: ObjectInput & Conditions) => {
    const { objects } = bucketOf(world, input);
    if (input.IfMatch !== undefined) refuseWrite(objects.get(input.Key), { IfMatch: input.IfMatch });
    objects.delete(input.Key);
    return {};
  },
  DeleteObjects: (world, input: DeleteObjectsInput) => {
    const { objects } = bucketOf(world, input);
    const keys = (input.Delete?.Objects ?? []).map(({ Key }) => Key ?? '');
    // Source: S3 API reference, DeleteObjects: a list of up to 1000 keys.
    if (keys.length === 0 || keys.length > 1000 || keys.includes('')) throw malformedXml();
    for (const key of keys) objects.delete(key);
    return input.Delete?.Quiet === true ? {} : { Deleted: keys.map((Key) => ({ Key })) };
  },
};

/** The object that a copy is made of. */
export function copySource(world: World, input: CopyConditions): StoredObject {
  const path = decodedSource(input.CopySource.replace(/\?versionId=.*$/, ''));
  const [, bucket = '', key = ''] = /^\/?([^/]*)\/(.*)$/s.exec(path) ?? [];
  const owner = input.ExpectedSourceBucketOwner;
  const object = objectOf(world, {
    Bucket: bucket,
    Key: key,
    ...(owner !== undefined && { ExpectedBucketOwner: owner }),
  });
  const conditions: Conditions = {
    ...(input.CopySourceIfMatch !== undefined && { IfMatch: input.CopySourceIfMatch }),
    ...(input.CopySourceIfNoneMatch !== undefined && { IfNoneMatch: input.CopySourceIfNoneMatch }),
    ...(input.CopySourceIfModifiedSince && { IfModifiedSince: input.CopySourceIfModifiedSince }),
    ...(input.CopySourceIfUnmodifiedSince && { IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince }),
  };
  try {
    refuseRead(object, conditions);
  } catch (error) {
    // Of a copy, a source that has not changed is a condition that does not hold.
    if (error instanceof ServiceFault && error.status === 304) throw preconditionFailed();
    throw error;
  }
  return object;
}

function decodedSource(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    throw new ServiceFault('InvalidArgument', 'The copy source must name the source bucket and key, percent-encoded');
  }
}

function changes({ headers }: StoredObject, input: CopyInput): boolean {
  const { StorageClass, ServerSideEncryption, WebsiteRedirectLocation } = input;
  return (
    ServerSideEncryption !== undefined ||
    (StorageClass ?? 'STANDARD') !== (headers.StorageClass ?? 'STANDARD') ||
    WebsiteRedirectLocation !== undefined
  );
}

/** Bytes of an object, the last one included. */
interface Part {
  readonly first: number;
  readonly last: number;
  /** Of the parts that it was uploaded in. */
  readonly count?: number;
}

/**
 * What a request asks of an object; undefined for all of it. More than one range, and what is no range, ask for all.
 * Source: S3 API reference, GetObject, `Range` and `PartNumber`; RFC 9110, "Range Requests".
 */
function partOf(object: StoredObject, { Range: range, PartNumber: number }: GetInput): Part | undefined {
  const size = sizeOf(object.body);
  if (number !== undefined) return numberedPart(object, number);
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) throw new ServiceFault('InvalidRange', 'The requested range is not satisfiable', 416);
  return { first, last };
}

function numberedPart(object: StoredObject, number: number): Part | undefined {
  const sizes = object.parts ?? [sizeOf(object.body)];
  const size = sizes[number - 1];
  if (size === undefined)
    throw new ServiceFault('InvalidPartNumber', 'The requested part number is not satisfiable', 416);
  const first = sizes.slice(0, number - 1).reduce((sum, each) => sum + each, 0);
  if (size === 0) return undefined;
  return { first, last: first + size - 1, ...(object.parts !== undefined && { count: sizes.length }) };
}

export function slice(body: string | Uint8Array, { first, last }: Pick<Part, 'first' | 'last'>): Uint8Array {
  return new Uint8Array((typeof body === 'string' ? Buffer.from(body) : body).slice(first, last + 1));
}

function factsOf({ body, etag, at, headers }: StoredObject, part: Part | undefined): object {
  const { StorageClass, ...shown } = headers;
  const size = sizeOf(body);
  return {
    AcceptRanges: 'bytes',
    ContentLength: part === undefined ? size : part.last - part.first + 1,
    ETag: etag,
    LastModified: new Date(at),
    ...shown,
    // Of the standard class S3 says nothing (API reference, GetObject, x-amz-storage-class).
    ...(StorageClass !== undefined && StorageClass !== 'STANDARD' && { StorageClass }),
    ...(part !== undefined && { ContentRange: `bytes ${part.first}-${part.last}/${size}` }),
    ...(part?.count !== undefined && { PartsCount: part.count }),
  };
}

/** A request may say what the answer's headers are (API reference, GetObject, `response-…`). */
function overridden(input: GetInput): object {
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, value]) =>
      name.startsWith('Response') ? [[name.slice('Response'.length), value]] : [],
    ),
  );
}
