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
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:ListObjects': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  's3:ListMultipartUploads': ['s3:ListBucketMultipartUploads'],
  's3:ListParts': ['s3:ListMultipartUploadParts'],
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  's3:UploadPartCopy': ['s3:GetObject', 's3:PutObject'],
  's3:CreateMultipartUpload': ['s3:PutObject'],
  's3:UploadPart': ['s3:PutObject'],
  's3:CompleteMultipartUpload': ['s3:PutObject'],
  's3:DeleteObjects': ['s3:DeleteObject'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:DeleteBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:DeletePublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:GetBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:PutBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  's3:DeleteBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  // Source: there, "Actions, resources, and condition keys for AWS Lambda".
  'lambda:Invoke': ['lambda:InvokeFunction'],
  // Needs no permission, and cannot be denied.
  'sts:GetCallerIdentity': [],
};

/** The IAM actions that an operation takes. */
export function iamActions(service: ServiceName, operation: string): readonly string[] {
  const action = `${PREFIX[service] ?? service}:${operation}`;
  return OTHERWISE[action] ?? [action];
}
