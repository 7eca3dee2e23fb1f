import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { Readable } from 'node:stream';
import { ServiceFault } from '../../../../src/sandbox/world/fault.js';
import type { OperationTable } from '../../../../src/sandbox/world/world.js';
import { failure, sandboxOf } from '../support.js';

/** What a request to an object names. */
interface Named {
  readonly Bucket: string;
  readonly Key: string;
}

/** Enough of S3 to see what the wire hands over. */
function shelf(): { table: OperationTable; objects: Map<string, Uint8Array | string> } {
  const objects = new Map<string, Uint8Array | string>();
  const at = new Date('2026-11-21T03:00:00Z');
  const find = (input: Named): Uint8Array | string => {
    const found = objects.get(`${input.Bucket}/${input.Key}`);
    if (found === undefined) throw new ServiceFault('NoSuchKey', 'The specified key does not exist.', 404);
    return found;
  };
  return {
    objects,
    table: {
      PutObject: (_world, input: { Bucket: string; Key: string; Body: Uint8Array }) => {
        objects.set(`${input.Bucket}/${input.Key}`, input.Body);
        return { ETag: '"e"' };
      },
      GetObject: (_world, input: Named) => ({
        Body: find(input),
        ContentType: 'text/plain',
        LastModified: at,
        ETag: '"e"',
      }),
      HeadObject: (_world, input: Named) => ({ ContentLength: find(input).length, ETag: '"e"' }),
      HeadBucket: () => ({ BucketRegion: 'eu-west-1' }),
      ListObjectsV2: (_world, input: { Bucket: string; Prefix?: string }) => ({
        Name: input.Bucket,
        Prefix: input.Prefix,
        IsTruncated: false,
        Contents: [...objects.keys()].map((key) => ({ Key: key, Size: 1, LastModified: at })),
      }),
    },
  };
}

for (const forcePathStyle of [true, false]) {
  describe(`the wire of S3 with the bucket in the ${forcePathStyle ? 'path' : 'host'}`, () => {
    const { table, objects } = shelf();
    const client = new S3Client({ ...sandboxOf({ s3: table }).clientConfig(), forcePathStyle });
    const address = { Bucket: 'templates', Key: 'dir/a b+ü&.yaml' };
    const text = 'Resources: <&> ünï\r\n';

    it('stores and gives an object', async () => {
      await client.send(new PutObjectCommand({ ...address, Body: text }));
      expect([...objects.keys()]).to.deep.equal(['templates/dir/a b+ü&.yaml']);
      const answer = await client.send(new GetObjectCommand(address));
      expect(await answer.Body?.transformToString()).to.equal(text);
      expect([answer.ContentType, answer.LastModified?.toISOString()]).to.deep.equal([
        'text/plain',
        '2026-11-21T03:00:00.000Z',
      ]);
    });

    it('takes a stream in chunks', async () => {
      const parts = Array.from({ length: 20 }, (_, n) => Buffer.from(`${n}:${'x'.repeat(9000)}\r\n`));
      const whole = Buffer.concat(parts);
      await client.send(new PutObjectCommand({ ...address, Body: Readable.from(parts), ContentLength: whole.length }));
      expect(Buffer.from(objects.get('templates/dir/a b+ü&.yaml') as Uint8Array).equals(whole)).to.equal(true);
    });

    it('heads and lists', async () => {
      expect((await client.send(new HeadBucketCommand({ Bucket: 'templates' }))).BucketRegion).to.equal('eu-west-1');
      expect((await client.send(new HeadObjectCommand(address))).ContentLength).to.be.greaterThan(0);
      const listing = await client.send(new ListObjectsV2Command({ Bucket: 'templates', Prefix: 'dir/' }));
      expect([listing.Name, listing.Prefix, listing.Contents?.map(({ Key }) => Key)]).to.deep.equal([
        'templates',
        'dir/',
        ['templates/dir/a b+ü&.yaml'],
      ]);
    });

    it('says that an object is missing', async () => {
      const missing = { Bucket: 'templates', Key: 'none' };
      expect((await failure(client.send(new GetObjectCommand(missing)))).name).to.equal('NoSuchKey');
      expect((await failure(client.send(new HeadObjectCommand(missing)))).name).to.equal('NotFound');
    });
  });
}
