import { EventBridge, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../../src/sandbox/scenario.js';

describe('EventBridge: entries of a bus', () => {
  const sandbox = createSandbox(DEFAULT_SCENARIO);
  const client = new EventBridge(sandbox.clientConfig());
  const good: PutEventsRequestEntry = {
    EventBusName: 'releases',
    Source: 'shop',
    DetailType: 'Sold',
    Detail: '{"one":1}',
    Time: new Date('2026-11-21T03:00:00Z'),
  };
  const code = async (...entries: PutEventsRequestEntry[]): Promise<string> =>
    client.putEvents({ Entries: entries }).then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    );

  it('are taken, each under an id of its own, as the call saw them', async () => {
    let seen: object = {};
    sandbox.onCall(({ input }) => void (seen = input));
    const { FailedEntryCount: failed, Entries: taken = [] } = await client.putEvents({ Entries: [good, good] });
    expect(failed).to.equal(0);
    expect(new Set(taken.map(({ EventId: id = '' }) => id)).size).to.equal(2);
    expect(seen).to.deep.equal({ Entries: [good, good] });
  });

  it('fail one by one, with the codes of the service', async () => {
    const { FailedEntryCount: failed, Entries: results = [] } = await client.putEvents({
      Entries: [
        good,
        { ...good, Source: '' },
        { ...good, Source: 'aws.ec2' },
        { ...good, Detail: 'one' },
        { ...good, Detail: '[1]' },
      ],
    });
    expect(failed).to.equal(4);
    expect(results.map(({ ErrorCode: one }) => one)).to.deep.equal([
      undefined,
      'InvalidArgument',
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'MalformedDetail',
    ]);
  });

  it('fail together where there are none, too many, too large ones, or where none is whole', async () => {
    expect(await code()).to.equal('ValidationException');
    expect(await code(...Array.from({ length: 11 }, () => good))).to.equal('ValidationException');
    expect(await code({ ...good, Detail: JSON.stringify({ text: 'x'.repeat(256 * 1024) }) })).to.equal(
      'ValidationException',
    );
    expect(await code({ ...good, DetailType: '' })).to.equal('ValidationException');
    expect(await code(good)).to.equal('');
  });
});
