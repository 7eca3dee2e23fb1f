import { expect } from 'chai';
import { cancellationOfOwnRun, cancelReason, whoRuns } from '../../../src/decide/ownership/cancellation.js';
import { holder, leaseFingerprint, leaseOf, ourLease } from '../../../src/decide/ownership/lease.js';
import { renewal } from '../../../src/decide/ownership/lease-renewal.js';
import type { Group } from '../../../src/model/rollout/group.js';
import { group, LEASE, observed, PLAN, RECORD, T0 } from '../../support/groups.js';

const THEIRS = { ...LEASE, run: 'run-2', host: 'other/boot-1', pid: 7 };
const held = (notes: Group['notes']): Group => group({ notes: { record: RECORD, ...notes } });
const AT = T0 + 100_000;
const watched = (since: number, moved: boolean): Parameters<typeof observed>[1] => ({
  at: AT,
  seen: { leases: { web: { beat: leaseFingerprint(THEIRS), since, moved } } },
});

describe('who may work on a group', () => {
  const cases: readonly (readonly [string, Group, Parameters<typeof observed>[1], string])[] = [
    ['nothing is noted', group(), {}, 'free'],
    ['a record without a lease', held({}), {}, 'dead'],
    ['our own lease', held({ lease: LEASE }), {}, 'ours'],
    ['a lease that is seen for the first time', held({ lease: THEIRS }), { at: AT }, 'silent'],
    ['a lease that did not move yet', held({ lease: THEIRS }), watched(AT - 299_999, false), 'silent'],
    ['a lease that did not move for its whole length', held({ lease: THEIRS }), watched(AT - 300_000, false), 'dead'],
    ['a lease that moved', held({ lease: THEIRS }), watched(AT - 1_000, true), 'live'],
    ['a lease that moved once and then no more', held({ lease: THEIRS }), watched(AT - 300_000, true), 'dead'],
    ['a process that works on this machine', held({ lease: THEIRS }), { at: AT, working: ['web'] }, 'live'],
    [
      'a process that is known to be gone',
      held({ lease: THEIRS }),
      { ...watched(AT, true), abandoned: ['web'] },
      'dead',
    ],
  ];
  for (const [what, of, look, state] of cases)
    it(`${what}: ${state}`, () => expect(holder(observed([of], look), PLAN, of).state).to.equal(state));

  it('is told by a lease that changes with every sign of life, and begins after the one that is there', () => {
    const groups = [held({ lease: { ...THEIRS, beat: 7 } }), held({})];
    const ours = ourLease(observed(groups, { at: AT }), PLAN, groups);
    expect(ours).to.deep.equal({ run: 'run-1', host: 'agent', pid: 42, beat: 8, ttlMs: 300_000, at: AT });
    expect(leaseFingerprint(ours)).not.to.equal(leaseFingerprint({ ...ours, beat: 9 }));
    // A run that puts back what it took over, and then begins anew, counts from one again.
    expect(leaseFingerprint(ours)).not.to.equal(leaseFingerprint({ ...ours, at: AT + 1_000 }));
    const more = leaseOf({ ...PLAN, build: 'job 7', lock: 'redis://x' }, 1, AT);
    expect(more).to.include({ build: 'job 7', lock: 'redis://x' });
  });
});

describe('why a rollout is called back', () => {
  const wish = { run: 'run-1', at: AT, why: 'cancel on ci-7' };
  const noted = held({ wish });

  it('is the signal before the note, and the note before a run that does nothing else', () => {
    const plan = { ...PLAN, undo: true, host: 'ci-9/boot-1', build: 'job 7' };
    const signal = { cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' } } as const;
    expect(cancelReason(observed([noted], signal), plan, noted)).to.equal('interrupted by SIGINT');
    expect(cancelReason(observed([noted]), plan, noted)).to.equal('asked for by cancel on ci-7');
    expect(cancelReason(observed([held({})]), plan, held({}))).to.equal(
      'a person asked for it (rollback on ci-9, job 7)',
    );
    expect(cancelReason(observed([held({})]), PLAN, held({}))).to.equal(undefined);
    expect(whoRuns({ host: 'agent' })).to.equal('agent');
  });

  it('counts for the whole run where it is about the rollout that this run began', () => {
    expect(cancellationOfOwnRun([held({}), noted], PLAN)?.by).to.equal('cancel on ci-7');
    expect(cancellationOfOwnRun([noted], { ...PLAN, run: 'run-9' })).to.equal(undefined);
    expect(cancellationOfOwnRun([held({ wish: { ...wish, run: 'run-0' } })], PLAN)).to.equal(undefined);
  });
});

describe('the note of a stage at which a run waits', () => {
  const stage = { stage: 'verdict', on: 'gate', since: T0 } as const;
  const wait = { group: 'web', phase: 'prove', why: '', instances: [], stage } as const;
  const renewals = (lease: Partial<typeof LEASE> & { readonly waits?: typeof stage }, waits = [wait]): unknown[] => {
    const web = held({ lease: { ...LEASE, ...lease } });
    return renewal(observed([web], { at: AT }), PLAN, waits).map(({ action }) =>
      action.type === 'renew' ? (action.lease.waits ?? 'nothing') : action.type,
    );
  };

  it('is written when it begins and when it ends, and no oftener than every 30 s', () => {
    expect(renewals({ at: AT - 30_000 })).to.deep.equal([stage]);
    expect(renewals({ at: AT - 29_000 })).to.deep.equal([]);
    expect(renewals({ at: AT - 60_000, waits: stage })).to.deep.equal([]);
    expect(renewals({ at: AT - 60_000, waits: stage }, [])).to.deep.equal(['nothing']);
  });

  it('is that of each group, in a call for each that differs', () => {
    const groups = ['a', 'b', 'c'].map((name) => group({ name, notes: { record: RECORD, lease: LEASE } }));
    const plan = { ...PLAN, groups: ['a', 'b', 'c'] };
    const acts = renewal(observed(groups, { at: T0 + 150_000 }), plan, [{ ...wait, group: 'b' }]);
    expect(
      acts.map(({ action }) => (action.type === 'renew' ? [action.groups, action.lease.waits] : [])),
    ).to.deep.equal([
      [['a', 'c'], undefined],
      [['b'], stage],
    ]);
  });
});
