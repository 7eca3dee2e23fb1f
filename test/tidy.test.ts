import { expect } from 'chai';
import { EXIT } from '../src/errors.js';
import { deedsOf, importsOf, read, repositoryFiles, type Deed } from './tidy/scan.js';

const files = repositoryFiles();
const typescript = files.filter((path) => path.endsWith('.ts'));
const sources = typescript.filter((path) => path.startsWith('src/'));

/** The place of a file: its folder below src, or the file itself. */
function areaOf(path: string): string {
  if (path.startsWith('commands/')) return 'commands';
  return /^src\/([^/]+)/.exec(path)?.[1]?.replace(/\.ts$/, '') ?? '';
}

const NODE = /^node:/;
const PROXY = /^(agent-base|https?-proxy-agent|proxy-from-env)$/;
const CRON = /^croner$/;
const PLOTS = /^(@observablehq\/plot|linkedom)$/;
const SDK = /^(@aws-sdk|@smithy)\//;

/**
 * Who may import whom. A word is a place of ours, a pattern is a package. Every place may import itself.
 * `src/app`, `src/run`, `src/library` and `src/index.ts` tie the rest together and may import all of it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  clock: [/^node:os$/],
  text: [/^node:util$/],
  model: ['clock', 'text'],
  errors: ['model', 'text'],
  decide: ['model', 'clock', 'text'],
  check: ['model', 'clock', 'errors', 'text'],
  // Of the SDK its types alone: a story asks in AWS's own words.
  conformance: ['model', 'decide', 'clock', 'errors', 'text', SDK],
  replay: ['model', 'clock', 'text', /^yaml$/],
  engine: ['model', 'decide', 'clock', 'errors', 'text'],
  aws: ['model', 'clock', 'errors', 'text', 'src/engine/gateway.ts', SDK, PROXY, CRON, /^node:(https?|stream)$/],
  files: ['clock', NODE],
  fleet: ['model', 'clock', 'text'],
  template: ['model', 'errors', 'text', 'files', /^yaml$/, NODE],
  notify: ['model', 'errors', 'text', 'files', NODE],
  history: ['model', 'clock', 'errors', 'text', 'src/engine/gateway.ts', NODE],
  shell: ['clock', 'text', 'src/engine/commands/shell-runner.ts', NODE],
  cdk: ['model', 'errors', 'text', 'files', 'clock', 'shell', /^@aws-cdk\//, NODE],
  lock: ['model', 'clock', 'errors', 'text', /^@aws-sdk\/client-dynamodb$/, /^node:(net|tls)$/],
  config: ['model', 'clock', 'errors', 'text', 'files', 'fleet', /^yaml$/, NODE],
  render: ['model', 'check', 'clock', 'errors', 'text', /^listr2$/, PLOTS, NODE],
  sandbox: ['clock', SDK, CRON, /^yaml$/, NODE],
  // The table of limits alone, so that a default stands in one place; the library is loaded when a command runs.
  commands: ['index', 'clock', 'src/config/numbers.ts', 'src/text/plain.ts', /^@oclif\/core(\/|$)/, NODE],
};

const UNBOUND = ['app', 'run', 'index', 'library'];

function mayImport(from: string, imported: string): boolean {
  const area = areaOf(from);
  if (UNBOUND.includes(area) || areaOf(imported) === area) return true;
  return (MAY_IMPORT[area] ?? []).some((allowed) =>
    typeof allowed === 'string' ? imported === allowed || areaOf(imported) === allowed : allowed.test(imported),
  );
}

/** Where a deed is at home. Everywhere else in src and commands it is banned. */
const AT_HOME: Readonly<Record<Exclude<Deed, 'focuses or skips a test'>, readonly (string | RegExp)[]>> = {
  'reads the time': ['src/clock.ts', 'src/sandbox/live.ts'],
  'sets a timer': ['src/clock.ts', 'src/sandbox/live.ts'],
  'draws at random': ['src/config/run-id.ts'],
  prints: [/^commands\//, /^src\/render\//],
  exits: [/^commands\//, /^src\/render\//],
};

const isHome = (path: string, homes: readonly (string | RegExp)[]): boolean =>
  homes.some((home) => (typeof home === 'string' ? home === path : home.test(path)));

describe('the layers', () => {
  it('hold: every file imports only what its place may import', () => {
    const wrong = [...sources, ...typescript.filter((path) => path.startsWith('commands/'))].flatMap((path) =>
      importsOf(path, read(path))
        .filter((imported) => !mayImport(path, imported))
        .map((imported) => `${path} imports ${imported}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('are known: every place has a rule', () => {
    expect(
      [...new Set(sources.map(areaOf))].filter((area) => MAY_IMPORT[area] === undefined && !UNBOUND.includes(area)),
    ).to.deep.equal([]);
  });

  for (const name of ['listr2', '@observablehq/plot', 'linkedom'])
    it(`keep ${name} in one file`, () => {
      expect(sources.filter((path) => importsOf(path, read(path)).includes(name)).length).to.be.at.most(1);
    });

  it('would notice', () => {
    expect(mayImport('src/decide/a.ts', 'src/engine/loop.ts')).to.equal(false);
    expect(mayImport('src/decide/a.ts', 'node:fs')).to.equal(false);
    expect(mayImport('src/aws/a.ts', 'src/engine/retry.ts')).to.equal(false);
    expect(mayImport('src/aws/a.ts', 'src/engine/gateway.ts')).to.equal(true);
    expect(mayImport('src/sandbox/wire/a.ts', 'src/model/rollout/group.ts')).to.equal(false);
    expect(mayImport('commands/a.ts', 'src/app/b.ts')).to.equal(false);
    const text =
      "import type { A } from '../b/c.js';\nexport * from './d.js';\nconst e = await import('node:fs');\n// import 'f'\nconst g = \"import 'h'\";";
    expect(importsOf('src/a/a.ts', text)).to.deep.equal(['src/b/c.ts', 'src/a/d.ts', 'node:fs']);
  });

  it('carry nothing that nobody uses: every source is reached from a command, the public surface or a script', () => {
    // The invariants are there for the tests: they look on and nothing leans on them.
    const surfaces = ['src/index.ts', 'src/library/index.ts', 'src/sandbox/invariants/index.ts'];
    const roots = typescript.filter(
      (path) => path.startsWith('commands/') || path.startsWith('scripts/') || surfaces.includes(path),
    );
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path) || !typescript.includes(path)) return;
      reached.add(path);
      importsOf(path, read(path)).forEach(visit);
    };
    roots.forEach(visit);
    // Declarations of packages that bring none are never imported.
    expect(sources.filter((path) => !reached.has(path) && !path.endsWith('.d.ts'))).to.deep.equal([]);
  });
});

describe('the bans', () => {
  it('hold: time, timers, randomness, printing and exiting have their places', () => {
    const wrong = typescript
      .filter((path) => path.startsWith('src/') || path.startsWith('commands/'))
      .flatMap((path) =>
        deedsOf(read(path))
          .filter(({ deed }) => deed !== 'focuses or skips a test' && !isHome(path, AT_HOME[deed]))
          .map(({ deed, line }) => `${path}:${line} ${deed}`),
      );
    expect(wrong).to.deep.equal([]);
  });

  it('hold: no test runs alone and none is left out', () => {
    const wrong = typescript
      .filter((path) => path.startsWith('test/'))
      .flatMap((path) =>
        deedsOf(read(path))
          .filter(({ deed }) => deed === 'focuses or skips a test')
          .map(({ line }) => `${path}:${line}`),
      );
    expect(wrong).to.deep.equal([]);
  });

  const seen = (text: string): Deed[] => deedsOf(text).map(({ deed }) => deed);
  for (const [text, deeds] of [
    ['const a = Date.now();', ['reads the time']],
    ['const a = new Date();', ['reads the time']],
    ['const a = new Date(0); const b = Date.parse("x");', []],
    ['setTimeout(f, 1); await new Promise((r) => setInterval(r, 1));', ['sets a timer', 'sets a timer']],
    ['Math.random();', ['draws at random']],
    ['console.error("x"); process.stdout.write("x");', ['prints', 'prints']],
    ['if (a) process.exit(1);', ['exits']],
    [
      'it.ONLY("x", () => {}); describe.SKIP("y"); it("z", function () { this.SKIP(); });'
        .replace('ONLY', 'only')
        .replaceAll('SKIP', 'skip'),
      ['focuses or skips a test', 'focuses or skips a test', 'focuses or skips a test'],
    ],
    ['// Date.now()\nconst a = "process.exit(1)";', []],
    ['valueOf(); toString(); hasOwnProperty(); constructor();', []],
  ] as const) {
    it(`would notice: ${JSON.stringify(text)}`, () => expect(seen(text)).to.deep.equal(deeds));
  }
});

describe('the repository', () => {
  const text = files.filter((path) => !/\.(png|jpg|gif|ico|tgz|gz)$/.test(path));

  it('names no path of a machine', () => {
    const wrong = text.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) => (/(^|[\s"'`(=:,])\/(work|root|home|Users)\/\w/.test(line) ? [`${path}:${i + 1}`] : [])),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('locks packages without saying which registry they came from', () => {
    const hosts = [...read('package-lock.json').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((match) => match[1]);
    expect([...new Set(hosts)].filter((host) => host !== 'registry.npmjs.org')).to.deep.equal([]);
  });

  it('tells of exactly the exit codes that there are', () => {
    const rows = [...read('docs/EXIT-CODES.md').matchAll(/^\| *`?(\d+)`? *\| *\S/gm)].map((match) => Number(match[1]));
    expect(rows).to.deep.equal(Object.values(EXIT));
  });
});
