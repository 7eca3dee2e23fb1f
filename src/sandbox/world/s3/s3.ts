import { there } from '../../there.js';
import { createHash } from 'node:crypto';
import type { OperationTable, World } from '../world.js';
import { ServiceFault } from '../fault.js';

/** Objects by bucket and key; enough of S3 to hold templates and assets. Plain data. */
interface S3State {
  readonly buckets: Map<string, Map<string, StoredObject>>;
}

interface StoredObject {
  readonly body: string | Uint8Array;
  readonly contentType: string;
  readonly at: number;
  readonly etag: string;
}

interface BucketInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

interface ObjectInput extends BucketInput {
  readonly Key: string;
  readonly Body?: string | Uint8Array;
  readonly ContentType?: string;
}

interface ListInput extends BucketInput {
  readonly Prefix?: string;
  readonly MaxKeys?: number;
  readonly ContinuationToken?: string;
  readonly StartAfter?: string;
}

/** The S3 of the sandbox: whole objects, no versions, no permissions, no multipart uploads. */
export const s3Operations: OperationTable = {
  CreateBucket: (world, input: { Bucket: string }) => {
    const { buckets } = s3State(world);
    if (buckets.has(input.Bucket)) {
      throw new ServiceFault(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
      );
    }
    buckets.set(input.Bucket, new Map());
    return { Location: `/${input.Bucket}` };
  },
  HeadBucket: (world, input: BucketInput) => {
    bucketOf(world, input);
    return { BucketRegion: world.region };
  },
  GetBucketLocation: (world, input: BucketInput) => {
    bucketOf(world, input);
    return { LocationConstraint: world.region };
  },
  /** No bucket here has a setting of its own. */
  GetBucketEncryption: (world, input: BucketInput) => {
    bucketOf(world, input);
    throw new ServiceFault(
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
      404,
    );
  },
  PutObject: (world, input: ObjectInput) => {
    const bucket = bucketOf(world, input);
    const body = input.Body ?? '';
    const object = stored(body, input.ContentType ?? 'application/octet-stream', world.clock.now());
    bucket.set(input.Key, object);
    return { ETag: object.etag };
  },
  GetObject: (world, input: ObjectInput) => {
    const object = objectOf(world, input);
    return { Body: object.body, ...facts(object) };
  },
  HeadObject: (world, input: ObjectInput) => facts(objectOf(world, input)),
  ListObjectsV2: (world, input: ListInput) => {
    const bucket = bucketOf(world, input);
    const after = input.ContinuationToken ?? input.StartAfter ?? '';
    const keys = [...bucket.keys()].filter((key) => key.startsWith(input.Prefix ?? '') && key > after).sort();
    const most = Math.min(input.MaxKeys ?? 1000, 1000);
    const page = keys.slice(0, most);
    const more = keys.length > page.length;
    return {
      Name: input.Bucket,
      Prefix: input.Prefix ?? '',
      MaxKeys: most,
      KeyCount: page.length,
      IsTruncated: more,
      ...(more ? { NextContinuationToken: page.at(-1) } : {}),
      Contents: page.map((key) => {
        const object = there(bucket.get(key));
        return {
          Key: key,
          Size: sizeOf(object.body),
          ETag: object.etag,
          LastModified: new Date(object.at),
          StorageClass: 'STANDARD',
        };
      }),
    };
  },
};

/** The text of an object, for services that read S3 themselves; undefined when there is none. */
export function s3Text(world: World, bucket: string, key: string): string | undefined {
  const object = s3State(world).buckets.get(bucket)?.get(key);
  if (object === undefined) return undefined;
  return typeof object.body === 'string' ? object.body : Buffer.from(object.body).toString('utf8');
}

/** Buckets and objects of the scenario are there from the start. */
function s3State(world: World): S3State {
  return world.state<S3State>('s3', () => {
    const buckets = new Map<string, Map<string, StoredObject>>();
    for (const [path, text] of Object.entries(world.scenario.objects)) {
      const slash = path.indexOf('/');
      const bucket = slash < 0 ? path : path.slice(0, slash);
      if (!buckets.has(bucket)) buckets.set(bucket, new Map());
      if (slash >= 0) buckets.get(bucket)?.set(path.slice(slash + 1), stored(text, 'text/plain', world.startedAt));
    }
    return { buckets };
  });
}

/**
 * The bucket, if it is owned by whom the caller expects. Source: S3 user guide, "Verifying bucket ownership with
 * bucket owner condition": otherwise the request fails with 403 Access Denied.
 */
function bucketOf(world: World, { Bucket: name, ExpectedBucketOwner: owner }: BucketInput): Map<string, StoredObject> {
  const bucket = s3State(world).buckets.get(name);
  if (bucket === undefined) throw new ServiceFault('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (owner !== undefined && owner !== (world.scenario.bucketOwners[name] ?? world.account))
    throw new ServiceFault('AccessDenied', 'Access Denied', 403);
  return bucket;
}

function objectOf(world: World, input: ObjectInput): StoredObject {
  const object = bucketOf(world, input).get(input.Key);
  if (object === undefined) throw new ServiceFault('NoSuchKey', 'The specified key does not exist.', 404);
  return object;
}

function stored(body: string | Uint8Array, contentType: string, at: number): StoredObject {
  return { body, contentType, at, etag: `"${createHash('md5').update(body).digest('hex')}"` };
}

function sizeOf(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

function facts(object: StoredObject): object {
  return {
    ContentLength: sizeOf(object.body),
    ContentType: object.contentType,
    ETag: object.etag,
    LastModified: new Date(object.at),
  };
}
