import { expect } from 'chai';
import type { Wave } from '../../src/fleet/waves.js';
import { waveOf } from './waves.js';
import { fleetTime, planRow } from '../../src/fleet/plan-row.js';
import type { ChangePlan, GroupOutlook } from '../../src/model/stack/change-plan.js';

const outlook = (more: Partial<GroupOutlook>): GroupOutlook => ({
  group: 'web',
  action: 'swap',
  why: '',
  size: { min: 1, desired: 4, max: 8 },
  strategy: 'swap',
  doubled: { min: 1, desired: 8, max: 8 },
  instances: 4,
  outdated: [],
  balancers: [],
  expectedMs: 60_000,
  limitMs: 0,
  extraInstanceHours: 0.5,
  against: [],
  warnings: [],
  ...more,
});
const plan = (more: Partial<ChangePlan>): ChangePlan => ({
  stack: 'web',
  action: 'none',
  parameters: {},
  resources: [],
  newGroups: [],
  groups: [],
  against: [],
  ...more,
});
const OLD = { id: 'i-1', configuration: 'lt:1', differs: 'configuration', why: '' } as const;
const AGAINST = { code: 'group.standby', text: 'no', remedy: '' };

describe('the row of a plan', () => {
  it('says what changes: the stack, all instances by it, or those that are outdated already', () => {
    expect(planRow(plan({}))).to.include({ changes: false, says: 'nothing: it is current' });
    const row = planRow(
      plan({
        action: 'update',
        groups: [outlook({ becomes: 'by the image' }), outlook({ outdated: [OLD], expectedMs: 90_000 })],
      }),
    );
    expect(row).to.include({ changes: true, instances: 8, replaced: 5, expectedMs: 90_000, extraInstanceHours: 1 });
    expect(row.says).to.equal('0 resources of the stack; replaces 5 of 8 instances');
  });

  it('counts what is against it, of the stack and of each group', () => {
    const refused = outlook({ action: 'refuse', against: [AGAINST], outdated: [OLD] });
    const row = planRow(plan({ groups: [refused], against: [AGAINST] }));
    expect(row.against.length).to.equal(2);
    expect(row.changes).to.equal(true);
  });
});

describe('the time of a fleet', () => {
  const wave = (name: string, concurrency: number, bakeMs: number, targets: number): Wave =>
    waveOf(name, targets, { concurrency, bakeMs });
  const all = (ms: number, ...names: readonly string[]): readonly (readonly [string, number])[] =>
    names.map((name) => [name, ms]);

  it('fills free places, and waits between waves that have something to do', () => {
    const waves = [wave('a', 1, 1000, 2), wave('b', 2, 5000, 3), wave('c', 1, 7000, 1)];
    const expected = new Map([...all(100, 'a0', 'a1'), ...all(10, 'b0', 'b1', 'b2'), ...all(1, 'c0')]);
    expect(fleetTime(waves, expected)).to.equal(200 + 1000 + 20 + 5000 + 1);
    expect(fleetTime(waves, new Map(all(100, 'a0')))).to.equal(100);
    expect(fleetTime(waves, new Map([...all(100, 'a0'), ...all(1, 'c0')]))).to.equal(1101);
    expect(fleetTime(waves, new Map())).to.equal(0);
  });
});
