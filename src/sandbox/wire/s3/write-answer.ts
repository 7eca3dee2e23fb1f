import type { NormalizedSchema } from '@smithy/core/schema';
import { structWriter, writeMembers } from '../xml.js';
import type { Route } from './routes.js';

export interface S3Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The element around an answer, where it is not the operation's name with `Result`. */
const ROOT: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjects: 'ListBucketResult',
  ListObjectsV2: 'ListBucketResult',
  ListObjectVersions: 'ListVersionsResult',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  DeleteObjects: 'DeleteResult',
};

/** Successes that are not 200. */
const STATUS: Readonly<Record<string, number>> = {
  DeleteBucket: 204,
  DeleteObject: 204,
  AbortMultipartUpload: 204,
  PutBucketPolicy: 204,
};

/** Writes what an operation answered where S3 has it: status, headers, body. */
export function writeS3({ operation, shape }: Route, output: object, common: Record<string, string>): S3Answer {
  if (shape === undefined) return writeSetting(operation, output, common);
  const members = shape.output.isUnitSchema() ? [] : [...shape.output.structIterator()];
  const headers: Record<string, string> = { ...common };
  for (const [name, member] of members) addHeaders(headers, member, (output as Row)[name]);
  const body = bodyOf(operation, members, output as Row);
  // A HEAD tells how long the body would be that it does not have.
  if (operation !== 'HeadObject') headers['content-length'] = String(Buffer.byteLength(body.content));
  if (body.type !== undefined) headers['content-type'] ??= body.type;
  return { status: 'content-range' in headers ? 206 : (STATUS[operation] ?? 200), headers, body: body.content };
}

type Row = Readonly<Record<string, unknown>>;

type Members = readonly (readonly [name: string, member: NormalizedSchema])[];

function addHeaders(headers: Record<string, string>, member: NormalizedSchema, value: unknown): void {
  const { httpHeader: name, httpPrefixHeaders: prefix } = member.getMergedTraits();
  if (value === undefined) return;
  if (name !== undefined) headers[name.toLowerCase()] = textOf(value as string | number | boolean | Date);
  if (prefix !== undefined)
    for (const [key, text] of Object.entries(value as Readonly<Record<string, string>>))
      headers[`${prefix}${key}`] = text;
}

function textOf(value: string | number | boolean | Date): string {
  return value instanceof Date ? value.toUTCString() : String(value);
}

/** What an operation answers outside of headers: an object's content, a structure, or a document of all the rest. */
function bodyOf(operation: string, members: Members, output: Row): { content: Uint8Array | string; type?: string } {
  const [payload] = members.filter(([, member]) => member.getMergedTraits().httpPayload);
  if (payload !== undefined) {
    const [name, member] = payload;
    if (!member.isStructSchema())
      return { content: (output[name] ?? '') as Uint8Array | string, type: 'binary/octet-stream' };
    return { content: rooted(name, structWriter(member)(output[name] as object)), type: 'application/xml' };
  }
  const told = members.filter(([, member]) => {
    const { httpHeader: name, httpPrefixHeaders: prefix } = member.getMergedTraits();
    return name === undefined && prefix === undefined;
  });
  if (told.length === 0) return { content: '' };
  return { content: documentOf(operation, told, output), type: 'application/xml' };
}

function documentOf(operation: string, members: Members, output: Row): string {
  if (operation === 'GetBucketLocation') {
    const { LocationConstraint: place = '' } = output as { readonly LocationConstraint?: string };
    return rooted('LocationConstraint', place);
  }
  return rooted(ROOT[operation] ?? `${operation}Result`, writeMembers(members, output));
}

function rooted(name: string, content: string): string {
  return `${DECLARATION}<${name} xmlns="${NAMESPACE}">${content}</${name}>`;
}

function writeSetting(
  operation: string,
  { Document: document }: { readonly Document?: string },
  common: Record<string, string>,
): S3Answer {
  const status = operation.startsWith('Delete') ? 204 : (STATUS[operation] ?? 200);
  const type = document?.trimStart().startsWith('{') === true ? 'application/json' : 'application/xml';
  return {
    status,
    headers: { ...common, ...(document !== undefined && { 'content-type': type }) },
    body: document ?? '',
  };
}
