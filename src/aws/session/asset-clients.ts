import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { AwsFault } from '../../errors.js';
import { createClients, type AssumedRole, type GatewayOptions } from './clients.js';
import { faultText } from '../../text/fault-text.js';

/** What publishing asks of S3. Errors carry AWS's code as their name, which is how the library tells them apart. */
export interface AssetS3 {
  readonly getBucketLocation: (input: { Bucket?: string | undefined }) => Promise<object>;
  readonly getBucketEncryption: (input: { Bucket: string | undefined }) => Promise<object>;
  readonly listObjectsV2: (input: { Bucket: string | undefined; Prefix?: string; MaxKeys?: number }) => Promise<object>;
  readonly upload: (input: PutObjectCommandInput) => Promise<object>;
}

/** S3 in the region of a destination, by its role when there is one. */
export async function assetS3(
  options: GatewayOptions,
  { region, role }: { readonly region?: string; readonly role?: AssumedRole },
): Promise<AssetS3> {
  const clients = createClients({
    ...options,
    ...(region !== undefined && { region }),
    ...(role !== undefined && { assume: role }),
  });
  const s3 = await clients.s3();
  return {
    getBucketLocation: (input) => named(() => s3.getBucketLocation({ ...input, Bucket: input.Bucket })),
    getBucketEncryption: (input) => named(() => s3.getBucketEncryption(input)),
    listObjectsV2: (input) => named(() => s3.listObjectsV2(input)),
    upload: (input) => named(() => s3.putObject(input)),
  };
}

async function named<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    throw Object.assign(new Error(faultText(error), { cause: error }), {
      name: error.code,
    });
  }
}
