import { expect } from 'chai';
import { hashOf } from '../../src/history/entry.js';
import { readHistoryAddress } from '../../src/history/history-address.js';
import { listRuns, readRuns, readTemplate, type HistoryReads } from '../../src/history/kept-runs.js';

const TEXT = 'Resources: {}\n';
const PLACE = { account: '123456789012', region: 'eu-west-1', stack: 'web' };
const KEY = { run: 'r', at: 0, key: 'k' };

/** A bucket in which every object is that text; it notes who has to own it. */
function bucketOf(text: string): { readonly gateway: HistoryReads; readonly owners: (string | undefined)[] } {
  const owners: (string | undefined)[] = [];
  return {
    owners,
    gateway: {
      listObjects: ({ owner }) => (owners.push(owner), Promise.resolve({ keys: [], more: false })),
      readObject: (_bucket, _key, { owner } = {}) => (owners.push(owner), Promise.resolve(text)),
    },
  };
}

describe('runs as they are read', () => {
  const history = { address: readHistoryAddress('s3://runs/kept'), place: PLACE };

  it('have the template of their hash, and no other text under its name', async () => {
    const { gateway } = bucketOf(TEXT);
    expect(await readTemplate(gateway, history, hashOf(TEXT))).to.equal(TEXT);
    expect(await readTemplate(gateway, history, hashOf('another'))).to.equal(undefined);
  });

  for (const [address, owner] of [
    ['s3://runs/kept', PLACE.account],
    ['s3://runs/kept?owner=210987654321', '210987654321'],
  ] as const)
    it(`come out of a bucket of account ${owner} alone`, async () => {
      const { gateway, owners } = bucketOf(TEXT);
      const of = { ...history, address: readHistoryAddress(address) };
      await listRuns(gateway, of, 5);
      await readRuns(gateway, of, [KEY]);
      await readTemplate(gateway, of, hashOf(TEXT));
      expect(owners).to.deep.equal([owner, owner, owner]);
    });
});
