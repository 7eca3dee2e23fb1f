import { expect } from 'chai';
import sinon from 'sinon';
import type { HookEnd } from '../../src/engine/commands/shell-runner.js';
import { createShell } from '../../src/shell/shell.js';

const SUBJECT = { instance: 'i-1', privateIp: '10.0.0.1', publicIp: '', group: 'web', stack: '', rollout: 'run-1' };
const shell = createShell({ PATH: process.env['PATH'] });
const run = (line: string, timeoutMs = 20_000, signal = new AbortController().signal): Promise<HookEnd> =>
  shell.run({ line, side: 'new', subject: SUBJECT, timeoutMs }, signal);

/** Whether a process still runs. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A process that was killed is gone a moment later. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && lives(pid); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  return !lives(pid);
}

describe('the shell', function () {
  this.timeout(30_000);

  it('tells how a command ended, and what it printed on both streams', async () => {
    expect(await run('echo out; echo err >&2; exit 3')).to.deep.equal({
      ok: false,
      code: 3,
      words: 'exit 3',
      output: 'out\nerr',
    });
    expect(await run('true | cat')).to.deep.equal({ ok: true, code: 0, words: 'exit 0', output: '' });
    expect(await run('kill -9 $$')).to.deep.equal({ ok: false, words: 'killed by SIGKILL', output: '' });
    expect((await run('no-such-command-anywhere')).words).to.equal('exit 127');
  });

  it('gives it no input and the values as variables', async () => {
    expect(await run('cat; echo "$HA_UPDATER_INSTANCE_ID NEW_INSTANCE_PRIVATE_IP_ADDRESS"')).to.deep.equal({
      ok: true,
      code: 0,
      words: 'exit 0',
      output: 'i-1 10.0.0.1',
    });
  });

  it('gives a command that is for no one instance its own variables, and leaves its line as it is', async () => {
    const line = 'echo "$HA_UPDATER_STAGE $HA_UPDATER_GROUP [$HA_UPDATER_INSTANCE_ID] NEW_INSTANCE_ID"; exit 75';
    const variables = { HA_UPDATER_STAGE: 'canary; echo injected' };
    const { signal } = new AbortController();
    const call = { line, side: 'both', subject: SUBJECT, variables, timeoutMs: 20_000 } as const;
    expect(await shell.run(call, signal)).to.deep.equal({
      ok: false,
      code: 75,
      words: 'exit 75',
      output: 'canary; echo injected web [] NEW_INSTANCE_ID',
    });
  });

  it('keeps the end of a long output, without control characters', async () => {
    const { output } = await run(
      'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done; printf "\\033[31mred\\033[0m \\007bell"',
    );
    expect(output.length).to.be.lessThan(2_010);
    expect(output)
      .to.match(/^…/)
      .and.match(/line 2999\nred {2}bell$/);
  });

  it('masks what it is told to before the output is cut, and knows when its beginning is gone', async () => {
    const torn: boolean[] = [];
    const masking = createShell(
      { PATH: process.env['PATH'] },
      (text, isTorn) => (torn.push(isTorn), text.replaceAll('s\u001becret', '****')),
    );
    const print = (line: string): Promise<HookEnd> =>
      masking.run({ line, side: 'new', subject: SUBJECT, timeoutMs: 20_000 }, new AbortController().signal);
    expect((await print('printf "a s\\033ecret b"')).output, 'as it was printed, not as it is shown').to.equal(
      'a **** b',
    );
    expect(
      (await print('i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done; printf "s\\033ecret"')).output,
    ).to.match(/line 2999\n\*{4}$/);
    expect(torn).to.deep.equal([false, true]);
  });

  it('does not wait for what a command leaves running behind', async () => {
    const { ok, output } = await run('sleep 60 & echo $!');
    expect(ok).to.equal(true);
    process.kill(Number(output), 'SIGKILL');
  });

  it('kills a command with all that it started when its time is over', async () => {
    const began = process.hrtime.bigint();
    const { ok, words, output } = await run('sleep 60 & echo $!; wait', 300);
    expect({ ok, words }).to.deep.equal({ ok: false, words: 'killed after 0 s' });
    expect(Number(process.hrtime.bigint() - began) / 1e9).to.be.lessThan(20);
    expect(await isGone(Number(output))).to.equal(true);
  });

  it('kills one that does not listen, after a while', async () => {
    const { words, output } = await run('trap "" TERM; echo $$; while :; do sleep 0.1; done', 200);
    expect(words).to.equal('killed after 0 s');
    expect(await isGone(Number(output))).to.equal(true);
  });

  it('gives one that was told to end five seconds before it is killed', async () => {
    const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const kill = process.kill.bind(process);
    // The first signal is lost on it, whatever it does about that.
    const signals = sinon.stub(process, 'kill').callsFake((pid, signal) => signal === 'SIGTERM' || kill(pid, signal));
    try {
      const running = run('sleep 60', 30_000);
      await time.tickAsync(30_000);
      expect(signals.args.map(([, signal]) => signal)).to.deep.equal(['SIGTERM']);
      await time.tickAsync(4_999);
      expect(signals.callCount).to.equal(1);
      await time.tickAsync(1);
      expect(signals.args.map(([, signal]) => signal)).to.deep.equal(['SIGTERM', 'SIGKILL']);
      expect((await running).words).to.equal('killed after 30 s');
    } finally {
      signals.restore();
      time.restore();
    }
  });

  it('kills it when the run ends, and starts none after that', async () => {
    const end = new AbortController();
    const running = run('echo $$; sleep 60', 20_000, end.signal);
    setTimeout(() => end.abort(), 200);
    const { ok, words, output } = await running;
    expect({ ok, words }).to.deep.equal({ ok: false, words: 'ended together with the run' });
    expect(await isGone(Number(output))).to.equal(true);
    expect((await run('echo started', 20_000, end.signal)).output).to.equal('');
  });

  it('leaves no listener behind', async () => {
    const before = process.listenerCount('exit');
    await Promise.all(Array.from({ length: 5 }, () => run('true')));
    expect(process.listenerCount('exit')).to.equal(before);
  });
});
