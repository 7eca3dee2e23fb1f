import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { endWithin, type ProgramEnd } from '../../src/shell/end-within.js';

const run = (line: string, limitMs = 20_000): Promise<ProgramEnd> =>
  endWithin(spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] }), limitMs);

describe('the end of a program', () => {
  it('is its exit code', async () => {
    expect(await run('exit 3')).to.deep.equal({ kind: 'ended', code: 3 });
  });

  it('is a signal', async () => {
    expect(await run('kill -TERM $$')).to.deep.equal({ kind: 'killed', by: 'SIGTERM' });
  });

  it('comes when its time is over, whatever it has started itself', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 30 & wait'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const { pid } = child;
    if (pid === undefined) throw new Error('it did not start');
    try {
      expect(await endWithin(child, 200)).to.deep.equal({ kind: 'late' });
      expect(child.killed).to.equal(true);
    } finally {
      process.kill(-pid, 'SIGKILL');
    }
  });

  it('is known of a program that is not there', async () => {
    const absent = 'ha-updater-no-such-program';
    const end = await endWithin(spawn(absent), 20_000);
    expect(end.kind).to.equal('notStarted');
  });
});
