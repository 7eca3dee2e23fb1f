import { createHash } from 'node:crypto';
import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';
import { refuseWrite, type Conditions } from './conditions.js';
import { copySource, slice, type CopyConditions } from './objects.js';
import { malformedXml } from './refusals.js';
import {
  bucketOf,
  etagOf,
  headersOf,
  s3State,
  sizeOf,
  type BucketInput,
  type ObjectHeaders,
  type ObjectInput,
  type StoredObject,
  type Upload,
} from './state.js';

interface UploadInput extends ObjectInput {
  readonly UploadId?: string;
}

interface PartInput extends UploadInput {
  readonly PartNumber?: number;
  readonly Body?: string | Uint8Array;
}

interface CompleteInput extends UploadInput, Conditions {
  readonly MultipartUpload?: {
    readonly Parts?: readonly { readonly PartNumber?: number; readonly ETag?: string }[];
  };
}

interface ListPartsInput extends UploadInput {
  readonly MaxParts?: number;
  readonly PartNumberMarker?: string;
}

/** Source: S3 user guide, "Amazon S3 multipart upload limits": parts 1 to 10,000, of 5 MiB but for the last one. */
const MOST_PARTS = 10_000;
const SMALLEST_PART = 5 * 1024 * 1024;

/** Uploads in parts. */
export const uploadOperations: OperationTable = {
  CreateMultipartUpload: (world, input: ObjectInput & ObjectHeaders) => {
    const { uploads } = bucketOf(world, input);
    const state = s3State(world);
    const number = ++state.uploads;
    const id = createHash('sha256').update(`${input.Bucket}/${input.Key} ${number}`).digest('hex');
    uploads.set(id, { key: input.Key, at: world.clock.now(), headers: headersOf(input), parts: new Map() });
    return { Bucket: input.Bucket, Key: input.Key, UploadId: id };
  },
  UploadPart: (world, input: PartInput) => {
    const body = input.Body ?? '';
    const bytes = typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body;
    return { ETag: keep(world, input, bytes).ETag };
  },
  UploadPartCopy: (world, input: PartInput & CopyConditions & { readonly CopySourceRange?: string }) => {
    const { body } = copySource(world, input);
    const [, first = '0', last = String(sizeOf(body) - 1)] =
      /^bytes=(\d+)-(\d+)$/.exec(input.CopySourceRange ?? '') ?? [];
    if (Number(last) >= sizeOf(body) && input.CopySourceRange !== undefined)
      throw new ServiceFault(
        'InvalidArgument',
        `Range specified is not valid for source object of size: ${sizeOf(body)}`,
      );
    return { CopyPartResult: keep(world, input, slice(body, { first: Number(first), last: Number(last) })) };
  },
  CompleteMultipartUpload: (world, input: CompleteInput) => {
    const bucket = bucketOf(world, input);
    const upload = uploadOf(world, input);
    refuseWrite(bucket.objects.get(input.Key), input);
    const object = assembled(upload, input, world.clock.now());
    bucket.objects.set(input.Key, object);
    bucket.uploads.delete(input.UploadId ?? '');
    const location = `https://${input.Bucket}.s3.${world.region}.amazonaws.com/${encodeURIComponent(input.Key)}`;
    return { Location: location, Bucket: input.Bucket, Key: input.Key, ETag: object.etag };
  },
  AbortMultipartUpload: (world, input: UploadInput) => {
    uploadOf(world, input);
    bucketOf(world, input).uploads.delete(input.UploadId ?? '');
    return {};
  },
  ListParts: (world, input: ListPartsInput) => {
    const after = Number(input.PartNumberMarker ?? 0);
    const all = [...uploadOf(world, input).parts].sort(([a], [b]) => a - b).filter(([number]) => number > after);
    const most = Math.min(input.MaxParts ?? 1000, 1000);
    const page = all.slice(0, most);
    return {
      Bucket: input.Bucket,
      Key: input.Key,
      UploadId: input.UploadId,
      PartNumberMarker: String(after),
      MaxParts: most,
      IsTruncated: page.length < all.length,
      ...(page.length < all.length && { NextPartNumberMarker: String(page.at(-1)?.[0] ?? after) }),
      Parts: page.map(([number, { body, etag, at }]) => ({
        PartNumber: number,
        ETag: etag,
        Size: body.byteLength,
        LastModified: new Date(at),
      })),
      StorageClass: 'STANDARD',
    };
  },
  ListMultipartUploads: (world, input: BucketInput & { readonly Prefix?: string }) => ({
    Bucket: input.Bucket,
    MaxUploads: 1000,
    IsTruncated: false,
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
    Uploads: [...bucketOf(world, input).uploads]
      .filter(([, { key }]) => key.startsWith(input.Prefix ?? ''))
      .map(([id, { key, at }]) => ({ UploadId: id, Key: key, Initiated: new Date(at), StorageClass: 'STANDARD' })),
  }),
};

function uploadOf(world: World, input: UploadInput): Upload {
  const upload = bucketOf(world, input).uploads.get(input.UploadId ?? '');
  if (upload?.key !== input.Key)
    throw new ServiceFault(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or ' +
        'completed.',
      404,
    );
  return upload;
}

function keep(world: World, input: PartInput, body: Uint8Array): { ETag: string; LastModified: Date } {
  const { parts } = uploadOf(world, input);
  const number = input.PartNumber ?? 0;
  if (number < 1 || number > MOST_PARTS)
    throw new ServiceFault('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
  const at = world.clock.now();
  const etag = etagOf(body);
  parts.set(number, { body, at, etag });
  return { ETag: etag, LastModified: new Date(at) };
}

/** The object made of the parts that are named. Its entity tag is made of those of the parts. */
function assembled(upload: Upload, { MultipartUpload: given }: CompleteInput, at: number): StoredObject {
  const named = given?.Parts ?? [];
  if (named.length === 0) throw malformedXml();
  let before = 0;
  const parts = named.map(({ PartNumber: number = 0, ETag: etag = '' }) => {
    if (number <= before)
      throw new ServiceFault(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    before = number;
    const part = upload.parts.get(number);
    if (part?.etag.replaceAll('"', '') !== etag.replaceAll('"', ''))
      throw new ServiceFault(
        'InvalidPart',
        'One or more of the specified parts could not be found. The part may not have been uploaded, or the ' +
          "specified entity tag may not match the part's entity tag.",
      );
    return part;
  });
  if (parts.slice(0, -1).some(({ body }) => body.byteLength < SMALLEST_PART))
    throw new ServiceFault('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag.replaceAll('"', ''), 'hex'));
  return {
    body: new Uint8Array(Buffer.concat(parts.map(({ body }) => body))),
    headers: upload.headers,
    at,
    etag: `"${hash.digest('hex')}-${parts.length}"`,
    parts: parts.map(({ body }) => body.byteLength),
  };
}
