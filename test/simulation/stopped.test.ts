import { expect } from 'chai';
import { createStage, stateOf, type Stage } from '../support/stage.js';

const ONE_MORE = { surge: { count: 1 }, unavailable: { count: 0 }, serial: false };

function stage(): Stage {
  const made = createStage({}, [{ name: 'web', size: 2, min: 1, max: 3 }]);
  made.groups[0]?.changeImage('ami-new');
  return made;
}

const PROMOTED = [{ name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] }];

/** The last read before each change of an undisturbed run: whoever stands still there goes on with an old look. */
async function lastReads(): Promise<readonly number[]> {
  return [...new Set((await stage().run()).changes.map(({ reads }) => reads))];
}

describe('a process that stood still (SIGSTOP, a sleeping laptop), without a strict lock', function () {
  this.timeout(60_000);

  it('and was taken over meanwhile changes nothing more, wherever it stood still after a read', async () => {
    for (const read of await lastReads()) {
      const world = stage();
      let rival: Awaited<ReturnType<Stage['run']>> | undefined;
      const meanwhile = async (): Promise<void> => void (rival = await world.run({}, { otherHost: true }));
      const ending = await world.run({}, { otherHost: true, stopAt: { read, meanwhile } });
      const at = `stopped after read ${read}: ${ending.outcome} ${ending.failure?.facts.what ?? ''}`;
      expect(rival?.outcome, at).to.equal('swapped');
      const last = Math.max(0, ...(rival?.changes ?? []).map((change) => change.at));
      expect(
        ending.changes.filter((change) => change.at >= last),
        at,
      ).to.deep.equal([]);
      expect(stateOf(world), at).to.deep.equal(PROMOTED);
      expect(world.violations(), at).to.deep.equal([]);
    }
  });

  it('and finds the new instances gone looks again before it judges', async () => {
    const { changes } = await stage().run();
    const first = changes.findIndex(({ what }) => what.includes('Terminate'));
    // The last change before it is the verdict.
    for (const { reads: read } of changes.slice(0, first)) {
      const world = stage();
      const meanwhile = (): Promise<void> => {
        // The new instances fail and go while nobody looks; shorter than a lease, so nobody has taken over.
        world.sandbox.clock.advance(100_000);
        const groups = world.sandbox.world.invoke('autoscaling', 'DescribeAutoScalingGroups', {}, 'outside') as {
          AutoScalingGroups: readonly {
            Instances: readonly { InstanceId: string; LaunchTemplate?: { Version: string } }[];
          }[];
        };
        const fresh =
          groups.AutoScalingGroups[0]?.Instances.filter(({ LaunchTemplate: template }) => template?.Version === '2') ??
          [];
        if (fresh.length > 0)
          world.sandbox.world.invoke(
            'ec2',
            'TerminateInstances',
            { InstanceIds: fresh.map(({ InstanceId: id }) => id) },
            'others',
          );
        return Promise.resolve();
      };
      const ending = await world.run({}, { stopAt: { read, meanwhile } });
      expect(world.violations(), `stopped after read ${read}: ${ending.outcome}`).to.deep.equal([]);
    }
  });

  it('for some seconds only, looks again before it terminates anybody', async () => {
    const reads = (await stage().run()).changes
      .filter(({ what }) => what.includes('Terminate'))
      .map((change) => change.reads);
    expect(reads).not.to.deep.equal([]);
    for (const read of new Set(reads)) {
      const world = stage();
      const ending = await world.run(
        {},
        {
          stopAt: {
            read,
            meanwhile: () => {
              world.sandbox.clock.advance(20_000);
              return Promise.resolve();
            },
          },
        },
      );
      expect(
        ending.changes.filter((change) => change.what.includes('Terminate') && change.reads === read),
      ).to.deep.equal([]);
      expect(stateOf(world)).to.deep.equal(PROMOTED);
      expect(world.violations()).to.deep.equal([]);
    }
  });

  for (const limits of [{ strategy: 'swap' }, { strategy: 'rolling', rolling: ONE_MORE }] as const)
    it(`gives nobody the blame for an hour that it slept, wherever (${limits.strategy})`, async () => {
      const reads = [...new Set((await stage().run(limits)).changes.map(({ reads: read }) => read))];
      for (const read of reads) {
        const world = stage();
        const meanwhile = (): Promise<void> => {
          world.sandbox.clock.advance(3_600_000);
          return Promise.resolve();
        };
        const ending = await world.run(limits, { stopAt: { read, meanwhile } });
        const at = `stopped after read ${read}: ${ending.outcome} ${ending.failure?.facts.what ?? ''}`;
        expect(ending.outcome, at).to.equal('swapped');
        expect(stateOf(world), at).to.deep.equal(PROMOTED);
        expect(world.violations(), at).to.deep.equal([]);
      }
    });
});
