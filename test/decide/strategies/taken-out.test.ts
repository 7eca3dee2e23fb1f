import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Decision, SeenSizes } from '../../../src/model/rollout/decision.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import type { RecordGates, TheirSizes } from '../../../src/model/rollout/record.js';
import { doubledGroup, fresh, instance, LEASE, observed, PLAN, RECORD, T0, verdict } from '../../support/groups.js';
import { told } from '../../support/told.js';

const HOUR = 3_600_000;
/** A look right after the time of the kept half. */
const AT = T0 + HOUR + 1_000;

const standby = (id: string): Instance => instance(id, { lifecycle: 'Standby', health: [] });

interface Ended {
  readonly desired: number;
  readonly max?: number;
  readonly instances: readonly Instance[];
  readonly gates?: Partial<RecordGates>;
  readonly theirs?: TheirSizes;
}

/** A kept half of two whose time is over. */
function ended({ desired, max = 4, instances, gates = {}, theirs }: Ended): Group {
  const kept = { keepMs: HOUR, keptUntil: T0 + HOUR, ...gates };
  const record = { ...RECORD, gates: kept, ...(theirs !== undefined && { theirs }) };
  return doubledGroup({
    size: { min: 1, max, desired },
    suspended: [],
    instances,
    notes: { record, lease: { ...LEASE, at: AT - 1_000 }, verdict: verdict('promote') },
  });
}

const [OLD, NEW] = [[instance('i-old1')], [fresh('i-new1'), fresh('i-new2')]];
/** What the rewrite leaves in the record. */
function noted(decision: Decision): unknown {
  const action = decision.kind === 'act' ? decision.actions[0]?.action : undefined;
  return action?.type === 'rewrite' ? [action.record.theirs, action.record.gates?.endedAt] : told(decision);
}

function decided(group: Group, sizes: SeenSizes = {}): Decision {
  return decide(observed([group], { at: AT, seen: { sizes: { web: sizes }, lastLookAt: AT - 5_000 } }), PLAN);
}

const rows: readonly {
  readonly when: string;
  readonly group: Group;
  readonly seen?: SeenSizes;
  readonly then: string;
}[] = [
  {
    when: 'others still stand by',
    group: ended({ desired: 3, instances: [...OLD, standby('i-old2'), ...NEW] }),
    then: 'terminate old i-old2 to be replaced',
  },
  {
    when: 'the desired capacity rose with it, and all new ones serve',
    group: ended({ desired: 3, instances: [...OLD, ...NEW], gates: { endedAt: AT - 5_000 } }),
    then: 'terminate old i-old1',
  },
  {
    when: 'it takes the place of a new one, since somebody set the size afterwards',
    group: ended({
      desired: 2,
      instances: [...OLD, fresh('i-new1')],
      gates: { endedAt: AT - 5_000 },
    }),
    then: 'surge 1/3/4',
  },
  {
    when: 'it takes that place, and max leaves no room',
    group: ended({
      desired: 2,
      max: 2,
      instances: [...OLD, fresh('i-new1')],
      gates: { endedAt: AT - 5_000 },
      theirs: { max: 2 },
    }),
    then: 'surge 1/3/3',
  },
  {
    when: 'the new one in its place boots',
    group: ended({
      desired: 3,
      instances: [...OLD, fresh('i-new1'), fresh('i-new2', { lifecycle: 'Pending' })],
      gates: { endedAt: AT - 5_000 },
    }),
    then: 'wait',
  },
  {
    when: 'scaling asked for one alone in the time, and one new one serves',
    group: ended({
      desired: 2,
      instances: [...OLD, fresh('i-new1')],
      gates: { endedAt: AT - 5_000 },
      theirs: { desired: 1 },
    }),
    then: 'terminate old i-old1',
  },
  {
    when: 'all have gone, and max shows the room for them',
    group: ended({ desired: 2, max: 3, instances: NEW, gates: { endedAt: AT - 9_000 }, theirs: { max: 2 } }),
    then: 'restore 1/2/2',
  },
  {
    when: 'all have gone, and somebody set another max',
    group: ended({ desired: 2, max: 9, instances: NEW, gates: { endedAt: AT - 9_000 }, theirs: { max: 2 } }),
    then: 'clear web',
  },
  {
    when: 'nobody took any out, and max is higher',
    group: ended({ desired: 2, max: 5, instances: NEW }),
    then: 'clear web',
  },
];

describe('an old instance that somebody took out of standby, when its time is over', () => {
  for (const { when, group, seen, then } of rows)
    it(`${when}: ${then}`, () => {
      const what = told(decided(group, seen));
      expect(what.startsWith('wait') ? 'wait' : what).to.equal(then);
    });

  it('goes, whatever a check says of the new ones then: what was in standby is gone already', () => {
    const failed = { passed: false, at: AT - 1_000, tries: 5, falls: 3, words: 'exit 3', output: '' };
    const hooks = { check: 'check', checkTimeoutMs: 60_000, commandTimeoutMs: 300_000 };
    const of = (gates: Partial<RecordGates>): string => {
      const group = ended({ desired: 3, instances: [...OLD, ...NEW], gates: { needs: ['check'], ...gates } });
      const seen = {
        sizes: { web: {} },
        lastLookAt: AT - 5_000,
        hooks: { 'check i-new1': failed, 'check i-new2': failed },
      };
      return told(decide(observed([group], { at: AT, seen }), { ...PLAN, gates: { words: [], keepMs: HOUR, hooks } }));
    };
    expect(of({})).to.equal('rewrite web');
    expect(of({ endedAt: AT - 5_000 })).not.to.equal('rewrite web');
  });

  it('is written down first, with what is asked for without it', () => {
    const three = ended({ desired: 3, instances: [...OLD, ...NEW] });
    expect(noted(decided(three))).to.deep.equal([undefined, AT]);
    expect(noted(decided(three, { brought: 1, old: 1, desired: 3 }))).to.deep.equal([undefined, AT]);
    // Somebody set the three.
    expect(noted(decided(three, { brought: 0, old: 1, desired: 3 }))).to.deep.equal([{ desired: 3 }, AT]);
  });
});
