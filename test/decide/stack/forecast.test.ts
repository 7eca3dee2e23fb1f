import { expect } from 'chai';
import type { Effect } from '../../../src/decide/stack/change-impact.js';
import { groupOutlook } from '../../../src/decide/stack/forecast.js';
import type { AdvisedOutlook } from '../../../src/model/stack/change-plan.js';
import type { Group } from '../../../src/model/rollout/group.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { BALANCER, group, instance, LEASE, observed, PLAN, RECORD } from '../../support/groups.js';

const NOTHING: Effect = { replaced: [] };
const CHANGES: Effect = { becomes: 'LaunchTemplate changes by parameter ImageId', replaced: [] };
/** Both instances run what the group launches. */
const current = (differs: Partial<Group> = {}): Group => group({ configurations: ['lc/one'], ...differs });
const outlook = (one: Group, effect: Effect = NOTHING, plan: Partial<Plan> = {}): AdvisedOutlook =>
  groupOutlook(observed([one]), { ...PLAN, ...plan }, one, effect);

interface Row {
  readonly when: string;
  readonly of: AdvisedOutlook;
  readonly action: AdvisedOutlook['action'];
  readonly why: RegExp;
}

describe('what a swap would do with a group', () => {
  const rows: readonly Row[] = [
    {
      when: 'its instances are outdated',
      of: outlook(group()),
      action: 'swap',
      why: /^2 of 2 instances are outdated$/,
    },
    {
      when: 'the change makes them so',
      of: outlook(current(), CHANGES),
      action: 'swap',
      why: /^LaunchTemplate changes by parameter ImageId$/,
    },
    {
      when: 'both',
      of: outlook(group(), CHANGES),
      action: 'swap',
      why: /^LaunchTemplate changes by parameter ImageId; 2 of 2 instances are outdated$/,
    },
    { when: 'neither', of: outlook(current()), action: 'skip', why: /./ },
    {
      when: 'neither, and all were asked for',
      of: outlook(current(), NOTHING, { swap: 'always' }),
      action: 'swap',
      why: /^all were asked for$/,
    },
    {
      when: 'it is empty',
      of: outlook(group({ instances: [], size: { min: 0, max: 4, desired: 0 } }), CHANGES),
      action: 'skip',
      why: /./,
    },
    { when: 'it cannot double', of: outlook(group({ suspended: ['Launch'] })), action: 'refuse', why: /outdated/ },
    {
      when: 'somebody else is at it',
      of: outlook(group({ notes: { record: { ...RECORD, run: 'other' }, lease: { ...LEASE, run: 'other' } } })),
      action: 'refuse',
      why: /outdated/,
    },
  ];
  for (const { when, of, action, why } of rows) {
    it(`when ${when}: ${action}`, () => {
      expect(of.action).to.equal(action);
      expect(of.why).to.match(why);
      expect(of.against.length > 0, 'says what stands against it, and only then').to.equal(action === 'refuse');
      // What does not happen takes no time, no instances and no limit.
      const nothing = action === 'skip';
      expect([of.expectedMs === 0, of.limitMs === 0, of.extraInstanceHours === 0]).to.deep.equal([
        nothing,
        nothing,
        nothing,
      ]);
      if (nothing) expect(of.doubled).to.deep.equal(of.size);
    });
  }

  it('doubles what is there, and never shrinks the room that there is', () => {
    expect(outlook(group()).doubled).to.deep.equal({ min: 1, max: 4, desired: 4 });
    expect(outlook(group({ size: { min: 2, max: 2, desired: 2 } })).doubled).to.deep.equal({
      min: 2,
      max: 4,
      desired: 4,
    });
    expect(outlook(group({ size: { min: 2, max: 9, desired: 2 } })).doubled).to.deep.equal({
      min: 2,
      max: 9,
      desired: 4,
    });
  });

  it('doubles what the change of the stack makes of it', () => {
    const resized = { min: 3, max: 3, desired: 3 };
    expect(outlook(group(), { ...CHANGES, resized })).to.deep.include({
      size: { min: 1, max: 4, desired: 2 },
      resized,
      doubled: { min: 3, max: 6, desired: 6 },
      instances: 2,
    });
  });

  it('counts units where instances weigh, not instances', () => {
    const heavy = group({
      weighted: true,
      size: { min: 2, max: 5, desired: 5 },
      instances: [instance('i-1', { weight: 2 }), instance('i-2', { weight: 3 })],
    });
    expect(outlook(heavy).doubled.desired).to.equal(10);
  });

  it('names the outdated ones with what they run', () => {
    const mixed = group({ instances: [instance('i-1'), instance('i-2', { configuration: 'lc/two' })] });
    expect(outlook(mixed)).to.deep.include({
      outdated: [{ id: 'i-1', configuration: 'lc/one', differs: 'configuration', why: 'runs lc/one' }],
      why: '1 of 2 instances are outdated',
    });
  });

  it('shows each balancer, and which one another takes the place of', () => {
    const second = { ...BALANCER, id: 'second', name: 'second', judged: false, note: 'has no listener' };
    const { balancers } = outlook(group({ balancers: [BALANCER, second] }), { ...NOTHING, replaced: ['second'] });
    expect(balancers.map(({ name, judged, note, replaced }) => ({ name, judged, note, replaced }))).to.deep.equal([
      { name: 'web', judged: true, note: '', replaced: undefined },
      { name: 'second', judged: false, note: 'has no listener', replaced: true },
    ]);
  });

  it('estimates by launch, the slowest health check that is judged, warm-up and draining; extra instances for that long', () => {
    const { expectedMs, limitMs, extraInstanceHours } = outlook(group());
    // 90 s to launch, 10 s until healthy, 25 s warm-up; 30 s to drain, 30 s to be gone.
    expect(expectedMs).to.equal((90 + 10 + 25 + 30 + 30) * 1000);
    expect(extraInstanceHours).to.equal(Math.round((2 * 185_000) / 36_000) / 100);
    expect(limitMs).to.equal(PLAN.timing.totalMs + PLAN.timing.drainMs);
    const warm = { ...BALANCER, slowStartMs: 300_000 };
    expect(outlook(group({ balancers: [warm] })).expectedMs, 'with slow start').to.equal(
      (90 + 10 + 300 + 30 + 30) * 1000,
    );
    const gates = { words: [], canary: 1, bakeMs: 600_000, keepMs: 60_000 };
    expect(outlook(group(), NOTHING, { ...PLAN, gates }).expectedMs, 'a canary and the rest, and both bake').to.equal(
      (2 * (90 + 10 + 25 + 600) + 30 + 30 + 60) * 1000,
    );
    const slow = { ...BALANCER, id: 'slow', healthFloorMs: 50_000, drainMs: 300_000 };
    expect(outlook(group({ balancers: [BALANCER, slow] })).expectedMs).to.equal((90 + 50 + 25 + 300 + 30) * 1000);
    expect(
      outlook(group({ balancers: [BALANCER, { ...slow, judged: false }] })).expectedMs,
      'what is not judged is not waited for',
    ).to.equal(expectedMs);
    expect(outlook(group({ balancers: [] })).expectedMs).to.equal((90 + 25 + 30) * 1000);
  });

  it('warns of a group that is not settled now, unless it is forced', () => {
    const pending = group({ instances: [instance('i-1'), instance('i-2', { lifecycle: 'Pending' })] });
    const codes = (plan: Partial<Plan>): readonly string[] =>
      outlook(pending, CHANGES, plan).warnings.map(({ code }) => code);
    expect(outlook(pending, CHANGES).action, 'no reason against it: by then it may be').to.equal('swap');
    expect(codes({})).to.include('group.unsettled');
    expect(codes({ force: true })).not.to.include('group.unsettled');
  });

  it('says whose rollout is in the way, and whether anybody works on it', () => {
    const [held] = outlook(
      group({
        notes: { record: { ...RECORD, run: 'other' }, lease: { ...LEASE, run: 'other', host: 'agent-2', pid: 7 } },
      }),
    ).against;
    expect(held).to.include({
      code: 'group.rollout',
      group: 'web',
      text: 'run other has a rollout under way here, held by agent-2 (process 7)',
    });
    const [dead] = outlook(group({ notes: { record: { ...RECORD, run: 'other' } } })).against;
    expect(dead?.text).to.equal('run other has a rollout under way here, no run works on it');
  });
});
