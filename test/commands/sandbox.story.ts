import { expect } from 'chai';
import { run, start } from './support/cli.js';

describe('ha-updater sandbox, as a process', () => {
  it('prints what a shell has to export, serves, and ends well when stopped', async () => {
    const sandbox = start(['sandbox', '--port', '0', '--speed', '60', '--seed', '7']);
    const text = await sandbox.sees(/HA_UPDATER_SPEED=60/);
    const url = /export AWS_ENDPOINT_URL=(http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1];
    const clock = (await (await fetch(`${url}/_sandbox/clock`)).json()) as { speed: number };
    expect(clock.speed).to.equal(60);
    expect(text).to.match(/seed 7/);
    sandbox.child.kill('SIGTERM');
    const { code, stderr } = await sandbox.finished;
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });

  it('says so when its port is taken', async () => {
    const first = start(['sandbox', '--port', '0']);
    const port = /127\.0\.0\.1:(\d+)/.exec(await first.sees(/AWS_ENDPOINT_URL=/))?.[1] ?? '';
    const second = await run(['sandbox', '--port', port]);
    first.child.kill('SIGINT');
    expect(second.code).to.equal(2);
    expect(second.stderr).to.include(`Port ${port} on this machine is in use.`);
    expect((await first.finished).code).to.equal(0);
  });
});
