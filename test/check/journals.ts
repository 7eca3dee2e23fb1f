import type { Stamped } from '../../src/model/event.js';
import { createStage, type Ending } from '../support/stage.js';

/** Journals of true runs, each by a name; falsified ones are made of them. */
export type JournalName = 'swap' | 'rolledBack' | 'rolling' | 'serial' | 'restart' | 'kept' | 'shared';

const RESTART = { quorum: 0.5, attempts: 10, onError: 'stop', commandMs: 60_000 } as const;
const ONE_MORE = { surge: { count: 1 }, unavailable: { count: 0 } } as const;

/** Plays one run of each kind against the sandbox. */
export async function trueJournals(): Promise<ReadonlyMap<JournalName, readonly Stamped[]>> {
  const of = async (name: JournalName, run: () => Promise<Ending>): Promise<[JournalName, readonly Stamped[]]> => [
    name,
    (await run()).journal,
  ];
  return new Map([
    await of('swap', () => swap('ami-new')),
    await of('rolledBack', () => swap('ami-sick')),
    await of('rolling', () => rolling(false)),
    await of('serial', () => rolling(true)),
    await of('restart', () =>
      createStage({}, [{ name: 'web', size: 4, min: 1, max: 4 }]).run({ strategy: 'restart', restart: RESTART }),
    ),
    await of('kept', () => swap('ami-new', { gates: { words: [], keepMs: 80_000 } })),
    await of('shared', () => swap('ami-new', {}, 2)),
  ]);
}

function swap(
  image: string,
  differs: Parameters<ReturnType<typeof createStage>['run']>[0] = {},
  groups = 1,
): Promise<Ending> {
  const stage = createStage(
    { images: { 'ami-sick': { behaviour: 'unhealthy' } } },
    ['web', 'api'].slice(0, groups).map((name) => ({ name, size: 3, min: 1, max: 4 })),
  );
  for (const group of stage.groups) group.changeImage(image);
  return stage.run(differs);
}

function rolling(serial: boolean): Promise<Ending> {
  const names = serial ? ['web', 'api'] : ['web'];
  // Launched one by one, so that one is older than another.
  const stage = createStage(
    {},
    names.map((name) => ({ name, size: 3, min: 1, max: 4, stagger: 70 })),
  );
  for (const group of stage.groups) group.changeImage('ami-new');
  return stage.run({ strategy: 'rolling', rolling: { ...ONE_MORE, serial } });
}
