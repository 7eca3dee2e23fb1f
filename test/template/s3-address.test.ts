import { expect } from 'chai';
import { objectOf } from '../../src/template/s3-address.js';

describe('addresses of S3', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['s3://bucket/key', 'bucket key'],
    ['s3://bucket/a/b%20c', 'bucket a/b c'],
    ['https://bucket.s3.amazonaws.com/key', 'bucket key'],
    ['https://bucket.s3.eu-west-1.amazonaws.com/key', 'bucket key'],
    ['https://bucket.s3-eu-west-1.amazonaws.com/key', 'bucket key'],
    ['https://bucket.s3.dualstack.eu-west-1.amazonaws.com/key', 'bucket key'],
    ['https://my.bucket.s3.amazonaws.com/key', 'my.bucket key'],
    ['https://s3.amazonaws.com/bucket/a/key', 'bucket a/key'],
    ['https://s3-eu-west-1.amazonaws.com/bucket/key', 'bucket key'],
    ['https://s3.cn-north-1.amazonaws.com.cn/bucket/key', 'bucket key'],
    ['https://bucket.s3-website.eu-west-1.amazonaws.com/key', undefined],
    ['https://bucket.s3.example.com/key', undefined],
    ['https://s3.amazonaws.com/bucket', undefined],
    ['https://example.com/s3/key', undefined],
    ['s3://bucket', undefined],
    ['s3://bucket/', undefined],
    ['s3://bucket/%', undefined],
    ['web.yml', undefined],
  ];
  for (const [address, object] of cases) {
    it(address, () => {
      const found = objectOf(address);
      expect(found === undefined ? undefined : `${found.bucket} ${found.key}`).to.equal(object);
    });
  }
});
