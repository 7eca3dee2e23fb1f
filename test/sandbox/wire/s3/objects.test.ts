import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../../../src/sandbox/scenario.js';
import type { WireAnswer } from '../../../../src/sandbox/wire/wire-types.js';
import { failure } from '../support.js';

const Bucket = 'shelf';

function shelf(scenario: Partial<Scenario> = {}): { client: S3Client; sandbox: ReturnType<typeof createSandbox> } {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, objects: { [Bucket]: '' }, ...scenario });
  return { client: new S3Client({ ...sandbox.clientConfig(), forcePathStyle: true }), sandbox };
}

const statusOf = (error: Record<string, unknown>): unknown =>
  (error['$metadata'] as { readonly httpStatusCode?: number }).httpStatusCode;

describe('S3: a part of an object', () => {
  const { client } = shelf({ objects: { [`${Bucket}/ten`]: '0123456789', [`${Bucket}/empty`]: '' } });
  const get = async (Range: string): Promise<unknown[]> => {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: 'ten', Range }));
    return [
      answer.$metadata.httpStatusCode,
      await answer.Body?.transformToString(),
      answer.ContentRange,
      answer.ContentLength,
    ];
  };

  it('is given by its first and last byte, from one on, and from the end', async () => {
    expect(await get('bytes=0-3')).to.deep.equal([206, '0123', 'bytes 0-3/10', 4]);
    expect(await get('bytes=8-')).to.deep.equal([206, '89', 'bytes 8-9/10', 2]);
    expect(await get('bytes=-3')).to.deep.equal([206, '789', 'bytes 7-9/10', 3]);
    expect(await get('bytes=4-400')).to.deep.equal([206, '456789', 'bytes 4-9/10', 6]);
    expect(await get('bytes=-40')).to.deep.equal([206, '0123456789', 'bytes 0-9/10', 10]);
  });

  it('is all of it for several ranges and for what is none', async () => {
    for (const range of ['bytes=0-1,4-5', 'bytes=5-2', 'lines=1-2', 'bytes=-'])
      expect(await get(range), range).to.deep.equal([200, '0123456789', undefined, 10]);
  });

  it('is refused beyond the end, and of an object without bytes', async () => {
    for (const [Key, Range] of [
      ['ten', 'bytes=10-12'],
      ['ten', 'bytes=-0'],
      ['empty', 'bytes=0-'],
    ] as const) {
      const error = await failure(client.send(new GetObjectCommand({ Bucket, Key, Range })));
      expect([error.name, statusOf(error)], `${Key} ${Range}`).to.deep.equal(['InvalidRange', 416]);
    }
  });

  it('is told of by HEAD, too', async () => {
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'ten', Range: 'bytes=2-3' }));
    expect([head.ContentLength, head.ContentRange, head.AcceptRanges]).to.deep.equal([2, 'bytes 2-3/10', 'bytes']);
  });
});

