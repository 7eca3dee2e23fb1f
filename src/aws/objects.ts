import { AwsFault } from '../errors.js';
import type { Clients } from './clients.js';
import { toFault } from './faults.js';

/** The largest template that CloudFormation takes. */
const MOST_BYTES = 1024 * 1024;

/** An object of S3 as text. A larger one is not read to its end. */
export async function readObject(clients: Clients, bucket: string, key: string): Promise<string> {
  const answer = await (await clients.s3()).getObject({ Bucket: bucket, Key: key });
  try {
    return await textOf((answer.Body ?? []) as AsyncIterable<Uint8Array>, `s3://${bucket}/${key}`);
  } catch (error) {
    // The body comes after the answer, so the client does not see its failures.
    throw toFault(error, 's3:GetObject');
  }
}

async function textOf(body: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (bytes > MOST_BYTES) throw new AwsFault('invalid', 's3:GetObject', 'TooLarge', `${name} is larger than 1 MB, the most that CloudFormation takes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
