import { execa } from 'execa';
import { expect } from 'chai';
import { STORIES } from '../../src/conformance/stories/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { serveSandbox } from '../../src/sandbox/live.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { environmentFor, startEmulator } from './emulator.js';

/** Simulated seconds in one second. What both allow for reads, 30 s, is more than a second of a busy machine. */
const SPEED = '20';

/** A document of `conformance --json`, as far as it is read here. */
interface Shown {
  readonly outcome: string;
  readonly results: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly comparisons: readonly { readonly what: string; readonly agrees: boolean }[];
  }[];
}

/** How many comparisons of each story differ on moto, and why; `not shown`: it cannot be told there. */
const ON_MOTO: Readonly<Record<string, { readonly differ: number | 'not shown'; readonly why: string }>> = {
  'ids-per-call': { differ: 3, why: 'it has no limits on the ids of one call' },
  'notes-and-lag': { differ: 1, why: 'it takes tags of any length' },
  refusals: { differ: 5, why: 'it holds no size to its bounds, and fails by an error of its own at what is not there' },
  'change-sets': {
    differ: 'not shown',
    why: 'it refuses a change set without changes instead of making one that fails',
  },
  'standby-below-min': { differ: 2, why: 'it takes instances into standby below the minimum' },
  'standby-sizes': { differ: 1, why: 'what is in standby stays in its target group' },
  'standby-hooks': { differ: 1, why: 'its hooks hold no instance' },
  'standby-terminated': { differ: 0, why: '' },
  'terminate-sizes': { differ: 1, why: 'it writes no scaling activities' },
  'suspended-launch': { differ: 1, why: 'it launches although Launch is suspended' },
  'scale-in-protection': { differ: 0, why: '' },
  'words-of-sizes': { differ: 1, why: 'it writes no scaling activities' },
  'target-states': { differ: 2, why: 'it has no time: a target is healthy at once, and drains no moment' },
  'classic-states': { differ: 4, why: 'it has no time, and registers again by itself what was taken out' },
  'marked-unhealthy': { differ: 1, why: 'it replaces no instance that is marked' },
};

/** Plays stories as a user would: the command as a process of its own, over HTTP, on this machine alone. */
async function play(url: string, stories: readonly string[]): Promise<Shown> {
  const words = ['conformance', '--accounts', '123456789012', '--yes', '--json', '--deadline', '14400'];
  const { stdout, stderr } = await execa(
    process.execPath,
    ['bin/run.js', ...words, ...stories.flatMap((name) => ['--story', name])],
    {
      reject: false,
      extendEnv: false,
      env: { ...environmentFor(url), HA_UPDATER_SPEED: SPEED },
    },
  );
  expect(stdout, stderr).to.match(/^\{/);
  return JSON.parse(stdout) as Shown;
}

describe('conformance over HTTP', function () {
  this.timeout(600_000);

  it('is whole on the sandbox: all stories are as expected', async () => {
    const live = await serveSandbox(createSandbox(DEFAULT_SCENARIO), { port: 0, speed: Number(SPEED) });
    try {
      const { outcome, results } = await play(live.url, []);
      expect(results.filter(({ verdict }) => verdict !== 'as expected')).to.deep.equal([]);
      expect(results.map(({ name }) => name)).to.deep.equal(STORIES.map(({ name }) => name));
      expect(outcome).to.equal('shown');
    } finally {
      await live.close();
    }
  });

  it('shows on moto what its world can show, and each other comparison differs for a reason that is known', async () => {
    const moto = await startEmulator('moto_server', '/moto-api/data.json', (port) => ['-H', '127.0.0.1', '-p', port]);
    try {
      // The last one leaves an instance behind that moto never replaces.
      const first = STORIES.map(({ name }) => name).filter((name) => name !== 'marked-unhealthy');
      const { results } = await play(moto.url, first);
      const all = [...results, ...(await play(moto.url, ['marked-unhealthy'])).results];
      expect(Object.keys(ON_MOTO)).to.have.members(STORIES.map(({ name }) => name));
      for (const { name, verdict, comparisons } of all) {
        const { differ, why } = ON_MOTO[name]!;
        const other = comparisons.filter(({ agrees }) => !agrees).map(({ what }) => what);
        if (differ === 'not shown') expect(verdict, `${name}: ${why}`).to.equal('not shown');
        else expect(other, `${name}: ${why}`).to.have.length(differ);
        expect(why === '', name).to.equal(verdict === 'as expected');
      }
    } finally {
      moto.stop();
    }
  });
});
