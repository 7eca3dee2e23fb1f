import { expect } from 'chai';
import { maskLikely } from '../../../src/text/secrets/likely.js';

/** What others print, and what is left of it. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['password=hunter2', 'password=****'],
  ['DB_PASSWORD: hunter2 is wrong', 'DB_PASSWORD: **** is wrong'],
  ['{"password": "a b \\"c\\" d", "user": "me"}', '{"password": ****, "user": "me"}'],
  ["passphrase='two words' and", 'passphrase=**** and'],
  ['{\\"token\\":\\"abc-def\\",\\"n\\":1}', '{\\"token\\":****,\\"n\\":1}'],
  ['https://x/?token=abc&user=me', 'https://x/?token=****&user=me'],
  ['https://b/k?X-Amz-Signature=0a1b2c&X-Amz-Date=1', 'https://b/k?X-Amz-Signature=****&X-Amz-Date=1'],
  ['X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20260101/x', 'X-Amz-Credential=****'],
  ['key AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE', 'key **** and ****'],
  ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = ****'],
  ['app --db-password hunter2 --port 80', 'app --db-password **** --port 80'],
  ['app --token --port 80', 'app --token --port 80'],
  ['postgres://app:hunter2@db/x', 'postgres://app:****@db/x'],
  ['Authorization: Bearer abcdefghij.k', 'Authorization: Bearer ****'],
  ['jwt eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ is old', 'jwt **** is old'],
  ['push ghp_0123456789abcdefghij failed', 'push **** failed'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nafter', '****\nafter'],
  // Words of AWS that name no secret stay, since they are what helps.
  [
    'Resource not found (Service: Ec2, RequestToken: 1b2c-3d, HandlerErrorCode: NotFound)',
    'Resource not found (Service: Ec2, RequestToken: 1b2c-3d, HandlerErrorCode: NotFound)',
  ],
  ['The security token included in the request is expired', 'The security token included in the request is expired'],
  ["Secrets Manager can't find the specified secret.", "Secrets Manager can't find the specified secret."],
  ['The stack my-secret was not found', 'The stack my-secret was not found'],
];

describe('what looks like a secret in words of others', () => {
  for (const [text, left] of TEXTS)
    it(`leaves ${JSON.stringify(left)}`, () => {
      expect(maskLikely(text)).to.equal(left);
    });

  it('is looked for in time that grows with the text alone, so that nobody can hold a run up by what he prints', () => {
    // Quadratic time would take minutes for each of these.
    for (const evil of ['token', 'password=', '"', 'token"', '-----BEGIN PRIVATE KEY-----', 'eyJa.', '://a:'])
      expect(maskLikely(evil.repeat(Math.ceil(500_000 / evil.length))).length, evil).to.be.above(0);
  });
});
