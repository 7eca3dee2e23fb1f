import { expect } from 'chai';
import type { HistoryDocument } from '../../../src/index.js';
import { simulatedWorld, type SimulatedWorld } from './simulated-world.js';

export const GOOD = ['ami-0123456789abcdef0', 'ami-0123456789abcdef1', 'ami-0123456789abcdef2'] as const;
export const BAD = 'ami-0bad0bad0bad0bad0';
export const SECRET = 'never-to-be-kept-17';
export const STORE = 's3://runs/kept';
const CREATE = [
  ...['--template', 'templates/web-stack.yaml', 'VpcId=vpc-0a0a0a0a0a0a0a0a0'],
  'Subnets=subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb',
  ...[`ImageId=${GOOD[0]}`, `DbPassword=${SECRET}`],
];

interface Stored {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: Uint8Array;
}

/** A world with a bucket for runs, and the stack in it. */
export async function webWorld(
  scenario = '{objects: {runs: "", theirs: "", other: ""}, bucketOwners: {theirs: "210987654321"}}',
) {
  const world = await simulatedWorld(scenario);
  const update = (words: readonly string[], store = STORE) =>
    world.json(['update-stack', 'web', ...words, ...(store === '' ? [] : ['--history', store])]);
  const created = await update(CREATE);
  expect(created.code, created.stderr).to.equal(0);
  return { world, update, created };
}

export function storedIn(world: SimulatedWorld): readonly { readonly key: string; readonly text: string }[] {
  return world.calls('PutObject').map(({ input }) => {
    const { Key: key, Body: body } = input as Stored;
    return { key, text: Buffer.from(body).toString('utf8') };
  });
}

export async function historyOf(world: SimulatedWorld, more: readonly string[] = []): Promise<HistoryDocument> {
  const { code, document, stderr } = await world.json(['history', 'web', '--history', STORE, ...more]);
  expect(code, stderr).to.equal(0);
  return document as unknown as HistoryDocument;
}
