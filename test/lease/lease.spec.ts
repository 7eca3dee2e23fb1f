import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { replay } from './replay.js';
import { readTrace } from './trace.js';

/** The simulator, which `npm run spec:lease` installs. Its other backend would be downloaded. */
const QUINT = 'ci/lease/node_modules/.bin/quint';
const SPEC = 'ci/lease/lease.qnt';

/** Enough for two runs to begin, one to be taken over, and both to judge. */
const STEPS = '--max-steps=70';

/** What the simulator says, and whether all went well. */
interface Said {
  readonly ok: boolean;
  readonly text: string;
}

async function quint(command: string, ...words: readonly string[]): Promise<Said> {
  const all = [command, SPEC, ...(command === 'typecheck' ? [] : ['--backend=typescript']), ...words];
  try {
    const { stdout, stderr } = await promisify(execFile)(QUINT, all, { timeout: 500_000, maxBuffer: 64 * 2 ** 20 });
    return { ok: true, text: stdout + stderr };
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as Error & { readonly stdout?: string; readonly stderr?: string };
    return { ok: false, text: `${stdout}${stderr}` || message };
  }
}

describe('the lease, by its specification', function () {
  this.timeout(600_000);

  /** Traces of a module, as the simulator writes them. */
  async function traces(module: string, ...words: readonly string[]): Promise<readonly string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'ha-updater-lease-'));
    try {
      const said = await quint('run', `--main=${module}`, STEPS, `--out-itf=${join(folder, '{seq}.json')}`, ...words);
      const files = await readdir(folder);
      expect(files, said.text).not.to.deep.equal([]);
      return await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('is well formed', async () => {
    const { ok, text } = await quint('typecheck');
    expect(ok, text).to.equal(true);
  });

  it('has never two verdicts that differ, with the numbers of the tool', async () => {
    const words = ['--main=tool', STEPS, '--max-samples=6000', '--invariants', 'agree', 'promotesItsOwn'];
    const { ok, text } = await quint('run', ...words);
    expect(ok, text).to.equal(true);
    expect(text).to.contain('No violation found');
  });

  for (const [module, what] of [
    ['tool', 'keeps its promise in each of the stories by which it is broken below'],
    ['slower', 'breaks it where a sign of life may take effect one tick later'],
    ['quicker', 'promotes a rollout that was written over where instances are proven one tick sooner'],
    ['unbound', 'breaks it where a verdict whose reply was lost does not bind its run'],
  ] as const)
    it(`${what} (${module})`, async () => {
      const { ok, text } = await quint('test', `--main=${module}`, '--max-samples=1');
      expect(ok, text).to.equal(true);
      expect(text).to.match(/[1-9] passing/);
    });

  it('is what the real code does: it decides and writes the same in each step of its traces', async () => {
    const compared: Record<string, number> = {};
    // In the second one runs stand still, so that more is taken over from runs that live.
    for (const module of ['tool', 'asleep'])
      for (const text of await traces(module, '--max-samples=100', '--n-traces=100', '--invariant=true'))
        for (const [what, times] of Object.entries(replay(readTrace(text))))
          compared[what] = (compared[what] ?? 0) + times;
    for (const what of [
      'record',
      'adopt',
      'renew',
      'judge',
      'held',
      'wait',
      'promote',
      'rollBack',
      'lost',
      'heard',
      'die',
    ])
      expect(compared[what], what).to.be.greaterThan(5);
  });

  it('is found broken by chance where a run may stand still for as long as it likes; the real code goes all the way', async () => {
    const [text = ''] = await traces('asleep', '--seed=11', '--max-samples=20000', '--invariant=agree');
    const trace = readTrace(text);
    // Runs may have judged alike as well.
    const outcomes = new Set(trace.at(-1)?.verdicts.map(({ outcome }) => outcome));
    expect([...outcomes].sort()).to.deep.equal(['promote', 'rollBack']);
    replay(trace);
  });
});
