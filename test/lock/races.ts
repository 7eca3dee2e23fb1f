import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RunningStore } from '../support/lock-stores.js';
import type { Answered, Start } from '../support/racer.js';

const RACER = fileURLToPath(new URL('../support/racer.js', import.meta.url));

/** Two processes that stay, and race for a fresh lock of the same name twenty times. */
export function raceTwenty(open: () => Promise<RunningStore>): void {
  let store: RunningStore;
  let folder: string;
  let racers: readonly ChildProcess[];
  before(async () => {
    store = await open();
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-race-'));
    racers = [1, 2].map(() =>
      fork(RACER, {
        env: {
          PATH: process.env['PATH'],
          AWS_ACCESS_KEY_ID: 'AKID',
          AWS_SECRET_ACCESS_KEY: 'secret',
          AWS_REGION: 'eu-west-1',
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
          ...store.env,
        },
      }),
    );
  });
  after(async () => {
    racers.forEach((racer) => racer.kill('SIGKILL'));
    await store.stop();
    await rm(folder, { recursive: true });
  });

  const ask = (racer: ChildProcess, start: Start): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`a racer ended with ${code}`));
      racer.once('exit', gone);
      racer.once('message', (answer) => {
        racer.off('exit', gone);
        resolve(answer as Answered);
      });
      racer.send(start);
    });

  it('exactly one of them works each time, 20 times out of 20', async () => {
    // Each alone first: a process that is still loading its client does not race.
    await Promise.all(
      racers.map((racer, index) =>
        ask(racer, { address: store.address, name: `alone-${index}`, file: join(folder, `alone-${index}.txt`) }),
      ),
    );
    for (let race = 1; race <= 20; race++) {
      const file = join(folder, `${race}.txt`);
      await writeFile(file, '');
      const answers = await Promise.all(
        racers.map((racer) => ask(racer, { address: store.address, name: `race-${race}`, file })),
      );
      expect(answers.map(({ end }) => end).sort(), `race ${race}`).to.deep.equal(['held', 'worked']);
      const winner = answers.find(({ end }) => end === 'worked');
      expect(await readFile(file, 'utf8'), `race ${race}`).to.equal(`${winner?.pid} in\n${winner?.pid} out\n`);
    }
  });
}
