import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';
import { bucketOf, sizeOf, type Bucket, type BucketInput, type StoredObject } from './state.js';

interface ListInput extends BucketInput {
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
  readonly EncodingType?: string;
}

interface V1Input extends ListInput {
  readonly Marker?: string;
}

interface V2Input extends ListInput {
  readonly ContinuationToken?: string;
  readonly StartAfter?: string;
  readonly FetchOwner?: boolean;
}

interface VersionsInput extends ListInput {
  readonly KeyMarker?: string;
}

/** S3 gives at most a thousand at a time (API reference, ListObjectsV2, `MaxKeys`). */
const MOST = 1000;

export const listingOperations: OperationTable = {
  ListObjectsV2: (world, input: V2Input) => {
    const bucket = bucketOf(world, input);
    const { ContinuationToken: token, StartAfter: start } = input;
    const found = listed(bucket, input, token === undefined ? { key: start ?? '' } : positionOf(token));
    const encode = encoder(input);
    return {
      ...echoed(input, found),
      KeyCount: found.keys.length + found.prefixes.length,
      ...(found.next !== undefined && { NextContinuationToken: tokenOf(found.next) }),
      ...(token !== undefined && { ContinuationToken: token }),
      ...(start !== undefined && { StartAfter: encode(start) }),
      Contents: found.keys.map(([key, object]) => ({
        ...row(encode(key), object),
        ...(input.FetchOwner === true && { Owner: ownerOf(world) }),
      })),
    };
  },
  ListObjects: (world, input: V1Input) => {
    const bucket = bucketOf(world, input);
    const { Marker: marker = '', Delimiter: delimiter } = input;
    const inPrefix = delimiter !== undefined && delimiter !== '' && marker.endsWith(delimiter);
    const found = listed(bucket, input, { key: marker, ...(inPrefix && { prefix: true }) });
    const encode = encoder(input);
    return {
      ...echoed(input, found),
      Marker: encode(marker),
      // Source: API reference, ListObjects, `NextMarker`: only with a delimiter.
      ...(found.next !== undefined && delimiter !== undefined && { NextMarker: encode(found.next.key) }),
      Contents: found.keys.map(([key, object]) => ({ ...row(encode(key), object), Owner: ownerOf(world) })),
    };
  },
  /** No bucket keeps versions: each object has the one that S3 calls `null`. */
  ListObjectVersions: (world, input: VersionsInput) => {
    const bucket = bucketOf(world, input);
    const found = listed(bucket, input, { key: input.KeyMarker ?? '', prefix: true });
    const encode = encoder(input);
    return {
      ...echoed(input, found),
      KeyMarker: encode(input.KeyMarker ?? ''),
      VersionIdMarker: '',
      ...(found.next !== undefined && { NextKeyMarker: encode(found.next.key), NextVersionIdMarker: 'null' }),
      Versions: found.keys.map(([key, object]) => ({
        ...row(encode(key), object),
        VersionId: 'null',
        IsLatest: true,
        Owner: ownerOf(world),
      })),
    };
  },
};

/** The last thing that a page held: a key, or all the keys that begin with a common prefix. */
interface Position {
  readonly key: string;
  readonly prefix?: true;
}

interface Found {
  readonly keys: (readonly [key: string, object: StoredObject])[];
  readonly prefixes: string[];
  readonly most: number;
  /** Where the next page begins; absent on the last one. */
  readonly next?: Position;
}

/** Keys in their order; those that share what comes up to the delimiter are told as one common prefix. */
function listed({ objects }: Bucket, input: ListInput, after: Position): Found {
  const { Prefix: prefix = '', Delimiter: delimiter = '' } = input;
  const most = Math.min(input.MaxKeys ?? MOST, MOST);
  const keys: Found['keys'] = [];
  const prefixes: string[] = [];
  let last: Position = after;
  for (const key of [...objects.keys()].filter((each) => each.startsWith(prefix)).sort()) {
    if (key <= after.key || (after.prefix && after.key !== '' && key.startsWith(after.key))) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    if (common !== undefined && common === prefixes.at(-1)) continue;
    if (keys.length + prefixes.length >= most) return { keys, prefixes, most, ...(most > 0 && { next: last }) };
    const object = objects.get(key);
    if (common !== undefined) prefixes.push(common);
    else if (object !== undefined) keys.push([key, object]);
    last = common === undefined ? { key } : { key: common, prefix: true };
  }
  return { keys, prefixes, most };
}

function echoed(input: ListInput, { prefixes, most, next }: Found): object {
  const encode = encoder(input);
  return {
    Name: input.Bucket,
    Prefix: encode(input.Prefix ?? ''),
    MaxKeys: most,
    IsTruncated: next !== undefined,
    ...(input.Delimiter !== undefined && { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
    ...(prefixes.length > 0 && { CommonPrefixes: prefixes.map((one) => ({ Prefix: encode(one) })) }),
  };
}

function row(key: string, { body, etag, at, headers }: StoredObject): object {
  return {
    Key: key,
    Size: sizeOf(body),
    ETag: etag,
    LastModified: new Date(at),
    StorageClass: headers.StorageClass ?? 'STANDARD',
  };
}

function ownerOf(world: World): object {
  return { ID: world.account };
}

/** Keys may hold what XML cannot: then they are asked for as addresses have them. */
function encoder({ EncodingType: type }: ListInput): (text: string) => string {
  return type === 'url' ? (text) => encodeURIComponent(text).replaceAll('%2F', '/') : (text) => text;
}

function tokenOf({ key, prefix }: Position): string {
  return Buffer.from(`${prefix ? 'p' : 'k'}${key}`).toString('base64url');
}

function positionOf(token: string): Position {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!/^[pk]./s.test(text)) throw new ServiceFault('InvalidArgument', 'The continuation token provided is incorrect');
  return { key: text.slice(1), ...(text.startsWith('p') && { prefix: true as const }) };
}
