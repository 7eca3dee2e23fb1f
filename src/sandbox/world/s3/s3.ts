import type { OperationTable, World } from '../world.js';
import { bucketOperations } from './buckets.js';
import { listingOperations } from './listing.js';
import { objectOperations } from './objects.js';
import { settingOperations } from './bucket-settings.js';
import { s3State } from './state.js';
import { uploadOperations } from './uploads.js';

/** The S3 of the sandbox: no versions, no permissions, and settings that have no effect. */
export const s3Operations: OperationTable = {
  ...bucketOperations,
  ...listingOperations,
  ...objectOperations,
  ...settingOperations,
  ...uploadOperations,
};

/** The text of an object, for services that read S3 themselves; undefined when there is none. */
export function s3Text(world: World, bucket: string, key: string): string | undefined {
  const object = s3State(world).buckets.get(bucket)?.objects.get(key);
  if (object === undefined) return undefined;
  return typeof object.body === 'string' ? object.body : Buffer.from(object.body).toString('utf8');
}
