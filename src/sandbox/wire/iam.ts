import type { ServiceName } from '../world/world.js';

/** Prefixes of IAM actions, where they are not the service's own name. */
const PREFIX: Partial<Readonly<Record<ServiceName, string>>> = {
  elb: 'elasticloadbalancing',
  elbv2: 'elasticloadbalancing',
};

/**
 * Operations whose permission has another name.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
 */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  's3:HeadBucket': ['s3:ListBucket'],
  's3:HeadObject': ['s3:GetObject'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  // Needs no permission, and cannot be denied.
  'sts:GetCallerIdentity': [],
};

/** The IAM actions that an operation takes. */
export function iamActions(service: ServiceName, operation: string): readonly string[] {
  const action = `${PREFIX[service] ?? service}:${operation}`;
  return OTHERWISE[action] ?? [action];
}
