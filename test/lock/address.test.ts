import { expect } from 'chai';
import { buildOf } from '../../src/config/ci-build.js';
import { Failure } from '../../src/errors.js';
import { readLockAddress, withoutPassword, type LockAddress } from '../../src/lock/address.js';

const HERE = 'eu-west-1';

describe('the address of a lock', () => {
  for (const [text, expected] of [
    [
      'dynamodb://ha-updater-locks',
      {
        kind: 'dynamodb',
        table: 'ha-updater-locks',
        region: HERE,
        key: 'LockID',
        shown: 'dynamodb://ha-updater-locks?region=eu-west-1',
      },
    ],
    [
      'dynamodb://Locks_1.a?region=us-east-1&key=Name',
      {
        kind: 'dynamodb',
        table: 'Locks_1.a',
        region: 'us-east-1',
        key: 'Name',
        shown: 'dynamodb://Locks_1.a?region=us-east-1&key=Name',
      },
    ],
    [
      'redis://cache',
      { kind: 'redis', host: 'cache', port: 6379, database: 0, tls: false, shown: 'redis://cache:6379/0' },
    ],
    [
      'rediss://u:p%40ss@cache.example.com:6380/3',
      {
        kind: 'redis',
        host: 'cache.example.com',
        port: 6380,
        database: 3,
        tls: true,
        username: 'u',
        password: 'p@ss',
        shown: 'rediss://cache.example.com:6380/3',
      },
    ],
    [
      'redis://[::1]:7000',
      { kind: 'redis', host: '::1', port: 7000, database: 0, tls: false, shown: 'redis://[::1]:7000/0' },
    ],
  ] as const satisfies readonly (readonly [string, LockAddress])[]) {
    it(`${text} is read, and shown without secrets in one spelling that reads the same`, () => {
      expect(readLockAddress(text, HERE)).to.deep.equal(expected);
      expect(readLockAddress(expected.shown, 'ap-south-1').shown).to.equal(expected.shown);
    });
  }

  it('takes user and password from the environment, and prefers those in the address', () => {
    const secrets = { username: 'env', password: 'of the environment' };
    expect(readLockAddress('redis://cache', HERE, secrets)).to.include(secrets);
    expect(readLockAddress('redis://me:mine@cache', HERE, secrets)).to.include({ username: 'me', password: 'mine' });
  });

  for (const text of [
    '',
    'locks',
    'https://locks',
    'dynamodb://',
    'dynamodb://ab',
    'dynamodb://locks/x',
    'dynamodb://locks?region=',
    'dynamodb://locks?table=x',
    'dynamodb://u:p@locks',
    'redis://',
    'redis:///0',
    'redis://cache/x',
    'redis://cache?lease=1',
    'redis//:secret@cache',
    `dynamodb://${'t'.repeat(120)}`,
  ]) {
    it(`"${text.slice(0, 40)}" is refused, without repeating it`, () => {
      try {
        readLockAddress(text, HERE);
        expect.fail('it was read');
      } catch (error) {
        expect(error).to.be.instanceOf(Failure);
        expect((error as Failure).facts.code).to.equal('usage.lock');
        expect((error as Failure).facts.what).not.to.include('secret');
      }
    });
  }

  it('loses its password wherever it is repeated', () => {
    expect(withoutPassword('Unexpected argument: redis://u:a/b@c@cache:1 and rediss://:x@y')).to.equal(
      'Unexpected argument: redis://…@cache:1 and rediss://…@y',
    );
  });
});

describe('the build of a run', () => {
  const CI = { isCI: true, name: 'Some CI' };
  for (const [ci, env, expected] of [
    [{ isCI: false, name: null }, { BUILD_NUMBER: '7' }, undefined],
    [{ isCI: true, name: 'Jenkins' }, { JOB_NAME: 'web-deploy', BUILD_NUMBER: '118' }, 'Jenkins web-deploy/118'],
    [
      { isCI: true, name: 'GoCD' },
      { GO_PIPELINE_NAME: 'web', GO_PIPELINE_COUNTER: '12', GO_STAGE_NAME: 'deploy', GO_STAGE_COUNTER: '1' },
      'GoCD web/12/deploy/1',
    ],
    [
      { isCI: true, name: 'GitHub Actions' },
      { GITHUB_REPOSITORY: 'me/web', GITHUB_RUN_ID: '99' },
      'GitHub Actions me/web/99',
    ],
    [CI, {}, 'Some CI'],
    [{ isCI: true, name: null }, {}, undefined],
    [CI, { JOB_NAME: 'x', BUILD_NUMBER: '' }, 'Some CI'],
  ] as const) {
    it(`is ${expected ?? 'not known'} with ${JSON.stringify(env)}`, () => expect(buildOf(ci, env)).to.equal(expected));
  }
});
