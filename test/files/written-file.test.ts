import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock, type Clock } from '../../src/clock.js';
import { whyNot } from '../../src/files/system-fault.js';
import { openForLater } from '../../src/files/written-file.js';

describe('a file that is written at the end', () => {
  let folder: string;
  let drawn = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ha-updater-files-'));
    drawn = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (name: string): string => join(folder, name);
  const open = (path: string) => openForLater(path, () => `drawn${++drawn}`);
  const write = async (path: string, text = 'new'): Promise<void> => (await open(path)).write(text, systemClock());
  const reason = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'it was written',
      (error: unknown) => whyNot(error),
    );

  it('is there whole, with what the umask lets others do, and nothing beside it', async () => {
    await write(at('outputs.json'));
    writeFileSync(at('other'), '');
    expect(readFileSync(at('outputs.json'), 'utf8')).to.equal('new');
    expect(statSync(at('outputs.json')).mode).to.equal(statSync(at('other')).mode);
    expect(readdirSync(folder).sort()).to.deep.equal(['other', 'outputs.json']);
  });

  it('keeps the mode of the file that it takes the place of', async () => {
    writeFileSync(at('old'), 'old and longer');
    chmodSync(at('old'), 0o640);
    await write(at('old'));
    expect([readFileSync(at('old'), 'utf8'), statSync(at('old')).mode & 0o777]).to.deep.equal(['new', 0o640]);
  });

  it('is made only when it is written: finding out leaves nothing', async () => {
    await open(at('outputs.json'));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const [what, exists] of [
    ['a file', true],
    ['nothing yet', false],
  ] as const)
    it(`follows links to ${what}`, async () => {
      mkdirSync(at('there'));
      if (exists) writeFileSync(at('there/real'), 'old');
      symlinkSync('there/real', at('second'));
      symlinkSync('second', at('first'));
      await write(at('first'));
      expect(lstatSync(at('first')).isSymbolicLink()).to.equal(true);
      expect(readFileSync(at('there/real'), 'utf8')).to.equal('new');
      expect(readdirSync(at('there'))).to.deep.equal(['real']);
    });

  it('writes through nothing that somebody laid in its way', async () => {
    writeFileSync(at('precious'), 'precious');
    symlinkSync('precious', at('outputs.json.part'));
    symlinkSync('precious', at('.ha-updater-drawn2.part'));
    expect(await reason(write(at('outputs.json')))).to.match(/EEXIST/);
    expect(readFileSync(at('precious'), 'utf8')).to.equal('precious');
  });

  for (const device of ['/dev/null', '/dev/full'])
    it(`leaves ${device} what it is`, async () => {
      symlinkSync(device, at('link'));
      const before = statSync(device);
      const said = await reason(write(at('link')));
      expect(said).to.equal(device === '/dev/full' ? 'no space left on device (ENOSPC)' : 'it was written');
      const { ino, dev, rdev, mode } = statSync(device);
      expect([ino, dev, rdev, mode]).to.deep.equal([before.ino, before.dev, before.rdev, before.mode]);
      expect(readdirSync(folder)).to.deep.equal(['link']);
    });

  it('fills a pipe as its reader takes it, more than it holds', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const text = 'x'.repeat(300_000);
    const reader = spawn('sh', ['-c', `sleep 0.3; wc -c < ${at('pipe')}`]);
    // Listened for from the start: the reader may be gone before the last write is known to have ended.
    const ended = once(reader, 'close');
    let read = '';
    reader.stdout.on('data', (chunk: Buffer) => (read += chunk.toString()));
    const file = await open(at('pipe'));
    // Nobody may be there yet: whoever reads comes before the end of a deployment.
    await systemClock().sleep(1_000);
    await file.write(text, systemClock());
    await ended;
    expect(read.trim()).to.equal('300000');
    expect(lstatSync(at('pipe')).isFIFO()).to.equal(true);
  });

  it('waits for no reader of a pipe, and not for ever for one that stands still', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(await reason(write(at('pipe')))).to.match(/nobody at its other end \(ENXIO\)/);
    const reader = spawn('sh', ['-c', `sleep 600 < ${at('pipe')}`], { detached: true });
    await systemClock().sleep(300);
    let now = 0;
    const clock: Clock = { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)) };
    expect(await reason((await open(at('pipe'))).write('x'.repeat(300_000), clock))).to.equal(
      'whoever reads it does not go on',
    );
    expect(now).to.equal(30_000);
    process.kill(-(reader.pid ?? 0), 'SIGKILL');
  });

  it('says at once what it cannot be', async () => {
    symlinkSync('round', at('round'));
    writeFileSync(at('file'), '');
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    expect(await reason(open(folder))).to.equal('it is a directory (EISDIR)');
    expect(await reason(open(at('none/outputs.json')))).to.equal('there is no such file or folder (ENOENT)');
    expect(await reason(open(at('file/outputs.json')))).to.equal('there is no such file or folder (ENOTDIR)');
    expect(await reason(open(at('round')))).to.equal('its symbolic links go round in a circle (ELOOP)');
    expect(await reason(open(at('x'.repeat(300))))).to.equal('its name is too long (ENAMETOOLONG)');
    expect(await reason(open(at('socket')))).to.match(/\(ENXIO\)/);
    server.close();
  });
});
