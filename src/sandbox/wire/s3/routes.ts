import { ServiceFault } from '../../world/fault.js';
import { SETTINGS } from '../../world/s3/bucket-settings.js';
import { operationShape, type OperationShape } from '../services.js';
import { there } from '../../there.js';
import type { WireRequest } from '../wire-types.js';

/** What a request means: the operation, and whether S3's own description says what it takes and answers. */
export interface Route {
  readonly operation: string;
  /** Absent for settings of a bucket, whose documents are kept as they came. */
  readonly shape?: OperationShape;
}

type Place = 'service' | 'bucket' | 'object';

/** `METHOD place subresource`, as S3's own description has them. */
const ROUTES: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'DELETE bucket': 'DeleteBucket',
  'GET bucket': 'ListObjects',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket location': 'GetBucketLocation',
  'GET bucket versions': 'ListObjectVersions',
  'GET bucket uploads': 'ListMultipartUploads',
  'POST bucket delete': 'DeleteObjects',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'PUT object': 'PutObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
  'GET object uploadId': 'ListParts',
};

/** The same with a source of a copy among the headers. */
const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

/**
 * Query parameters that make another operation of a request, and must not be taken for the one without them.
 * Source: S3 API reference, "Actions"; settings of a bucket stand in a table of their own.
 */
const SUBRESOURCES = new Set([
  ...['list-type', 'location', 'versions', 'uploads', 'uploadId', 'delete', 'acl', 'tagging', 'torrent', 'restore'],
  ...['select', 'attributes', 'legal-hold', 'retention', 'policyStatus', 'metrics', 'analytics', 'inventory'],
  ...['intelligent-tiering', 'session', 'renameObject', 'metadataTable', 'metadataConfiguration', 'abac'],
]);

/** @throws NotImplemented for what S3 has and the sandbox does not */
export function routeOf(request: WireRequest, { bucket, key }: { bucket: string; key: string }): Route {
  const place: Place = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const named = [...request.query.keys()].filter((name) => SUBRESOURCES.has(name) || name in SETTINGS);
  const setting = place === 'bucket' && named.length === 1 ? SETTINGS[named[0] ?? ''] : undefined;
  const verb = ({ PUT: 'put', GET: 'get', DELETE: 'delete' } as const)[request.method];
  if (setting !== undefined && verb !== undefined && setting[verb] !== undefined) return { operation: setting[verb] };
  const plain = ROUTES[[request.method, place, ...named].join(' ')];
  const operation = request.headers['x-amz-copy-source'] === undefined ? plain : COPIES[plain ?? ''];
  if (operation === undefined) {
    const query = named.length === 0 ? '' : `?${named.join('&')}`;
    throw new ServiceFault(
      'NotImplemented',
      `The sandbox does not simulate s3 ${request.method} ${request.path}${query}`,
      501,
    );
  }
  return { operation, shape: there(operationShape('s3', operation)) };
}
