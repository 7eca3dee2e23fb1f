import { expect } from 'chai';
import sinon from 'sinon';
import type { AwsCredentialIdentity } from '@smithy/types';
import { renewable } from '../../../src/aws/session/renewable-credentials.js';

const MINUTE = 60_000;

describe('credentials of a long run', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  });
  afterEach(() => time.restore());

  /** Credentials that last so long, each with a number of its own. */
  const lasting = (ms: number | undefined): sinon.SinonSpy<[], Promise<AwsCredentialIdentity>> => {
    let count = 0;
    return sinon.spy(() =>
      Promise.resolve({
        accessKeyId: String(++count),
        secretAccessKey: 's',
        ...(ms !== undefined && { expiration: new Date(Date.now() + ms) }),
      }),
    );
  };

  it('are asked for again five minutes before they expire, and not earlier', async () => {
    const provider = lasting(60 * MINUTE);
    const { provide } = renewable(() => Promise.resolve(provider));
    const ids: string[] = [];
    for (const wait of [0, 54 * MINUTE, MINUTE, MINUTE, 54 * MINUTE]) {
      time.tick(wait);
      ids.push((await provide()).accessKeyId);
    }
    expect(ids).to.deep.equal(['1', '1', '1', '2', '2']);
  });

  it('without a date are asked for once, until the service calls them expired', async () => {
    const make = sinon.spy(() => Promise.resolve(provider));
    const provider = lasting(undefined);
    const { provide, renew } = renewable(make);
    await provide();
    time.tick(600 * MINUTE);
    expect((await provide()).accessKeyId).to.equal('1');
    renew();
    expect((await provide()).accessKeyId).to.equal('2');
    expect(make.callCount, 'what kept them is made anew, so that files are read again').to.equal(2);
  });

  it('make the SDK ask every time, and all that ask at once ask once', async () => {
    const provider = lasting(undefined);
    const { provide } = renewable(() => Promise.resolve(provider));
    const all = await Promise.all([provide(), provide(), provide()]);
    expect(all.every(({ expiration }) => expiration !== undefined && expiration.getTime() < Date.now())).to.equal(true);
    expect(provider.callCount).to.equal(1);
  });

  it('that could not be had are asked for again', async () => {
    const provider = sinon.stub<[], Promise<AwsCredentialIdentity>>();
    provider.onFirstCall().rejects(new Error('no network'));
    provider.onSecondCall().resolves({ accessKeyId: '1', secretAccessKey: 's' });
    const { provide } = renewable(() => Promise.resolve(provider));
    const failed = await provide().then(
      () => 'given',
      (error: unknown) => String(error),
    );
    expect([failed, (await provide()).accessKeyId]).to.deep.equal(['Error: no network', '1']);
  });
});
