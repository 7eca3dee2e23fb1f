import { expect } from 'chai';
import { encodeNotes } from '../../src/aws/groups/note-tags.js';
import { callBackAll, createStage, stateOf, type Stage } from '../support/stage.js';

const MINUTE = 60_000;
const UNDO = { adoptOnly: true, undo: true } as const;

interface State {
  readonly size: unknown;
  readonly instances: unknown;
  readonly tags: readonly string[];
}

/** Two groups of one run, judged together, with a good image: nothing but the wish keeps them from being promoted. */
function stageFor(boot?: readonly [number, number]): Stage {
  const stage = createStage(boot === undefined ? {} : { images: { 'ami-new': { behaviour: 'healthy', boot } } }, [
    { name: 'web', size: 2, min: 1, max: 3, grace: 3_600 },
    { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], configuration: 'lc', grace: 3_600 },
  ]);
  for (const group of stage.groups) group.changeImage('ami-new');
  return stage;
}

const statesOf = (stage: Stage): readonly State[] => stateOf(stage) as readonly State[];
const tagsOf = (stage: Stage): readonly string[] => statesOf(stage).flatMap(({ tags }) => tags);
const bare = (states: readonly State[]): readonly object[] =>
  states.map(({ size, instances }) => ({ size, instances }));

describe('a rollout that is called back', function () {
  this.timeout(120_000);
  const initial = bare(statesOf(stageFor()));
  let done: readonly State[];
  let changes: readonly string[];
  /** Numbers of the changes that write the first record, double the first group, and write the verdict. */
  let recorded: number;
  let doubled: number;
  let judged: number;

  before(async () => {
    const calm = stageFor();
    await calm.run();
    done = statesOf(calm);
    changes = calm.changes();
    recorded = changes.findIndex((change) => change.includes('"record"')) + 1;
    doubled = changes.findIndex((change) => change.startsWith('resize')) + 1;
    judged = changes.findIndex((change) => change.includes('"promote"')) + 1;
    expect([recorded > 0, doubled > recorded, judged > doubled]).to.deep.equal([true, true, true]);
  });

  const expectBack = (stage: Stage, at: string): void => {
    expect(bare(statesOf(stage)), at).to.deep.equal(initial);
    expect(tagsOf(stage), at).to.deep.equal(['ha-updater:frozen', 'ha-updater:frozen']);
  };
  const moments = (): readonly { readonly change: number; readonly when: 'before' | 'after' }[] =>
    changes.flatMap((_, index) => (['before', 'after'] as const).map((when) => ({ change: index + 1, when })));

  it('at any moment: before its verdict it rolls back all of it, afterwards it goes on, and no wish is left', async () => {
    for (const moment of moments()) {
      const stage = stageFor();
      const at = `called back ${moment.when} change ${moment.change}, ${changes[moment.change - 1] ?? ''}`;
      const ending = await stage.run({}, { calledBackAt: moment });
      expect(stage.violations(), at).to.deep.equal([]);
      const early = moment.change < recorded || (moment.change === recorded && moment.when === 'before');
      const late = moment.change > judged || (moment.change === judged && moment.when === 'after');
      // A verdict that is being sent already is not turned any more.
      if (early || late || moment.change === judged) {
        expect(ending.outcome, at).to.equal('swapped');
        expect(statesOf(stage), at).to.deep.equal(done);
        continue;
      }
      expect([ending.outcome, ending.failure?.facts.what.includes('asked for by a test')], at).to.deep.equal([
        'swapRolledBack',
        true,
      ]);
      expect(ending.events.filter(({ type }) => type === 'interrupt').length, at).to.equal(1);
      expectBack(stage, at);
    }
  });

  it('and whose run was killed is rolled back by whoever takes it over, and the next rollout is not', async () => {
    for (const killAt of moments().filter(({ change }) => change >= recorded && change <= judged)) {
      const stage = stageFor();
      const at = `killed ${killAt.when} change ${killAt.change}, ${changes[killAt.change - 1] ?? ''}`;
      await stage.run({}, { killAt });
      callBackAll(stage.sandbox);
      const begun = tagsOf(stage).includes('ha-updater:wish');
      const verdict = tagsOf(stage).includes('ha-updater:verdict');
      const ending = await stage.run();
      // The same command goes on with a rollout of its own once the old one is rolled back, and nobody called that one back.
      expect([ending.outcome, ending.failure?.facts.what], at).to.deep.equal(['swapped', undefined]);
      expect(statesOf(stage), at).to.deep.equal(done);
      const back = ending.events.some(
        (event) =>
          event.type === 'action.done' && event.action.type === 'judge' && event.action.verdict.outcome === 'rollBack',
      );
      expect(stage.violations(), at).to.deep.equal([]);
      // What had only been noted is taken back without a verdict.
      if (begun && !verdict && killAt.change > doubled) expect(back, at).to.equal(true);
    }
  });

  it('by another machine: it waits for the run to obey, killed or not', async () => {
    for (const killAt of [undefined, { change: 1, when: 'after' }, { change: 1, when: 'before' }] as const) {
      for (const afterMs of [1, 3, 7].map((minutes) => minutes * MINUTE)) {
        const stage = stageFor([400, 500]);
        const at = `after ${afterMs} ms, ${JSON.stringify(killAt)}`;
        const [run, cancel] = await stage.race([
          { afterMs: 0 },
          { afterMs, differs: UNDO, mishap: { calls: true, ...(killAt !== undefined && { killAt }) } },
        ]);
        expect(stage.violations(), at).to.deep.equal([]);
        if (killAt?.when === 'before') {
          expect([run?.outcome, cancel?.outcome], `${at} ${run?.failure?.facts.what ?? ''}`).to.deep.equal([
            'swapped',
            'killed',
          ]);
          continue;
        }
        expect(run?.outcome, at).to.equal('swapRolledBack');
        expectBack(stage, at);
        if (killAt === undefined)
          expect([cancel?.outcome, cancel?.results.map(({ outcome }) => outcome)], at).to.deep.equal([
            'cancelled',
            ['rolledBack', 'rolledBack'],
          ]);
      }
    }
  });

  it('of a dead run on another machine is rolled back from here once its lease has run out', async () => {
    const stage = stageFor();
    await stage.run({}, { killAt: { change: doubled + 1, when: 'after' }, otherHost: true });
    const { clock } = stage.sandbox;
    const began = clock.now();
    const ending = await stage.run(UNDO, { calls: true, otherHost: true });
    expect([ending.outcome, ending.results.map(({ outcome }) => outcome)], ending.failure?.facts.what).to.deep.equal([
      'cancelled',
      ['rolledBack', 'rolledBack'],
    ]);
    expect(clock.now() - began)
      .to.be.greaterThan(5 * MINUTE)
      .and.lessThan(15 * MINUTE);
    expectBack(stage, 'after the lease');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is told when it was too late, and takes its note away', async () => {
    const stage = stageFor();
    await stage.run({}, { killAt: { change: judged, when: 'after' }, otherHost: true });
    const [finish, cancel] = await stage.race([
      { afterMs: 0, differs: { adoptOnly: true }, mishap: { otherHost: false } },
      { afterMs: 5_000, differs: UNDO, mishap: { calls: true } },
    ]);
    expect(finish?.outcome).to.equal('swapped');
    expect(cancel?.results.map(({ outcome }) => outcome)).to.deep.equal(['promoted', 'promoted']);
    expect(statesOf(stage)).to.deep.equal(done);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('a few at a time: undone before its first ones are proven, stopped afterwards, and then it can be finished', async () => {
    const seen = new Set<string>();
    for (const minutes of [1, 6, 10, 15]) {
      const stage = createStage({}, [{ name: 'web', size: 4, min: 1, max: 4 }]);
      stage.groups[0]?.changeImage('ami-new');
      const rolling = {
        strategy: 'rolling',
        rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
      } as const;
      const [run, cancel] = await stage.race([
        { afterMs: 0, differs: rolling },
        { afterMs: minutes * MINUTE, differs: UNDO, mishap: { calls: true } },
      ]);
      const at = `after ${minutes} minutes: ${run?.failure?.facts.what ?? ''}`;
      const outcome = cancel?.results[0]?.outcome ?? 'nothing';
      seen.add(outcome);
      expect([run?.outcome, outcome], at).to.be.deep.oneOf([
        ['swapRolledBack', 'rolledBack'],
        ['stopped', 'stuck'],
        ['swapped', 'promoted'],
        ['swapped', 'nothing'],
      ]);
      if (outcome === 'stuck') {
        expect(
          (await stage.run({ adoptOnly: true })).results.map((result) => result.outcome),
          at,
        ).to.deep.equal(['promoted']);
        expect(tagsOf(stage), at).to.deep.equal([]);
      }
      expect(stage.violations(), at).to.deep.equal([]);
    }
    expect([...seen]).to.include.members(['rolledBack', 'stuck']);
  });

  it('by a note for another rollout is not: the note means nothing and goes at the end', async () => {
    const stage = stageFor();
    const [tag] = encodeNotes({ wish: { run: 'run-0', at: 0, why: 'a test' } });
    stage.sandbox.world.invoke(
      'autoscaling',
      'CreateOrUpdateTags',
      {
        Tags: [
          {
            ResourceId: 'web',
            ResourceType: 'auto-scaling-group',
            Key: tag?.key,
            Value: tag?.value,
            PropagateAtLaunch: false,
          },
        ],
      },
      'outside',
    );
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(statesOf(stage)).to.deep.equal(done);
  });
});
