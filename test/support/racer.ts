import { appendFileSync } from 'node:fs';
import { steadyClock } from '../../src/clock.js';
import { newToken } from '../../src/config/run-id.js';
import { openStore } from '../../src/app/lock/lock.js';
import { createKeeper } from '../../src/lock/lock-session.js';

/** One race for a lock: whoever gets it writes into the file, and works until it is told to finish. */
export interface Start {
  readonly address: string;
  readonly name: string;
  readonly file: string;
}

export interface Answered {
  readonly pid: number;
  readonly end: 'worked' | 'held' | 'lost' | 'failed';
}

/** A second is a hundred: the lease lasts 1.2 s and a sign of life comes every 0.2 s. */
const SPEED = 100;

/** What a racer says: that it has the lock, and at last how it ended. */
export type Said = 'in' | Answered;
/** What it is told: to race, and to finish once every racer has the lock or has answered, however busy the machine is. */
export type Told = Start | 'finish';

/** A process of its own that races when it is told to. Run by fork. */
async function race({ address, name, file }: Start, finish: Promise<void>): Promise<Answered['end']> {
  const store = await openStore(address, {
    region: 'eu-west-1',
    speed: SPEED,
    surroundings: { env: process.env, version: 'test', command: 'race' },
    now: () => steadyClock().now(),
  });
  const clock = steadyClock(SPEED);
  const keeper = createKeeper({
    store,
    clock,
    holder: { run: `run-${process.pid}`, host: 'here', pid: process.pid, command: 'race', since: 'now' },
    token: newToken(),
    waitMs: 0,
    interrupt: { received: undefined, wake: new AbortController().signal },
    emit: () => undefined,
    serviceNow: () => clock.now(),
  });
  const not = await keeper.take([name]);
  if (not !== undefined) {
    await keeper.release();
    return not.kind === 'held' ? 'held' : 'failed';
  }
  try {
    await keeper.confirm();
    appendFileSync(file, `${process.pid} in\n`);
    process.send?.('in' satisfies Said);
    // The other one sees our signs of life meanwhile.
    await finish;
    await keeper.confirm();
    appendFileSync(file, `${process.pid} out\n`);
    return 'worked';
  } catch {
    return 'lost';
  } finally {
    await keeper.release();
  }
}

let finish: () => void = () => undefined;
process.on('message', (message: Told) => {
  if (message === 'finish') return void finish();
  const told = new Promise<void>((resolve) => (finish = resolve));
  void race(message, told).then((end) => process.send?.({ pid: process.pid, end } satisfies Answered));
});
