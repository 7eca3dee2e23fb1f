import { createHash } from 'node:crypto';
import { ServiceFault } from '../fault.js';
import type { World } from '../world.js';

/** Objects by bucket and key; enough of S3 to hold templates and assets. Plain data. */
interface S3State {
  readonly buckets: Map<string, Bucket>;
  /** How many uploads in parts there were; part of their ids. */
  uploads: number;
}

export interface Bucket {
  readonly at: number;
  readonly objects: Map<string, StoredObject>;
  /** Documents by subresource, as they came. */
  readonly settings: Map<string, string>;
  readonly uploads: Map<string, Upload>;
}

/** What an object says of itself in headers, by the SDK's names for them. */
export interface ObjectHeaders {
  readonly ContentType?: string;
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly Expires?: Date;
  readonly WebsiteRedirectLocation?: string;
  readonly StorageClass?: string;
  readonly ServerSideEncryption?: string;
  readonly Metadata?: Readonly<Record<string, string>>;
}

export interface StoredObject {
  readonly body: string | Uint8Array;
  readonly headers: ObjectHeaders;
  readonly at: number;
  readonly etag: string;
  /** Sizes of the parts that it was uploaded in; absent when it came whole. */
  readonly parts?: readonly number[];
}

/** An upload in parts that has not been completed. */
export interface Upload {
  readonly key: string;
  readonly at: number;
  readonly headers: ObjectHeaders;
  readonly parts: Map<number, { readonly body: Uint8Array; readonly at: number; readonly etag: string }>;
}

export interface BucketInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

export interface ObjectInput extends BucketInput {
  readonly Key: string;
}

/** Buckets and objects of the scenario are there from the start. */
export function s3State(world: World): S3State {
  return world.state<S3State>('s3', () => {
    const buckets = new Map<string, Bucket>();
    for (const [path, text] of Object.entries(world.scenario.objects)) {
      const slash = path.indexOf('/');
      const name = slash < 0 ? path : path.slice(0, slash);
      const bucket = buckets.get(name) ?? newBucket(world.startedAt);
      buckets.set(name, bucket);
      if (slash >= 0)
        bucket.objects.set(path.slice(slash + 1), stored(text, { ContentType: 'text/plain' }, world.startedAt));
    }
    return { buckets, uploads: 0 };
  });
}

export function newBucket(at: number): Bucket {
  return { at, objects: new Map(), settings: new Map(), uploads: new Map() };
}

/**
 * The bucket, if it is owned by whom the caller expects. Source: S3 user guide, "Verifying bucket ownership with
 * bucket owner condition": otherwise the request fails with 403 Access Denied.
 */
export function bucketOf(world: World, { Bucket: name, ExpectedBucketOwner: owner }: BucketInput): Bucket {
  const bucket = s3State(world).buckets.get(name);
  if (bucket === undefined) throw new ServiceFault('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (owner !== undefined && owner !== (world.scenario.bucketOwners[name] ?? world.account))
    throw new ServiceFault('AccessDenied', 'Access Denied', 403);
  return bucket;
}

export function objectOf(world: World, input: ObjectInput): StoredObject {
  const object = bucketOf(world, input).objects.get(input.Key);
  if (object === undefined) throw new ServiceFault('NoSuchKey', 'The specified key does not exist.', 404);
  return object;
}

export function stored(body: string | Uint8Array, headers: ObjectHeaders, at: number): StoredObject {
  return { body, headers, at, etag: etagOf(body) };
}

export function etagOf(body: string | Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** In bytes. */
export function sizeOf(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

const KEPT = [
  ...(['ContentType', 'CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'Expires'] as const),
  ...(['WebsiteRedirectLocation', 'StorageClass', 'ServerSideEncryption', 'Metadata'] as const),
];

/** S3 API reference, "Error responses", MetadataTooLarge; user guide, "Working with object metadata": 2 KB. */
const MOST_METADATA = 2048;

/** What an upload says that its object will say of itself. */
export function headersOf(input: ObjectHeaders): ObjectHeaders {
  const bytes = Object.entries(input.Metadata ?? {}).reduce((sum, each) => sum + Buffer.byteLength(each.join('')), 0);
  if (bytes > MOST_METADATA)
    throw new ServiceFault('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  const given = KEPT.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]] as const]));
  return { ContentType: 'binary/octet-stream', ...Object.fromEntries(given) };
}
