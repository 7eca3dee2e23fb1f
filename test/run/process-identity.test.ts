import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sinon from 'sinon';
import { systemClock } from '../../src/clock.js';
import { noteRunOver, ownRuns, thisMachine } from '../../src/run/process-identity.js';

/** A process of this machine, running a script of this name. */
async function running(name: string): Promise<{ readonly pid: number; readonly end: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'ha-updater-process-'));
  writeFileSync(join(folder, name), "setInterval(() => undefined, 1000); console.log('here')");
  const child = spawn(process.execPath, [join(folder, name)]);
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    end: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

describe('whether the holder of a lease lives', () => {
  const { host, holderIsGone, holderLives } = thisMachine('agent-1');
  const knowsItsBoot = host !== 'agent-1';
  const state = (pid: number, where = host): string =>
    holderIsGone({ host: where, pid, run: 'r' })
      ? 'gone'
      : holderLives({ host: where, pid, run: 'r' })
        ? 'lives'
        : 'unknown';
  const known = (word: string): string => (knowsItsBoot ? word : 'unknown');

  it('is known of this program alone, on this very machine, and not while it is stopped', async () => {
    const [ours, other] = [await running('ha-updater'), await running('other')];
    expect(state(ours.pid)).to.equal(known('lives'));
    expect(state(ours.pid, 'agent-2')).to.equal('unknown');
    expect(state(other.pid), 'the number came again').to.equal('unknown');
    process.kill(ours.pid, 'SIGSTOP');
    for (let look = 0; look < 100 && state(ours.pid) === 'lives'; look++) await systemClock().sleep(10);
    expect(state(ours.pid)).to.equal('unknown');
    process.kill(ours.pid, 'SIGCONT');
    await Promise.all([ours.end(), other.end()]);
    expect(state(ours.pid)).to.equal(known('gone'));
  });

  it('is not so when its number is our own: ours is another run', () => {
    expect(state(process.pid)).to.equal(known('gone'));
  });

  it('is not known of its number in a program that may have other runs, but of the runs that it made', () => {
    const shared = { sharesProcess: true } as const;
    const machine = thisMachine('agent-1', ownRuns('first', shared));
    const lease = { host: machine.host, pid: process.pid };
    const of = (run: string): string =>
      machine.holderIsGone({ ...lease, run }) ? 'gone' : machine.holderLives({ ...lease, run }) ? 'lives' : 'unknown';
    expect([of('first'), of('of a worker thread')]).to.deep.equal([known('lives'), 'unknown']);
    noteRunOver('first');
    noteRunOver('of a worker thread');
    expect([of('first'), of('of a worker thread')]).to.deep.equal([known('gone'), 'unknown']);
    ownRuns('long', shared);
    for (let run = 0; run < 1100; run++) {
      ownRuns(`r${run}`, shared);
      noteRunOver(`r${run}`);
    }
    expect([of('first'), of('long'), of('r1099')]).to.deep.equal(['unknown', known('lives'), known('gone')]);
    noteRunOver('long');
  });
});

describe('whether the holder of a lease is gone', () => {
  const machine = thisMachine('agent-1');
  const knowsItsBoot = machine.host !== 'agent-1';
  afterEach(() => sinon.restore());

  const answers = (code: string | undefined): void => {
    sinon.stub(process, 'kill').callsFake(() => {
      if (code === undefined) return true;
      throw Object.assign(new Error(code), { code });
    });
  };

  it('is said only of a process of this very machine that does not run', () => {
    answers('ESRCH');
    expect(machine.holderIsGone({ host: machine.host, pid: 7, run: 'r' })).to.equal(knowsItsBoot);
  });

  it('is not said of one that runs, also under another user', () => {
    answers(undefined);
    expect(machine.holderIsGone({ host: machine.host, pid: 7, run: 'r' })).to.equal(false);
    sinon.restore();
    answers('EPERM');
    expect(machine.holderIsGone({ host: machine.host, pid: 7, run: 'r' })).to.equal(false);
  });

  it('is never said of another host, nor asked', () => {
    answers('ESRCH');
    expect(machine.holderIsGone({ host: 'agent-1/00000000', pid: 7, run: 'r' })).to.equal(false);
    expect(machine.holderIsGone({ host: 'agent-1', pid: 7, run: 'r' })).to.equal(false);
  });
});
