import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../../src/sandbox/scenario.js';
import { failure } from '../support.js';

const MIB = 1024 * 1024;
const Bucket = 'shelf';
const Key = 'big/asset.zip';

describe('S3: uploads in parts', () => {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, objects: { [`${Bucket}/small`]: '0123456789' } });
  const client = new S3Client({ ...sandbox.clientConfig(), forcePathStyle: true });
  const begin = async (): Promise<string> => {
    const told = { ContentType: 'application/zip', Metadata: { of: 'web' } };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...told }));
    return UploadId!;
  };
  const send = async (UploadId: string, PartNumber: number, Body: Uint8Array): Promise<string> =>
    (await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))).ETag!;
  const complete = (
    UploadId: string,
    Parts: { PartNumber: number; ETag: string }[],
  ): Promise<{ ETag?: string | undefined }> =>
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  const first = Buffer.alloc(5 * MIB, 'a');
  const second = Buffer.from('the end');

  it('become one object, with what was said at their beginning', async () => {
    const id = await begin();
    const etags = [await send(id, 1, first), await send(id, 7, second)];
    const { Parts } = await client.send(new ListPartsCommand({ Bucket, Key, UploadId: id }));
    expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).to.deep.equal([
      [1, first.length],
      [7, second.length],
    ]);
    const open = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(open.Uploads?.map(({ UploadId }) => UploadId)).to.deep.equal([id]);
    const numbered = [1, 7].map((PartNumber, index) => ({ PartNumber, ETag: etags[index]! }));
    const { ETag } = await complete(id, numbered);
    const sums = [first, second].map((part) => createHash('md5').update(part).digest());
    expect(ETag).to.equal(`"${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-2"`);
    const whole = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from(await whole.Body!.transformToByteArray()).equals(Buffer.concat([first, second]))).to.equal(true);
    expect(whole).to.deep.include({ ContentType: 'application/zip', Metadata: { of: 'web' } });
    const part = await client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect([await part.Body!.transformToString(), part.PartsCount]).to.deep.equal(['the end', 2]);
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).to.equal(undefined);
    expect((await failure(complete(id, numbered))).name).to.equal('NoSuchUpload');
  });

  it('are refused when a part is missing, too small, or out of order', async () => {
    const id = await begin();
    const etags = [await send(id, 1, second), await send(id, 2, second)];
    const part = (PartNumber: number): { PartNumber: number; ETag: string } => ({
      PartNumber,
      ETag: etags[PartNumber - 1] ?? '"none"',
    });
    expect((await failure(complete(id, [part(2), part(1)]))).name).to.equal('InvalidPartOrder');
    expect((await failure(complete(id, [part(1), part(3)]))).name).to.equal('InvalidPart');
    expect((await failure(complete(id, [part(1), part(2)]))).name).to.equal('EntityTooSmall');
    expect((await failure(complete(id, []))).name).to.equal('MalformedXML');
    expect((await failure(send(id, 10_001, second))).name).to.equal('InvalidArgument');
    await complete(id, [part(2)]);
  });

  it('can be given up', async () => {
    const id = await begin();
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }));
    expect((await failure(send(id, 1, second))).name).to.equal('NoSuchUpload');
  });

  it('may copy their parts', async () => {
    const id = await begin();
    const copy = { CopySource: `${Bucket}/small`, CopySourceRange: 'bytes=2-4' };
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({ Bucket, Key, UploadId: id, PartNumber: 1, ...copy }),
    );
    await complete(id, [{ PartNumber: 1, ETag: CopyPartResult!.ETag! }]);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).to.equal(3);
  });
});
