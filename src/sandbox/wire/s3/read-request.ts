import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceFault } from '../../world/fault.js';
import type { WireRequest } from '../wire-types.js';
import { parseXml, type XmlElement } from './parse-xml.js';

/** Where a request says which bucket and which object it is about. */
export interface Address {
  /** '' for the service itself. */
  readonly bucket: string;
  /** '' for the bucket itself. */
  readonly key: string;
}

/**
 * The bucket is in the host (`bucket.s3.eu-west-1.amazonaws.com`, `bucket.localhost`) or the first part of the
 * path.
 */
export function addressOf(request: WireRequest): Address {
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

/** The input of an operation as the SDK types it, out of path, query, headers and body. */
export function readInput(schema: NormalizedSchema, request: WireRequest, { bucket, key }: Address): object {
  const input: Record<string, unknown> = {};
  if (schema.isUnitSchema()) return input;
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    if (traits.sensitive) continue;
    let value: unknown;
    if (traits.httpLabel) value = name === 'Bucket' ? bucket : key;
    else if (traits.httpQuery !== undefined) value = typed(member, request.query.get(traits.httpQuery), name);
    else if (traits.httpHeader !== undefined) value = header(member, request.headers, traits.httpHeader, name);
    else if (traits.httpPrefixHeaders !== undefined) value = prefixed(request.headers, traits.httpPrefixHeaders);
    else if (traits.httpPayload) value = member.isStructSchema() ? document(member, request) : contentOf(request);
    if (value !== undefined) input[name] = value;
  }
  return input;
}

/** What is said of a setting of a bucket: its document is kept as it came. */
export function readSetting(request: WireRequest, { bucket }: Address): object {
  const owner = request.headers['x-amz-expected-bucket-owner'];
  return {
    Bucket: bucket,
    ...(owner !== undefined && { ExpectedBucketOwner: owner }),
    ...(request.method === 'PUT' && { Document: Buffer.from(contentOf(request)).toString('utf8') }),
  };
}

function header(member: NormalizedSchema, headers: WireRequest['headers'], header: string, name: string): unknown {
  const text = headers[header.toLowerCase()];
  if (text === undefined) return undefined;
  // How a body travels is not part of what is stored.
  const content = name === 'ContentEncoding' ? text.replace(/^aws-chunked\s*,?\s*|,\s*aws-chunked\s*$/i, '') : text;
  return content === '' ? undefined : typed(member, content, name);
}

function prefixed(headers: WireRequest['headers'], prefix: string): Record<string, string> | undefined {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  if (found.length === 0) return undefined;
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

function typed(member: NormalizedSchema, text: string | null, name: string): unknown {
  if (text === null) return undefined;
  if (member.isNumericSchema()) {
    const number = text.trim() === '' ? NaN : Number(text);
    if (!Number.isInteger(number) || number < 0 || number > 2 ** 53)
      throw new ServiceFault('InvalidArgument', `Argument ${name} must be an integer, and not ${text}`);
    return number;
  }
  if (member.isBooleanSchema()) return text.toLowerCase() === 'true';
  if (!member.isTimestampSchema()) return text;
  const at = new Date(text);
  // As HTTP has it, a condition whose date cannot be read is none.
  return Number.isNaN(at.getTime()) ? undefined : at;
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

function document(member: NormalizedSchema, request: WireRequest): unknown {
  const text = Buffer.from(contentOf(request)).toString('utf8').trim();
  return text === '' ? undefined : shapedAs(member, parseXml(text));
}

function shapedAs(schema: NormalizedSchema, { text, children }: XmlElement): unknown {
  if (!schema.isStructSchema()) return scalar(schema, text);
  const value: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const named = children.filter((child) => child.name === (member.getMemberTraits().xmlName ?? name));
    const [first] = named;
    if (first === undefined) continue;
    if (!member.isListSchema()) value[name] = shapedAs(member, first);
    else {
      const items = member.getMergedTraits().xmlFlattened ? named : first.children;
      value[name] = items.map((item) => shapedAs(member.getValueSchema(), item));
    }
  }
  return value;
}

function scalar(schema: NormalizedSchema, text: string): unknown {
  if (schema.isNumericSchema()) return Number(text);
  return schema.isBooleanSchema() ? text.trim() === 'true' : text;
}
