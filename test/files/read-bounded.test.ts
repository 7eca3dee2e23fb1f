import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readBounded } from '../../src/files/read-bounded.js';
import { isSystemFault, whyNot } from '../../src/files/system-fault.js';

describe('reading within a limit', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ha-updater-files-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes exactly the limit, and not one byte more', async () => {
    const path = join(folder, 'file');
    for (const size of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      writeFileSync(path, 'x'.repeat(size));
      expect((await readBounded(path, 200_000))?.length).to.equal(size);
      expect((await readBounded(path, size))?.length).to.equal(size);
      if (size > 0) expect(await readBounded(path, size - 1)).to.equal(undefined);
    }
  });

  it('ends with what never does: a device, and a pipe', async () => {
    expect(await readBounded('/dev/zero', 1_000_000)).to.equal(undefined);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const endless = spawn('sh', ['-c', `exec yes > ${join(folder, 'pipe')}`], { stdio: 'ignore' });
    expect(await readBounded(join(folder, 'pipe'), 1_000_000)).to.equal(undefined);
    await new Promise((resolve) => endless.once('close', resolve));
  });

  it("throws the system's error for what cannot be read, and says which in words", async () => {
    symlinkSync('round', join(folder, 'round'));
    const why = (path: string): Promise<string> =>
      readBounded(path, 10).then(
        () => 'read',
        (error: unknown) => (isSystemFault(error) ? whyNot(error) : 'another error'),
      );
    expect(await why(folder)).to.equal('it is a directory (EISDIR)');
    expect(await why(join(folder, 'round'))).to.equal('its symbolic links go round in a circle (ELOOP)');
    expect(await why(join(folder, 'x'.repeat(256)))).to.equal('its name is too long (ENAMETOOLONG)');
    expect(await why('/proc/self/mem')).to.equal('i/o error (EIO)');
    expect(await why('a\0b')).to.equal('no path has a character like that (ERR_INVALID_ARG_VALUE)');
  });
});
