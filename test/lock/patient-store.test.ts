import { expect } from 'chai';
import sinon from 'sinon';
import { systemClock } from '../../src/clock.js';
import { patientStore } from '../../src/lock/patient-store.js';
import { LockFault, type LockStore } from '../../src/lock/store.js';
import { memoryStore } from '../support/lock-stores.js';
import { entry } from './contract.js';

const NAME = 'ha-updater/1/eu-west-1/group/web';
const OUT_OF_REACH = new LockFault('unreachable', 'dynamodb:GetItem', 'Timeout', 'DynamoDB did not answer in time.');
const DENIED = new LockFault('denied', 'dynamodb:GetItem', 'AccessDenied', 'No.');

describe('a store that a person asks', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ now: 0, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => time.restore());

  /** What the call comes to after ten seconds, and how often the store was called. */
  const after = async <T>(call: Promise<T>): Promise<T | LockFault> => {
    const answer = call.catch((error: unknown) => error as LockFault);
    await time.tickAsync(10_000);
    return answer;
  };

  for (const [what, faults, answer, calls] of [
    ['is asked again after one call that did not reach it', [OUT_OF_REACH], undefined, 2],
    ['is asked three times at most', [OUT_OF_REACH, OUT_OF_REACH, OUT_OF_REACH], OUT_OF_REACH, 3],
    ['is not asked again when it refused', [DENIED], DENIED, 1],
  ] as const)
    it(what, async () => {
      const store = memoryStore();
      const read = sinon.stub(store, 'read').callThrough();
      faults.forEach((fault, at) => read.onCall(at).rejects(fault));
      expect(await after(patientStore(store, systemClock()).read(NAME))).to.equal(answer);
      expect(read.callCount).to.equal(calls);
    });

  /** The first release is done, and its reply does not come; `then` happens before the second one. */
  const released = async (then: (store: LockStore) => Promise<unknown>): Promise<boolean | LockFault> => {
    const store = memoryStore();
    await store.take(NAME, entry('a', 1));
    const real = store.release.bind(store);
    sinon
      .stub(store, 'release')
      .callThrough()
      .onFirstCall()
      .callsFake(async (name, token) => {
        await real(name, token);
        await then(store);
        throw OUT_OF_REACH;
      });
    return after(patientStore(store, systemClock()).release(NAME, 'a'));
  };

  it('knows a release whose reply was lost', async () => {
    expect(await released(() => Promise.resolve())).to.equal(true);
  });

  it('does not say that a lock is free which another run took meanwhile', async () => {
    expect(await released((store) => store.take(NAME, entry('b', 1)))).to.equal(false);
  });

  it('says of a lock that is not held by whom it was asked for that it was not released', async () => {
    expect(await after(patientStore(memoryStore(), systemClock()).release(NAME, 'a'))).to.equal(false);
  });
});
