import { AwsFault } from '../../errors.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';
import { collected } from '../session/whole-answers.js';
import { toFault } from '../session/faults.js';

/** The largest template that CloudFormation takes. */
const MOST_BYTES = 1024 * 1024;

/** How an object is read. */
interface Reading {
  /** Account that must own the bucket; absent: anybody's will do. */
  readonly owner?: string;
  /** Absent: as large as CloudFormation takes it. */
  readonly most?: number;
}

/** An object of S3 as text. A larger one is not read to its end. */
export async function readObject(
  clients: Clients,
  bucket: string,
  key: string,
  { owner, most }: Reading = {},
): Promise<string> {
  const answer = await (
    await clients.s3()
  ).getObject({ Bucket: bucket, Key: key, ...(owner !== undefined && { ExpectedBucketOwner: owner }) });
  try {
    return await textOf(answer.Body, `s3://${bucket}/${key}`, most);
  } catch (error) {
    // The body comes after the answer, so the client does not see its failures.
    throw toFault(error, 's3:GetObject');
  }
}

/**
 * Writes an object. S3 refuses a bucket of anybody but `owner`: a name that can be guessed may have been taken.
 */
export async function writeObject(
  clients: Clients,
  {
    bucket,
    key,
    text,
    owner,
  }: { readonly bucket: string; readonly key: string; readonly text: string | Uint8Array; readonly owner: string },
): Promise<void> {
  await (await clients.s3()).putObject({ Bucket: bucket, Key: key, Body: text, ExpectedBucketOwner: owner });
}

/** Most keys of one page. Source: S3 API reference, ListObjectsV2, MaxKeys. */
const PAGE = 1000;

/** The first keys that begin with `prefix`, in their order, and whether there are more. */
export async function listObjects(
  clients: Clients,
  {
    bucket,
    prefix,
    owner,
    most,
  }: { readonly bucket: string; readonly prefix: string; readonly owner: string; readonly most: number },
): Promise<{ readonly keys: readonly string[]; readonly more: boolean }> {
  const s3 = await clients.s3();
  let read = 0;
  let more = false;
  const pages = await allPages(
    's3:ListObjectsV2',
    async (token) => {
      const { Contents: objects = [], NextContinuationToken: next } = await s3.listObjectsV2({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: Math.max(1, Math.min(PAGE, most - read)),
        ExpectedBucketOwner: owner,
        ...(token !== undefined && { ContinuationToken: token }),
      });
      read += objects.length;
      more = next !== undefined && next !== '';
      return { page: objects.flatMap(({ Key: key }) => key ?? []), next };
    },
    () => read >= most,
  );
  return { keys: pages.flat().slice(0, most), more };
}

/** Whether there is such a bucket of this account that we may see. */
export async function hasBucket(clients: Clients, bucket: string, owner: string): Promise<boolean> {
  try {
    await (await clients.s3()).headBucket({ Bucket: bucket, ExpectedBucketOwner: owner });
    return true;
  } catch (error) {
    if (error instanceof AwsFault && (error.kind === 'missing' || error.kind === 'denied')) return false;
    throw error;
  }
}

/** @throws AwsFault `TooLarge`; what the connection says when it breaks */
async function textOf(body: unknown, name: string, most: number | undefined): Promise<string> {
  const bytes = await collected(body, {
    operation: 's3:GetObject',
    most: most ?? MOST_BYTES,
    tooLarge:
      most === undefined
        ? `${name} is larger than 1 MB, the most that CloudFormation takes.`
        : `${name} is larger than ${most} bytes.`,
  });
  return Buffer.from(bytes ?? []).toString('utf8');
}
