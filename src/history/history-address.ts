import { problem, usage } from '../errors.js';

/** Where runs are kept, as `--history` says it. */
export interface HistoryAddress {
  readonly bucket: string;
  /** Without slashes around it; '' for the bucket itself. */
  readonly prefix: string;
  /** Account that must own the bucket; absent: the one that the run works in. */
  readonly owner?: string;
  /** The same address in one spelling. */
  readonly shown: string;
}

const FORM = 's3://BUCKET[/PREFIX][?owner=ACCOUNT]';

/** Source: S3 user guide, "General purpose bucket naming rules". */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Characters that need no care anywhere. Source: S3 user guide, "Naming Amazon S3 objects", safe characters. */
const PREFIX = /^[\w.!*'()-]+(\/[\w.!*'()-]+)*$/;

/** Keys hold 1,024 bytes; a stack's name, a region, an account and a run's id need less than 300. */
const LONGEST_PREFIX = 500;

/** Reads `--history`. @throws Failure `usage` */
export function readHistoryAddress(text: string): HistoryAddress {
  const [, bucket = '', path = '', query] = /^s3:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(text) ?? [];
  const prefix = path.replace(/^\/+|\/+$/g, '');
  const owner = query === undefined ? undefined : /^owner=(\d{12})$/.exec(query)?.[1];
  const fits = BUCKET.test(bucket) && (prefix === '' || (PREFIX.test(prefix) && prefix.length <= LONGEST_PREFIX));
  if (!fits || (query !== undefined && owner === undefined))
    throw usage('usage.history', problem(`--history takes ${FORM}, not "${text}".`, 'history'));
  return {
    bucket,
    prefix,
    ...(owner !== undefined && { owner }),
    shown: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}${owner === undefined ? '' : `?owner=${owner}`}`,
  };
}
