import { ServiceFault } from '../fault.js';
import type { OperationTable } from '../world.js';
import { bucketOf, type BucketInput } from './state.js';

/** A setting of a bucket: its operations, and what is said of a bucket that does not have it. */
interface Setting {
  readonly put?: string;
  readonly get: string;
  readonly delete?: string;
  /** The document of a bucket without the setting, or the error. */
  readonly absent: string | readonly [code: string, message: string];
}

/** An empty document of this name: what S3 answers of settings that a bucket has by being there. */
const empty = (name: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`;

/**
 * Settings of buckets by their subresource. They are taken, kept and given back, and have no effect.
 * Source: S3 API reference, the operations by these names and "Error responses".
 */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  encryption: {
    put: 'PutBucketEncryption',
    get: 'GetBucketEncryption',
    delete: 'DeleteBucketEncryption',
    absent: [
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
    ],
  },
  publicAccessBlock: {
    put: 'PutPublicAccessBlock',
    get: 'GetPublicAccessBlock',
    delete: 'DeletePublicAccessBlock',
    absent: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  },
  lifecycle: {
    put: 'PutBucketLifecycleConfiguration',
    get: 'GetBucketLifecycleConfiguration',
    delete: 'DeleteBucketLifecycle',
    absent: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
  policy: {
    put: 'PutBucketPolicy',
    get: 'GetBucketPolicy',
    delete: 'DeleteBucketPolicy',
    absent: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  },
  tagging: {
    put: 'PutBucketTagging',
    get: 'GetBucketTagging',
    delete: 'DeleteBucketTagging',
    absent: ['NoSuchTagSet', 'The TagSet does not exist'],
  },
  ownershipControls: {
    put: 'PutBucketOwnershipControls',
    get: 'GetBucketOwnershipControls',
    delete: 'DeleteBucketOwnershipControls',
    absent: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  },
  cors: {
    put: 'PutBucketCors',
    get: 'GetBucketCors',
    delete: 'DeleteBucketCors',
    absent: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  },
  website: {
    put: 'PutBucketWebsite',
    get: 'GetBucketWebsite',
    delete: 'DeleteBucketWebsite',
    absent: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  },
  replication: {
    put: 'PutBucketReplication',
    get: 'GetBucketReplication',
    delete: 'DeleteBucketReplication',
    absent: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  },
  'object-lock': {
    put: 'PutObjectLockConfiguration',
    get: 'GetObjectLockConfiguration',
    absent: ['ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'],
  },
  versioning: {
    put: 'PutBucketVersioning',
    get: 'GetBucketVersioning',
    absent: empty('VersioningConfiguration'),
  },
  logging: { put: 'PutBucketLogging', get: 'GetBucketLogging', absent: empty('BucketLoggingStatus') },
  notification: {
    put: 'PutBucketNotificationConfiguration',
    get: 'GetBucketNotificationConfiguration',
    absent: empty('NotificationConfiguration'),
  },
  accelerate: {
    put: 'PutBucketAccelerateConfiguration',
    get: 'GetBucketAccelerateConfiguration',
    absent: empty('AccelerateConfiguration'),
  },
};

interface SettingInput extends BucketInput {
  readonly Document?: string;
}

export const settingOperations: OperationTable = Object.fromEntries(
  Object.entries(SETTINGS).flatMap(([name, setting]) => {
    const { put, get, delete: remove, absent } = setting;
    const operations: OperationTable = {
      [get]: (world, input: SettingInput) => {
        const document = bucketOf(world, input).settings.get(name);
        if (document !== undefined) return { Document: document };
        if (typeof absent !== 'string') throw new ServiceFault(...absent, 404);
        return { Document: absent };
      },
      ...(put !== undefined && {
        [put]: (world, input: SettingInput) => {
          const { settings } = bucketOf(world, input);
          if ((input.Document ?? '') === '') throw new ServiceFault('MissingRequestBodyError', 'Request Body is empty');
          settings.set(name, input.Document ?? '');
          return {};
        },
      }),
      ...(remove !== undefined && {
        [remove]: (world, input: SettingInput) => {
          bucketOf(world, input).settings.delete(name);
          return {};
        },
      }),
    } as OperationTable;
    return Object.entries(operations);
  }),
);