describe('S3: what is said of an object', () => {
  const { client } = shelf();
  const Key = 'a';

  it('comes back: metadata and headers', async () => {
    const told = {
      Metadata: { owner: 'web', 'build-id': '17' },
      ContentType: 'text/yaml',
      CacheControl: 'no-cache',
      ContentEncoding: 'gzip',
      ContentDisposition: 'inline',
      ServerSideEncryption: 'AES256',
    } as const;
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...told }));
    expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).to.deep.include(told);
    expect(await client.send(new GetObjectCommand({ Bucket, Key }))).to.deep.include(told);
    const override = await client.send(new GetObjectCommand({ Bucket, Key, ResponseContentType: 'text/plain' }));
    expect(override.ContentType).to.equal('text/plain');
  });

  it('goes with a copy, unless the copy says its own', async () => {
    const copy = { Bucket, Key: 'b', CopySource: `/${Bucket}/a` };
    const { CopyObjectResult } = await client.send(new CopyObjectCommand(copy));
    expect(CopyObjectResult?.ETag).to.match(/^"[0-9a-f]{32}"$/);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'b' }))).to.deep.include({
      Metadata: { owner: 'web', 'build-id': '17' },
      ContentType: 'text/yaml',
    });
    const own = { MetadataDirective: 'REPLACE', Metadata: { owner: 'me' } } as const;
    await client.send(new CopyObjectCommand({ ...copy, ...own }));
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key: 'b' }));
    expect(Metadata).to.deep.equal({ owner: 'me' });
    const onItself = await failure(client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}` })));
    expect(onItself.name).to.equal('InvalidRequest');
  });

  it('may be too much', async () => {
    const much = { Bucket, Key: 'much', Body: 'x', Metadata: { much: 'x'.repeat(2100) } };
    expect((await failure(client.send(new PutObjectCommand(much)))).name).to.equal('MetadataTooLarge');
  });
});

describe('S3: conditions', () => {
  const { client, sandbox } = shelf({ objects: { [`${Bucket}/a`]: 'one' } });
  const refusal = async (promise: Promise<unknown>): Promise<unknown[]> => {
    const error = await failure(promise);
    return [error.name, statusOf(error)];
  };
  const failed = ['PreconditionFailed', 412];

  it('of a read', async () => {
    const { ETag, LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    const get = (conditions: object): Promise<unknown> =>
      client.send(new GetObjectCommand({ Bucket, Key: 'a', ...conditions }));
    expect((await refusal(get({ IfNoneMatch: ETag })))[1]).to.equal(304);
    expect((await refusal(get({ IfModifiedSince: LastModified })))[1]).to.equal(304);
    expect(await refusal(get({ IfMatch: '"other"' }))).to.deep.equal(failed);
    const before = new Date(LastModified!.getTime() - 1000);
    expect(await refusal(get({ IfUnmodifiedSince: before }))).to.deep.equal(failed);
    // What tags say counts before what times say.
    for (const holds of [
      { IfMatch: ETag, IfUnmodifiedSince: before },
      { IfNoneMatch: '"other"', IfModifiedSince: LastModified },
    ])
      await get(holds);
    expect((await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'a', IfNoneMatch: ETag }))))[1]).to.equal(
      304,
    );
  });

  it('of a write', async () => {
    const put = (Key: string, conditions: object): Promise<unknown> =>
      client.send(new PutObjectCommand({ Bucket, Key, Body: 'two', ...conditions }));
    await put('fresh', { IfNoneMatch: '*' });
    expect(await refusal(put('fresh', { IfNoneMatch: '*' }))).to.deep.equal(failed);
    expect(await refusal(put('fresh', { IfMatch: '"other"' }))).to.deep.equal(failed);
    expect(await refusal(put('none', { IfMatch: '"other"' }))).to.deep.equal(['NoSuchKey', 404]);
    const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key: 'fresh' }));
    await put('fresh', { IfMatch: ETag });
  });

  it('answers without a body when nothing has changed', () => {
    const { ETag } = sandbox.invoke('s3', 'HeadObject', { Bucket, Key: 'a' }) as { ETag: string };
    const answer = sandbox.wire.answer({
      method: 'GET',
      host: 'localhost',
      path: `/${Bucket}/a`,
      query: new URLSearchParams(),
      headers: { authorization: 'AWS k:s', 'if-none-match': ETag },
      body: '',
    }) as WireAnswer;
    expect([answer.status, answer.body]).to.deep.equal([304, '']);
  });
});

describe('S3: listings', () => {
  const keys = ['a.yaml', 'logs/1', 'logs/2', 'logs/deep/3', 'nested/a', 'z'];
  const { client } = shelf({ objects: Object.fromEntries(keys.map((key) => [`${Bucket}/${key}`, key])) });

  it('tell what begins alike as one, with a delimiter', async () => {
    const root = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    expect(root.Contents?.map(({ Key }) => Key)).to.deep.equal(['a.yaml', 'z']);
    expect(root.CommonPrefixes?.map(({ Prefix }) => Prefix)).to.deep.equal(['logs/', 'nested/']);
    expect([root.KeyCount, root.Delimiter, root.IsTruncated]).to.deep.equal([4, '/', false]);
    const below = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'logs/' }));
    expect(below.Contents?.map(({ Key }) => Key)).to.deep.equal(['logs/1', 'logs/2']);
    expect(below.CommonPrefixes?.map(({ Prefix }) => Prefix)).to.deep.equal(['logs/deep/']);
  });

  for (const pageSize of [1, 2, 3, 1000])
    it(`come in pages of ${pageSize}, each thing once`, async () => {
      for (const Delimiter of [undefined, '/']) {
        const seen: (string | undefined)[] = [];
        for await (const { Contents = [], CommonPrefixes = [] } of paginateListObjectsV2(
          { client, pageSize },
          { Bucket, Delimiter },
        )) {
          seen.push(...[...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)].sort());
        }
        expect(seen).to.deep.equal(Delimiter === undefined ? keys : ['a.yaml', 'logs/', 'nested/', 'z']);
      }
    });

  it('begin where they are told to, and refuse a token that is none', async () => {
    const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'logs/2' }));
    expect(after.Contents?.map(({ Key }) => Key)).to.deep.equal(keys.slice(3));
    expect((await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))).IsTruncated).to.equal(false);
    const bogus = new ListObjectsV2Command({ Bucket, ContinuationToken: 'bogus' });
    expect((await failure(client.send(bogus))).name).to.equal('InvalidArgument');
  });

  it('come by markers in the first version, and with the one version that there is', async () => {
    const first = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: '/' }));
    expect([first.IsTruncated, first.NextMarker]).to.deep.equal([true, 'logs/']);
    const second = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'logs/' }));
    expect(second.CommonPrefixes?.map(({ Prefix }) => Prefix)).to.deep.equal(['nested/']);
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'z' }));
    expect(Versions?.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).to.deep.equal([
      ['z', 'null', true],
    ]);
  });

  it('encode keys when asked to', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'odd/ü b', Body: '' }));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'odd/', EncodingType: 'url' }));
    expect(Contents?.[0]?.Key).to.equal('odd/%C3%BC%20b');
  });
});

describe('S3: buckets', () => {
  const { client, sandbox } = shelf();

  it('are made by AWS’s rules for names, listed, and removed once they are empty', async () => {
    for (const name of ['A_B', 'ab', 'a..b', '-ab', '192.168.0.1', 'xn--ab', 'a'.repeat(64), 'ab-s3alias'])
      expect((await failure(client.send(new CreateBucketCommand({ Bucket: name })))).name, name).to.equal(
        'InvalidBucketName',
      );
    await client.send(new CreateBucketCommand({ Bucket: 'my.logs-1' }));
    const again = await failure(client.send(new CreateBucketCommand({ Bucket: 'my.logs-1' })));
    expect([again.name, statusOf(again)]).to.deep.equal(['BucketAlreadyOwnedByYou', 409]);
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).to.deep.equal(['my.logs-1', Bucket]);
    expect(Buckets?.[0]?.CreationDate?.getTime()).to.equal(sandbox.clock.now());
    await client.send(new PutObjectCommand({ Bucket: 'my.logs-1', Key: 'a', Body: '' }));
    const full = await failure(client.send(new DeleteBucketCommand({ Bucket: 'my.logs-1' })));
    expect([full.name, statusOf(full)]).to.deep.equal(['BucketNotEmpty', 409]);
    await client.send(new DeleteObjectCommand({ Bucket: 'my.logs-1', Key: 'a' }));
    await client.send(new DeleteObjectCommand({ Bucket: 'my.logs-1', Key: 'never there' }));
    await client.send(new DeleteBucketCommand({ Bucket: 'my.logs-1' }));
    expect((await failure(client.send(new GetBucketLocationCommand({ Bucket: 'my.logs-1' })))).name).to.equal(
      'NoSuchBucket',
    );
  });

  it('lose several objects at once, whether they were there or not', async () => {
    for (const Key of ['1', '2', '<3> & ü']) await client.send(new PutObjectCommand({ Bucket, Key, Body: '' }));
    const Objects = [{ Key: '1' }, { Key: '<3> & ü' }, { Key: 'none' }];
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).to.deep.equal(Objects);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).to.deep.equal(['2']);
    const quiet = new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: '2' }], Quiet: true } });
    expect((await client.send(quiet)).Deleted).to.equal(undefined);
  });

  it('keep their settings and give them back', async () => {
    expect((await failure(client.send(new GetBucketEncryptionCommand({ Bucket })))).name).to.equal(
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    const ServerSideEncryptionConfiguration = {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }],
    };
    await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    expect(await client.send(new GetBucketEncryptionCommand({ Bucket }))).to.deep.include({
      ServerSideEncryptionConfiguration,
    });
    const PublicAccessBlockConfiguration = { BlockPublicAcls: true, RestrictPublicBuckets: false };
    await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    expect(await client.send(new GetPublicAccessBlockCommand({ Bucket }))).to.deep.include({
      PublicAccessBlockConfiguration,
    });
    const Rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 30 } }];
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).to.deep.equal(Rules);
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).to.equal(undefined);
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Version":"2012-10-17"}' }));
  });

  it('never take an operation that there is none of for another one', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept' }));
    const other = await failure(client.send(new PutObjectAclCommand({ Bucket, Key: 'kept', ACL: 'private' })));
    expect([other.name, statusOf(other)]).to.deep.equal(['NotImplemented', 501]);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'kept' }));
    expect(await Body?.transformToString()).to.equal('kept');
  });

  it('answer addresses that were signed in the former way, and none that was not signed', () => {
    sandbox.invoke('s3', 'PutObject', { Bucket, Key: 'a', Body: 'text' });
    const get = (query: string): unknown[] => {
      const request = { method: 'GET', host: 'localhost', path: `/${Bucket}/a`, headers: {}, body: '' };
      const { status, body } = sandbox.wire.answer({ ...request, query: new URLSearchParams(query) }) as WireAnswer;
      return status === 200 ? [status, body] : [status];
    };
    expect(get('AWSAccessKeyId=k&Signature=s&Expires=1')).to.deep.equal([200, 'text']);
    expect(get('AWSAccessKeyId=k')).to.deep.equal([403]);
  });
});
