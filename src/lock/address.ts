import { problem, usage } from '../errors.js';

/** Where the strict lock is kept, as `--lock` says it. */
export type LockAddress =
  | {
      readonly kind: 'dynamodb';
      readonly table: string;
      readonly region: string;
      readonly key: string;
      readonly shown: string;
    }
  | {
      readonly kind: 'redis';
      readonly host: string;
      readonly port: number;
      readonly database: number;
      readonly tls: boolean;
      readonly username?: string;
      readonly password?: string;
      readonly shown: string;
    };

/** Name of the partition key when none is given; Terraform's lock tables have it too. */
export const DEFAULT_KEY = 'LockID';

/** The address has to fit into a note on the group, so that whoever goes on knows it. */
const LONGEST = 100;

const FORMS = 'dynamodb://TABLE[?region=REGION&key=ATTRIBUTE] or redis://HOST[:PORT][/DATABASE] (rediss:// with TLS)';

/** Environment variables with what should not stand on a command line. */
export interface LockSecrets {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Reads `--lock`. `shown` is the same address in one spelling, without user and password: the only form that
 * is ever printed or kept.
 * @throws Failure `usage`; the message never repeats the address, which may hold a password
 */
export function readLockAddress(text: string, region: string, secrets: LockSecrets = {}): LockAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const address = url === undefined ? undefined : parse(url, region, secrets);
  if (address === undefined) throw usage('usage.lock', problem(`--lock takes ${FORMS}.`, 'lock'));
  if (encodedLength(address.shown) > LONGEST)
    throw usage('usage.lock', `The address ${address.shown} is too long: it has to fit into a note on the group.`);
  return address;
}

function parse(url: URL, region: string, secrets: LockSecrets): LockAddress | undefined {
  switch (url.protocol) {
    case 'dynamodb:':
      return dynamodb(url, region);
    case 'redis:':
    case 'rediss:':
      return redis(url, secrets);
    default:
      return undefined;
  }
}

function dynamodb(url: URL, here: string): LockAddress | undefined {
  const table = url.host;
  const known = new Set(['region', 'key']);
  if (
    !/^[\w.-]{3,255}$/.test(table) ||
    !/^\/?$/.test(url.pathname) ||
    url.username !== '' ||
    url.password !== '' ||
    url.hash !== ''
  )
    return undefined;
  if ([...url.searchParams.entries()].some(([name, value]) => !known.has(name) || value === '')) return undefined;
  const region = url.searchParams.get('region') ?? here;
  const key = url.searchParams.get('key') ?? DEFAULT_KEY;
  if (!/^[a-z0-9-]+$/.test(region) || !/^[\w.-]{1,255}$/.test(key)) return undefined;
  const shown = `dynamodb://${table}?region=${region}${key === DEFAULT_KEY ? '' : `&key=${key}`}`;
  return { kind: 'dynamodb', table, region, key, shown };
}

function redis(url: URL, secrets: LockSecrets): LockAddress | undefined {
  const tls = url.protocol === 'rediss:';
  const host = url.hostname;
  const database = /^\/?$/.test(url.pathname) ? 0 : Number(/^\/(\d{1,4})$/.exec(url.pathname)?.[1] ?? NaN);
  if (host === '' || Number.isNaN(database) || url.search !== '' || url.hash !== '') return undefined;
  const port = url.port === '' ? 6379 : Number(url.port);
  const username = decoded(url.username) || secrets.username;
  const password = decoded(url.password) || secrets.password;
  return {
    kind: 'redis',
    // The socket wants an IPv6 address without its brackets.
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    database,
    tls,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    shown: `${url.protocol}//${host}:${port}/${database}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Characters that a note cannot hold as they are take four there. */
function encodedLength(text: string): number {
  return text.replace(/[^A-Za-z0-9_.:@-]/g, '____').length;
}

/** Text with whatever stands before the `@` of a Redis address taken out. */
export function withoutPassword(text: string): string {
  return text.replace(/(rediss?:\/\/)\S*@/gi, '$1…@');
}
