import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import type { StatusDocument } from '../../src/index.js';
import { BIN, CLEAN_ENV, start } from './support/cli.js';
import { createWeb } from './support/live.js';
import { CALM_GROUPS, commandWorld, type CommandWorld } from './support/world.js';

const SWAP = ['update-asgs', 'web', '--swap', 'always', '--output', 'lines', ...CALM_GROUPS];
const clock = systemClock();

type Group = StatusDocument['groups'][number];

/** Real processes, the ways in which agents, shells and terminals end them, and what is on the group afterwards. */
describe('signals and readers that go away', function () {
  this.timeout(120_000);
  let world: CommandWorld;

  const group = async (): Promise<Group> => (await world.json<StatusDocument>(['status', 'web'])).document.groups[0]!;
  const started = async (args: readonly string[] = SWAP): Promise<ReturnType<typeof start>> => {
    const running = start(args, { env: world.env });
    await running.sees(/ prove: /);
    return running;
  };
  const expectRolledBack = async (before: Group): Promise<void> => {
    const after = await group();
    expect(after.record, 'record').to.equal(undefined);
    expect(after.frozen?.processes).to.include('Launch');
    expect(after.size).to.deep.equal(before.size);
    expect(
      after.instances
        .filter(({ side }) => side !== 'leaving')
        .map(({ id }) => id)
        .sort(),
    ).to.deep.equal(before.instances.map(({ id }) => id).sort());
  };
  const expectPromoted = async (before: Group): Promise<void> => {
    const after = await group();
    expect({ record: after.record, frozen: after.frozen, suspended: after.suspended, size: after.size }).to.deep.equal({
      record: undefined,
      frozen: undefined,
      suspended: [],
      size: before.size,
    });
    const ids = new Set(before.instances.map(({ id }) => id));
    expect(after.instances.filter(({ id }) => ids.has(id))).to.deep.equal([]);
  };

  before(async () => {
    world = await commandWorld('', 100);
    const { code, stderr } = await world.run([...createWeb('ami-0123456789abcdef0', 'never-to-be-seen')]);
    expect(code, stderr).to.equal(0);
  });

  after(async () => {
    expect(await world.ask('violations')).to.deep.equal([]);
    await world.stop();
  });

  it('a hang-up rolls back, also when the shell and the kernel both send it', async () => {
    const before = await group();
    const running = await started();
    for (let count = 0; count < 3; count++) running.child.kill('SIGHUP');
    const { code, stdout, stderr } = await running.finished;
    expect(code, stdout + stderr).to.equal(4);
    expect(stdout).to.include('SIGHUP: Rolls back');
    await expectRolledBack(before);
    expect((await world.run(['unfreeze', 'web'])).code).to.equal(0);
  });

  it('a signal that npm passes on once more is one signal', async () => {
    const before = await group();
    const running = await started();
    running.child.kill('SIGINT');
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.finished;
    expect(code, stdout + stderr).to.equal(4);
    await expectRolledBack(before);
    expect((await world.run(['unfreeze', 'web'])).code).to.equal(0);
  });

  for (const [what, gone] of [
    ['stdout', ['stdout']],
    ['stderr', ['stderr']],
    ['stdout and stderr', ['stdout', 'stderr']],
  ] as const) {
    it(`whoever reads ${what} goes away (| head -1): the swap goes on to its end`, async () => {
      const before = await group();
      const running = await started();
      for (const stream of gone) running.child[stream]?.destroy();
      const { code, stderr } = await running.finished;
      expect(code, stderr).to.equal(0);
      await expectPromoted(before);
    });
  }

  it('the exit code is right although nobody reads the document of --json', async () => {
    const before = await group();
    const running = start([...SWAP, '--json'], { env: world.env });
    await running.sees(/ prove: /);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.finished;
    expect(code, stderr).to.equal(0);
    await expectPromoted(before);
  });

  it('a reader that stands still, as a paused `less` does, holds nothing up, and gets all in the end', async () => {
    const before = await group();
    const [gate, out] = [join(world.folder, 'gate'), join(world.folder, 'out')];
    // The pipe is full before the first line: Linux keeps 64 KiB of it.
    const command = `{ yes '' | head -c 65536; '${process.execPath}' '${BIN}' ${SWAP.join(' ')}; echo "ended with $?" >&2; } | { while [ ! -e '${gate}' ]; do sleep 0.2; done; cat > '${out}'; }`;
    const shell = spawn('/bin/sh', ['-c', command], {
      env: { ...CLEAN_ENV, ...world.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    shell.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const closed = new Promise((resolve) => shell.once('close', resolve));
    const ids = before.instances.map(({ id }) => id);
    let now = await group();
    for (
      let looks = 0;
      looks < 120 && (now.record !== undefined || now.instances.some(({ id }) => ids.includes(id)));
      looks++
    ) {
      await clock.sleep(500);
      now = await group();
    }
    await expectPromoted(before);
    expect(said).not.to.include('ended with');
    await writeFile(gate, '');
    await closed;
    expect(said).to.include('ended with 0');
    expect(await readFile(out, 'utf8')).to.match(/Promoted/);
  });

  it('SIGTERM, and SIGKILL two seconds later, as agents do: the next run ends it', async () => {
    const before = await group();
    const running = await started();
    running.child.kill('SIGTERM');
    await Promise.race([clock.sleep(2_000), running.finished]);
    running.child.kill('SIGKILL');
    await running.finished;
    const { code, stdout, stderr } = await world.run(['resume', 'web', ...CALM_GROUPS]);
    expect(code, stdout + stderr).to.equal(0);
    await expectRolledBack(before);
    expect((await world.run(['unfreeze', 'web'])).code).to.equal(0);
  });

  // util-linux makes a pseudo-terminal; where it is missing, nothing else here can.
  if (process.platform === 'linux' && existsSync('/usr/bin/script')) {
    it('the terminal is closed in the middle: it rolls back all the same', async () => {
      const before = await group();
      const command = `stty cols 100 rows 40; exec '${process.execPath}' '${BIN}' update-asgs web --swap always ${CALM_GROUPS.join(' ')}`;
      const terminal = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        env: { ...CLEAN_ENV, ...world.env, TERM: 'xterm', SHELL: '/bin/sh' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      await new Promise<void>((resolve, reject) => {
        terminal.once('close', () => reject(new Error(`it ended too early:\n${text}`)));
        terminal.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()).includes(' proving ') && resolve());
      });
      terminal.kill('SIGKILL');
      // Nobody is told of its end; the group shows it.
      for (let looks = 0; looks < 60 && (await group()).record !== undefined; looks++) await clock.sleep(500);
      await expectRolledBack(before);
      expect((await world.run(['unfreeze', 'web'])).code).to.equal(0);
    });
  }
});
