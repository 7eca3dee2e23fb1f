import { ServiceFault } from '../fault.js';
import type { OperationTable } from '../world.js';
import { bucketOf, newBucket, s3State, type BucketInput } from './state.js';

interface ListInput {
  readonly MaxBuckets?: number;
  readonly ContinuationToken?: string;
  readonly Prefix?: string;
}

/** Where a bucket that is made again is no error (API reference, CreateBucket, BucketAlreadyOwnedByYou). */
const LENIENT_REGION = 'us-east-1';

export const bucketOperations: OperationTable = {
  CreateBucket: (world, input: { Bucket: string }, { caller }) => {
    const { buckets } = s3State(world);
    refuseName(input.Bucket);
    if (!buckets.has(input.Bucket)) buckets.set(input.Bucket, newBucket(world.clock.now()));
    else if (world.region !== LENIENT_REGION || caller === 'cloudformation')
      throw new ServiceFault(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
      );
    return { Location: `/${input.Bucket}` };
  },
  HeadBucket: (world, input: BucketInput) => {
    bucketOf(world, input);
    return { BucketRegion: world.region };
  },
  GetBucketLocation: (world, input: BucketInput) => {
    bucketOf(world, input);
    // The oldest region has no name here (API reference, GetBucketLocation).
    return world.region === LENIENT_REGION ? {} : { LocationConstraint: world.region };
  },
  DeleteBucket: (world, input: BucketInput) => {
    if (bucketOf(world, input).objects.size > 0)
      throw new ServiceFault('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    s3State(world).buckets.delete(input.Bucket);
    return {};
  },
  ListBuckets: (world, { MaxBuckets: most = Infinity, ContinuationToken: after = '', Prefix = '' }: ListInput) => {
    const all = [...s3State(world).buckets].filter(([name]) => name.startsWith(Prefix) && name > after);
    all.sort(([a], [b]) => (a < b ? -1 : 1));
    const page = all.slice(0, most);
    return {
      Owner: { ID: world.account },
      Buckets: page.map(([name, { at }]) => ({ Name: name, CreationDate: new Date(at), BucketRegion: world.region })),
      ...(Prefix !== '' && { Prefix }),
      ...(page.length < all.length && { ContinuationToken: page.at(-1)?.[0] }),
    };
  },
};

const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** Source: S3 user guide, "General purpose bucket naming rules". */
function refuseName(name: string): void {
  const formed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  if (!formed || /^\d+\.\d+\.\d+\.\d+$/.test(name) || RESERVED.test(name))
    throw new ServiceFault('InvalidBucketName', 'The specified bucket is not valid.');
}
