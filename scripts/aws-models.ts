import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** As far as it is read here. */
export interface ModelShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly documentation?: string }>>;
  readonly required?: readonly string[];
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly documentation?: string;
}
export interface Model {
  readonly operations: Readonly<
    Record<string, { readonly input?: { readonly shape: string }; readonly documentation?: string }>
  >;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

/** How long PyPI may take. */
const INSTALL_MS = 180_000;

/**
 * Takes botocore from PyPI into a temporary folder, which goes away again: AWS's published models are part of it.
 * Python 3 with pip has to be there.
 * @param version absent: the newest
 * @throws Error when it cannot be had
 */
export function withBotocore<T>(
  version: string | undefined,
  use: (open: (service: string) => Model, version: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'botocore-'));
  const wanted = version === undefined ? 'botocore' : `botocore==${version}`;
  const words = ['install', '--quiet', '--no-deps', '--root-user-action', 'ignore', '--target', folder, wanted];
  try {
    execFileSync('python3', ['-m', 'pip', ...words], { stdio: ['ignore', 'inherit', 'inherit'], timeout: INSTALL_MS });
    const [, had = ''] = /^botocore-(.*)\.dist-info$/.exec(readdirSync(folder).find(isInfo) ?? '') ?? [];
    return use((service) => modelOf(folder, service), had);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function isInfo(name: string): boolean {
  return /^botocore-.*\.dist-info$/.test(name);
}

function modelOf(packages: string, name: string): Model {
  const versions = join(packages, 'botocore', 'data', name);
  const newest = readdirSync(versions).sort().at(-1) ?? '';
  return JSON.parse(gunzipSync(readFileSync(join(versions, newest, 'service-2.json.gz'))).toString('utf8')) as Model;
}
