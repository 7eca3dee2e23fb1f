import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import { dynamoDb } from '../../src/aws/gateway.js';
import { dynamoStore } from '../../src/lock/dynamodb.js';
import { LockFault, type LockStore } from '../../src/lock/store.js';
import { memoryStore, startDynalite } from '../support/lock-stores.js';
import { entry, keepsTheContract } from './contract.js';

type Dynalite = Awaited<ReturnType<typeof startDynalite>>;

function storeOf(url: string, table = 'locks', key = 'LockID'): LockStore {
  const client = dynamoDb({
    region: 'eu-west-1',
    endpoint: url,
    credentials: () => Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
  });
  return dynamoStore({
    client,
    table,
    key,
    address: `dynamodb://${table}`,
    clock: systemClock(),
    callMs: 2_000,
    epochSeconds: () => 1_795_230_000,
  });
}

describe('a lock in memory, which other tests count on', () => {
  const store = memoryStore();
  keepsTheContract(() => store);
});

describe('a lock in DynamoDB', () => {
  let dynalite: Dynalite;
  before(async () => {
    dynalite = await startDynalite({ key: 'Name' });
  });
  after(() => dynalite.stop());

  keepsTheContract(() => storeOf(dynalite.url, 'locks', 'Name'));

  it('is an item that a person can read, with a time to live that is far away', async () => {
    await storeOf(dynalite.url, 'locks', 'Name').take('shown', entry('a', 1));
    const { Item: item } = await dynalite.client.getItem({ TableName: 'locks', Key: { Name: { S: 'shown' } } });
    expect(item).to.include.keys(
      'Name',
      'run',
      'host',
      'pid',
      'build',
      'command',
      'since',
      'token',
      'beat',
      'leaseMs',
      'expires',
    );
    expect(Number(item?.['expires']?.N)).to.equal(1_795_230_000 + 7 * 24 * 3600);
  });

  const faultOf = async (call: Promise<unknown>): Promise<LockFault> => {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(LockFault);
    return error as LockFault;
  };

  it('says what a person has to mend, and what may pass', async () => {
    expect((await faultOf(storeOf(dynalite.url, 'other', 'Name').read('x'))).kind).to.equal('missing');
    expect((await faultOf(storeOf(dynalite.url, 'locks', 'WrongKey').take('x', entry('a', 1)))).kind).to.equal(
      'invalid',
    );
    expect((await faultOf(storeOf('http://127.0.0.1:1', 'locks', 'Name').read('x'))).kind).to.equal('unreachable');
    await dynalite.client.putItem({ TableName: 'locks', Item: { Name: { S: 'terraform' }, Info: { S: '{}' } } });
    expect((await faultOf(storeOf(dynalite.url, 'locks', 'Name').take('terraform', entry('a', 1)))).kind).to.equal(
      'invalid',
    );
  });
});
