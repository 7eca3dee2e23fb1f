import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RunningStore } from '../support/lock-stores.js';
import type { Answered, Said, Start, Told } from '../support/racer.js';

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

  /** Answers how it ended; `over` is called once, when the racer has the lock or has answered. */
  const ask = (racer: ChildProcess, start: Start, over: () => void): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`a racer ended with ${code}`));
      let isOver = false;
      const hear = (answer: Said): void => {
        if (!isOver) over();
        isOver = true;
        if (answer === 'in') return;
        racer.off('exit', gone);
        racer.off('message', hear);
        resolve(answer);
      };
      racer.once('exit', gone);
      racer.on('message', hear);
      racer.send(start);
    });

  /** Lets these racers race, each for its lock. */
  const race = (starts: readonly (readonly [ChildProcess, Start])[]): Promise<readonly Answered[]> => {
    let open = starts.length;
    const over = (): void => {
      if (--open === 0) for (const [racer] of starts) racer.send('finish' satisfies Told);
    };
    return Promise.all(starts.map(([racer, start]) => ask(racer, start, over)));
  };

  it('exactly one of them works each time, 20 times out of 20', async () => {
    // Each alone first: a process that is still loading its client does not race.
    await race(
      racers.map((racer, index) => {
        const name = `alone-${index}`;
        return [racer, { address: store.address, name, file: join(folder, `${name}.txt`) }];
      }),
    );
    for (let nth = 1; nth <= 20; nth++) {
      const file = join(folder, `${nth}.txt`);
      await writeFile(file, '');
      const start = { address: store.address, name: `race-${nth}`, file };
      const answers = await race(racers.map((racer) => [racer, start]));
      expect(answers.map(({ end }) => end).sort(), `race ${nth}`).to.deep.equal(['held', 'worked']);
      const winner = answers.find(({ end }) => end === 'worked');
      expect(await readFile(file, 'utf8'), `race ${nth}`).to.equal(`${winner?.pid} in\n${winner?.pid} out\n`);
    }
  });
}
