import { expect } from 'chai';
import type { Entry, LockStore } from '../../src/lock/store.js';

let names = 0;

export function entry(token: string, beat: number, leaseMs = 60_000): Entry {
  return {
    holder: {
      run: `run-${token}`,
      host: 'agent',
      pid: 7,
      build: 'Jenkins web/118',
      command: 'update-asgs',
      since: '2026-11-21T03:00:00.000Z',
    },
    token,
    beat,
    leaseMs,
  };
}

/** What every store has to do, whatever it is made of. */
export function keepsTheContract(open: () => LockStore): void {
  const fresh = (): { store: LockStore; name: string } => ({
    store: open(),
    name: `ha-updater/123456789012/eu-west-1/stack/s${++names}`,
  });

  it('gives a free lock to the first who asks, and shows the next one whose it is', async () => {
    const { store, name } = fresh();
    expect(await store.read(name)).to.equal(undefined);
    expect(await store.take(name, entry('a', 1))).to.deep.equal({ taken: true });
    expect(await store.take(name, entry('b', 1))).to.deep.equal({ taken: false, entry: entry('a', 1) });
    expect(await store.read(name)).to.deep.equal(entry('a', 1));
    await store.close();
  });

  it('gives it to exactly one of many who ask at the same time', async () => {
    const { store, name } = fresh();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => store.take(name, entry(`t${index}`, 1))),
    );
    expect(answers.filter(({ taken }) => taken)).to.have.length(1);
    await store.close();
  });

  it('renews for the holder alone, and says so to whoever has it no longer', async () => {
    const { store, name } = fresh();
    expect(await store.renew(name, entry('a', 1))).to.equal(false);
    await store.take(name, entry('a', 1));
    expect(await store.renew(name, entry('b', 2))).to.equal(false);
    expect(await store.renew(name, entry('a', 2))).to.equal(true);
    expect(await store.read(name)).to.deep.equal(entry('a', 2));
    await store.close();
  });

  it('replaces exactly the entry that was watched: a sign of life in between keeps it', async () => {
    const { store, name } = fresh();
    await store.take(name, entry('a', 1));
    await store.renew(name, entry('a', 2));
    expect(await store.take(name, entry('b', 1), entry('a', 1))).to.deep.equal({ taken: false, entry: entry('a', 2) });
    expect(await store.take(name, entry('b', 1), entry('c', 2))).to.deep.equal({ taken: false, entry: entry('a', 2) });
    expect(await store.take(name, entry('b', 1), entry('a', 2))).to.deep.equal({ taken: true });
    expect(await store.renew(name, entry('a', 3)), 'the old holder').to.equal(false);
    await store.close();
  });

  it('is given back by its holder alone, and is free then', async () => {
    const { store, name } = fresh();
    await store.take(name, entry('a', 1));
    expect(await store.release(name, 'b')).to.equal(false);
    expect(await store.release(name, 'a')).to.equal(true);
    expect(await store.release(name, 'a')).to.equal(false);
    expect(await store.take(name, entry('b', 1))).to.deep.equal({ taken: true });
    await store.close();
  });
}
