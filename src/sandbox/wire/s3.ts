import * as s3 from '@aws-sdk/client-s3';
import { NormalizedSchema } from '@smithy/core/schema';
import { ServiceFault } from '../world/fault.js';
import { escapeXml, structWriter } from './xml.js';
import type { WireOutcome, WireRequest } from './wire-types.js';

/** One call of S3: the few operations that templates need. */
export interface S3Call {
  readonly operation:
    | 'GetObject'
    | 'HeadObject'
    | 'PutObject'
    | 'ListObjectsV2'
    | 'CreateBucket'
    | 'HeadBucket'
    | 'GetBucketLocation'
    | 'GetBucketEncryption';
  readonly input: object;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const writeListing = structWriter(NormalizedSchema.of(s3.ListObjectsV2Output$));

/**
 * Answers a request to S3, in path style (`/bucket/key`) or virtual-host style (`bucket.s3…/key`).
 * A missing object is `NoSuchKey` with 404; to HEAD there is no body to say so.
 */
export function callS3(
  request: WireRequest,
  headers: Record<string, string>,
  run: (call: S3Call) => object | 'reply lost',
): WireOutcome {
  const common = { date: headers['date'] ?? '', 'x-amz-request-id': headers['x-amzn-requestid'] ?? '' };
  try {
    if (request.headers['authorization'] === undefined && !request.query.has('X-Amz-Signature')) {
      throw new ServiceFault('AccessDenied', 'Access Denied', 403);
    }
    const call = callOf(request);
    const output = run(call);
    return output === 'reply lost' ? output : { status: 200, ...respond(call, output, common) };
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    const body =
      '<?xml version="1.0" ' +
      `encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}` +
      `</Message><RequestId>${common['x-amz-request-id']}</RequestId></Error>`;
    return {
      status: statusOf(error),
      headers: { ...common, 'content-type': 'application/xml' },
      body: request.method === 'HEAD' ? '' : body,
    };
  }
}

function callOf(request: WireRequest): S3Call {
  const { bucket, key } = address(request);
  if (bucket === '') throw new ServiceFault('NotImplemented', 'The sandbox does not list buckets', 501);
  const owner = request.headers['x-amz-expected-bucket-owner'];
  const input = {
    Bucket: bucket,
    ...(key !== '' && { Key: key }),
    ...(owner !== undefined && { ExpectedBucketOwner: owner }),
  };
  if (key === '' && request.method === 'PUT' && request.query.size === 0) return { operation: 'CreateBucket', input };
  if (key === '' && request.method === 'HEAD') return { operation: 'HeadBucket', input };
  if (key === '' && request.method === 'GET' && request.query.has('location'))
    return { operation: 'GetBucketLocation', input };
  if (key === '' && request.method === 'GET' && request.query.has('encryption'))
    return { operation: 'GetBucketEncryption', input };
  if (key === '' && request.method === 'GET' && request.query.get('list-type') === '2') {
    return { operation: 'ListObjectsV2', input: { ...input, ...listingInput(request.query) } };
  }
  if (key !== '' && request.method === 'GET')
    return { operation: 'GetObject', input: { ...input, ...versionOf(request) } };
  if (key !== '' && request.method === 'HEAD')
    return { operation: 'HeadObject', input: { ...input, ...versionOf(request) } };
  if (key !== '' && request.method === 'PUT' && request.headers['x-amz-copy-source'] === undefined) {
    const type = request.headers['content-type'];
    return {
      operation: 'PutObject',
      input: { ...input, Body: contentOf(request), ...(type !== undefined && { ContentType: type }) },
    };
  }
  throw new ServiceFault('NotImplemented', `The sandbox does not simulate s3 ${request.method} ${request.path}`, 501);
}

/**
 * The bucket is in the host (`bucket.s3.eu-west-1.amazonaws.com`, `bucket.localhost`) or the first part of the
 * path.
 */
function address(request: WireRequest): { bucket: string; key: string } {
  const path = decoded(request.path).replace(/^\//, '');
  const host = /^(.+)\.(?:s3[.-].+|localhost(?::\d+)?)$/.exec(request.host)?.[1];
  if (host !== undefined) return { bucket: host, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServiceFault('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function listingInput(query: URLSearchParams): object {
  const texts = {
    Prefix: 'prefix',
    Delimiter: 'delimiter',
    ContinuationToken: 'continuation-token',
    StartAfter: 'start-after',
  };
  const maxKeys = query.get('max-keys');
  return {
    ...Object.fromEntries(
      Object.entries(texts).flatMap(([member, name]) => (query.has(name) ? [[member, query.get(name)]] : [])),
    ),
    ...(maxKeys !== null && { MaxKeys: Number(maxKeys) }),
  };
}

function versionOf(request: WireRequest): object {
  const version = request.query.get('versionId');
  return version === null ? {} : { VersionId: version };
}

/** The body; a stream's comes in chunks with a line of length and signature before each (`aws-chunked`). */
function contentOf(request: WireRequest): Uint8Array {
  const bytes = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : Buffer.from(request.body);
  if (!(request.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')) return new Uint8Array(bytes);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (lineEnd < 0 || !(length > 0)) break;
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

type Output = Omit<Partial<s3.GetObjectOutput & s3.HeadBucketOutput & s3.GetBucketLocationOutput>, 'Body'> & {
  readonly Body?: Uint8Array | string;
};

function respond(
  call: S3Call,
  output: Output,
  common: Record<string, string>,
): { headers: Record<string, string>; body: Uint8Array | string } {
  if (call.operation === 'ListObjectsV2') {
    const body =
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult ` +
      `xmlns="${NAMESPACE}">${writeListing(output)}</ListBucketResult>`;
    return { headers: { ...common, 'content-type': 'application/xml' }, body };
  }
  if (call.operation === 'GetBucketLocation') {
    const body =
      `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint ` +
      `xmlns="${NAMESPACE}">${output.LocationConstraint ?? ''}</LocationConstraint>`;
    return { headers: { ...common, 'content-type': 'application/xml' }, body };
  }
  const body = output.Body ?? '';
  const length = call.operation === 'HeadObject' ? output.ContentLength : Buffer.byteLength(body);
  const optional = {
    etag: output.ETag,
    'last-modified': output.LastModified?.toUTCString(),
    'content-type':
      output.ContentType ??
      (call.operation === 'GetObject' || call.operation === 'HeadObject' ? 'binary/octet-stream' : undefined),
    'x-amz-version-id': output.VersionId,
    'x-amz-bucket-region': output.BucketRegion,
    'content-length': length === undefined ? undefined : String(length),
  };
  const present = Object.entries(optional).filter((each): each is [string, string] => each[1] !== undefined);
  return { headers: { ...common, ...Object.fromEntries(present) }, body };
}

/** S3 says with the HTTP status what kind of error it is. */
function statusOf(fault: ServiceFault): number {
  if (fault.status !== 400) return fault.status;
  if (/^(NoSuchKey|NoSuchBucket|NotFound)$/.test(fault.code)) return 404;
  return fault.code === 'AccessDenied' ? 403 : 400;
}
