import { ServiceFault } from '../../world/fault.js';
import type { WireOutcome, WireRequest } from '../wire-types.js';
import { escapeXml } from '../xml.js';
import { addressOf, readInput, readSetting } from './read-request.js';
import { routeOf } from './routes.js';
import { writeS3 } from './write-answer.js';

/**
 * Answers a request to S3, in path style (`/bucket/key`) or virtual-host style (`bucket.s3…/key`), signed by a
 * header or in its address, in the present way or the former one.
 * A missing object is `NoSuchKey` with 404; to HEAD there is no body to say so.
 */
export function callS3(
  request: WireRequest,
  headers: Record<string, string>,
  run: (operation: string, input: () => object) => object | 'reply lost',
): WireOutcome {
  const common = { date: headers['date'] ?? '', 'x-amz-request-id': headers['x-amzn-requestid'] ?? '' };
  try {
    if (!isSigned(request)) throw new ServiceFault('AccessDenied', 'Access Denied', 403);
    const address = addressOf(request);
    const route = routeOf(request, address);
    const output = run(route.operation, () =>
      route.shape === undefined ? readSetting(request, address) : readInput(route.shape.input, request, address),
    );
    return output === 'reply lost' ? output : writeS3(route, output, common);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return writeError(request, error, common);
  }
}

/** By a header, or by query parameters as addresses have them that were signed beforehand. */
function isSigned({ headers, query }: WireRequest): boolean {
  if (headers['authorization'] !== undefined || query.has('X-Amz-Signature')) return true;
  return query.has('AWSAccessKeyId') && query.has('Signature') && query.has('Expires');
}

/** Neither an answer to HEAD nor one that nothing has changed has a body. */
function writeError(request: WireRequest, error: ServiceFault, common: Record<string, string>): WireOutcome {
  const body =
    '<?xml version="1.0" ' +
    `encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}` +
    `</Message><RequestId>${common['x-amz-request-id'] ?? ''}</RequestId></Error>`;
  return {
    status: statusOf(error),
    headers: { ...common, 'content-type': 'application/xml' },
    body: request.method === 'HEAD' || error.status === 304 ? '' : body,
  };
}

/** S3 says with the HTTP status what kind of error it is. */
function statusOf(fault: ServiceFault): number {
  if (fault.status !== 400) return fault.status;
  if (/^(NoSuchKey|NoSuchBucket|NotFound)$/.test(fault.code)) return 404;
  return fault.code === 'AccessDenied' ? 403 : 400;
}
