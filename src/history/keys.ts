import type { Instant } from '../clock.js';
import type { HistoryAddress } from './history-address.js';

/** Whose runs: stacks of one name may be in many accounts and regions of one bucket. */
export interface HistoryPlace {
  readonly account: string;
  readonly region: string;
  readonly stack: string;
}

/** A run as the name of its entry tells it. */
export interface RunKey {
  readonly key: string;
  readonly run: string;
  readonly at: Instant;
}

/** Keys are listed in ascending order, so what is left until then comes first where it is least: the newest run. */
const LAST: Instant = 9_999_999_999_999;

/** ARN of all that a run on the stack writes there, for policies; without a stack of all that any run writes. */
export function keptObjects(address: HistoryAddress, place: HistoryPlace, partition: string): string {
  const stack = place.stack === '' ? '*' : place.stack;
  return `arn:${partition}:s3:::${address.bucket}/${folder(address, { ...place, stack })}/*`;
}

/** What all entries of a stack begin with. */
export function runsPrefix(address: HistoryAddress, place: HistoryPlace): string {
  return `${folder(address, place)}/runs/`;
}

/** The key of a run's entry: the newest one is listed first. */
export function runKey(
  address: HistoryAddress,
  place: HistoryPlace,
  { run, at }: { readonly run: string; readonly at: Instant },
): string {
  const left = String(Math.max(0, LAST - Math.max(0, Math.round(at)))).padStart(13, '0');
  return `${runsPrefix(address, place)}${left}-${run}.json`;
}

/** The run whose entry that is; undefined for an object that is none of ours. */
export function readRunKey(key: string): RunKey | undefined {
  const [, left, run] = /\/runs\/(\d{13})-([\w-]{1,100})\.json$/.exec(key) ?? [];
  return left === undefined || run === undefined ? undefined : { key, run, at: LAST - Number(left) };
}

/** The key of a template's copy, by the hash of its text. */
export function templateKey(address: HistoryAddress, place: HistoryPlace, hash: string): string {
  return `${folder(address, place)}/templates/${hash}.template`;
}

function folder({ prefix }: HistoryAddress, { account, region, stack }: HistoryPlace): string {
  return [...(prefix === '' ? [] : [prefix]), account, region, stack].join('/');
}
