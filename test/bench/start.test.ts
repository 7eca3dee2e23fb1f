import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../support/root.js';

const PROBE = join(ROOT, 'scripts', 'bench', 'probe.cjs');

/** What may take long to load and is not needed by all. */
const HEAVY =
  /node_modules\/(@aws-sdk|@smithy|@aws-cdk|@observablehq|listr2)\/|dist\/src\/(sandbox|render\/report\/html)\//;

describe('what is loaded at the start', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'ha-updater-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** The files that the program loads until its end, or until its first call to AWS, from the root of the repository on. */
  async function loaded(words: readonly string[], until: 'end' | 'request' = 'end'): Promise<readonly string[]> {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--require', PROBE, join(ROOT, 'bin', 'run.js'), ...words],
      {
        cwd: folder,
        env: {
          HOME: folder,
          UNTIL: until,
          NODE_V8_COVERAGE: folder,
          AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
          AWS_REGION: 'eu-west-1',
          AWS_ACCESS_KEY_ID: 'nobody',
          AWS_SECRET_ACCESS_KEY: 'nothing',
        },
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      },
    );
    expect(status, stderr).to.equal(0);
    const [name = ''] = (await readdir(folder)).filter((file) => /^coverage-.*\.json$/.test(file));
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    const paths = result.flatMap(({ url }) => (url.startsWith('file:') ? [relative(ROOT, fileURLToPath(url))] : []));
    return paths.filter((path) => path !== relative(ROOT, PROBE));
  }

  it('is one file for --version', async () => {
    expect(await loaded(['--version'])).to.deep.equal(['bin/run.js']);
  });

  for (const words of [['--help'], ['update-asgs', '--help']])
    it(`is nothing of the library for ${words.join(' ')}`, async () => {
      const files = await loaded(words);
      expect(files).to.include('dist/commands/base/help.js');
      expect(files.filter((file) => HEAVY.test(file) || /^dist\/src\/(app|run|engine|aws)\//.test(file))).to.deep.equal(
        [],
      );
    });

  it('is the client that is asked first, and no other, until the first call to AWS', async () => {
    const files = await loaded(['update-asgs', 'web'], 'request');
    const clients = files.flatMap((file) => /node_modules\/@aws-sdk\/(client-[^/]+)/.exec(file)?.[1] ?? []);
    expect([...new Set(clients)]).to.deep.equal(['client-sts']);
    expect(files.filter((file) => HEAVY.test(file) && !/node_modules\/(@aws-sdk|@smithy)\//.test(file))).to.deep.equal(
      [],
    );
  });
});
