import { AwsFault } from '../errors.js';
import type { Gateway } from '../engine/gateway.js';
import type { HistoryEntry } from '../model/history-entry.js';
import { faultText } from '../text/fault-text.js';
import type { HistoryAddress } from './history-address.js';
import { hashOf, MOST_ENTRY_BYTES, readEntry } from './entry.js';
import { readRunKey, runsPrefix, templateKey, type HistoryPlace, type RunKey } from './keys.js';

/** What reading takes of AWS. */
export type HistoryReads = Pick<Gateway, 'listObjects' | 'readObject'>;

/** Where the runs of one stack are. */
export interface StackHistory {
  readonly address: HistoryAddress;
  readonly place: HistoryPlace;
}

/** An entry that was asked for: what it says, or why nobody can say, as a clause. */
export interface ReadRun extends RunKey {
  readonly entry: HistoryEntry | string;
}

/** Entries that are read at once. */
const AT_ONCE = 5;

/** The largest template that CloudFormation takes. */
const MOST_TEMPLATE_BYTES = 1024 * 1024;

/**
 * The newest runs by their names alone, newest first.
 * @throws AwsFault
 */
export async function listRuns(
  gateway: Pick<HistoryReads, 'listObjects'>,
  { address, place }: StackHistory,
  most: number,
): Promise<{ readonly runs: readonly RunKey[]; readonly more: boolean }> {
  const { bucket } = address;
  const prefix = runsPrefix(address, place);
  const { keys, more } = await gateway.listObjects({ bucket, prefix, owner: ownerOf(address, place), most });
  return { runs: keys.flatMap((key) => readRunKey(key) ?? []), more };
}

/** Reads entries; one that cannot be read says so and keeps nobody from the others. */
export async function readRuns(
  gateway: Pick<HistoryReads, 'readObject'>,
  history: StackHistory,
  runs: readonly RunKey[],
): Promise<readonly ReadRun[]> {
  const read: ReadRun[] = [];
  for (let from = 0; from < runs.length; from += AT_ONCE)
    read.push(...(await Promise.all(runs.slice(from, from + AT_ONCE).map((run) => readRun(gateway, history, run)))));
  return read;
}

async function readRun(
  gateway: Pick<HistoryReads, 'readObject'>,
  { address, place }: StackHistory,
  run: RunKey,
): Promise<ReadRun> {
  try {
    const owner = ownerOf(address, place);
    const entry = readEntry(await gateway.readObject(address.bucket, run.key, { owner, most: MOST_ENTRY_BYTES }));
    if (typeof entry === 'string') return { ...run, entry };
    const isOurs = entry.run === run.run && entry.stack === place.stack;
    return { ...run, entry: isOurs ? entry : `it is that of run ${entry.run} of stack ${entry.stack}` };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { ...run, entry: faultText(error) };
  }
}

/**
 * The copy of a template; undefined where there is none, or another text under its name.
 * @throws AwsFault
 */
export async function readTemplate(
  gateway: Pick<HistoryReads, 'readObject'>,
  { address, place }: StackHistory,
  hash: string,
): Promise<string | undefined> {
  try {
    const key = templateKey(address, place, hash);
    const how = { owner: ownerOf(address, place), most: MOST_TEMPLATE_BYTES };
    const text = await gateway.readObject(address.bucket, key, how);
    // rule: history-other-template
    if (hashOf(text) !== hash) return undefined;
    return text;
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'missing' && error.code !== 'NoSuchBucket') return undefined;
    throw error;
  }
}

/** Account that must own the bucket: a name that can be guessed may have been taken. */
export function ownerOf({ owner }: Pick<HistoryAddress, 'owner'>, { account }: Pick<HistoryPlace, 'account'>): string {
  // rule: history-bucket-of-others
  return owner ?? account;
}
