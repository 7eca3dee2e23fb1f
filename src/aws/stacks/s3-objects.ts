import { AwsFault } from '../../errors.js';
import type { Clients } from '../session/clients.js';
import { collected } from '../session/whole-answers.js';
import { toFault } from '../session/faults.js';

/** The largest template that CloudFormation takes. */
const MOST_BYTES = 1024 * 1024;

/** An object of S3 as text. A larger one is not read to its end. */
export async function readObject(clients: Clients, bucket: string, key: string): Promise<string> {
  const answer = await (await clients.s3()).getObject({ Bucket: bucket, Key: key });
  try {
    return await textOf(answer.Body, `s3://${bucket}/${key}`);
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
  }: { readonly bucket: string; readonly key: string; readonly text: string; readonly owner: string },
): Promise<void> {
  await (await clients.s3()).putObject({ Bucket: bucket, Key: key, Body: text, ExpectedBucketOwner: owner });
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
async function textOf(body: unknown, name: string): Promise<string> {
  const bytes = await collected(body, {
    operation: 's3:GetObject',
    most: MOST_BYTES,
    tooLarge: `${name} is larger than 1 MB, the most that CloudFormation takes.`,
  });
  return Buffer.from(bytes ?? []).toString('utf8');
}
