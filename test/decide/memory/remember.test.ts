import { expect } from 'chai';
import { afterLook } from '../../../src/decide/memory/fold-look.js';
import type { Action } from '../../../src/model/rollout/action.js';
import type { Observed, Seen } from '../../../src/model/rollout/decision.js';
import type { Group } from '../../../src/model/rollout/group.js';
import {
  doubledGroup,
  fresh,
  group,
  instance,
  LEASE,
  observed,
  PLAN,
  RECORD,
  sick,
  T0,
  verdict,
} from '../../support/groups.js';
import { decide } from '../../../src/decide/decide.js';
import { rollingGroup, rollingPlan } from '../../support/rolling.js';
import { proven } from '../../../src/decide/memory/proven.js';
import { withNotes } from '../../../src/decide/memory/known-notes.js';
import { afterAction } from '../../../src/decide/memory/fold-action.js';
import { leaseFingerprint } from '../../../src/decide/ownership/lease.js';
import type { Lease } from '../../../src/model/rollout/record.js';

/** A look after `before`, so many milliseconds later. */
function lookAfter(before: Observed, ms: number, groups = before.groups): Observed {
  const { seen, ...look } = { ...before, at: before.at + ms, groups };
  return { ...look, seen: afterLook(seen, look, PLAN) };
}

describe('remember: in service without a break', () => {
  const first = observed([doubledGroup()], {
    at: T0 + 60_000,
    seen: { inServiceSince: {}, firstLookAt: T0 + 60_000, lastLookAt: T0 + 60_000 },
  });
  const ids = (look: Observed): readonly string[] =>
    look.groups.flatMap((group) => proven(look, PLAN, group).map((instance) => instance.id));

  it('is proven after the warm-up, looked at every few seconds', () => {
    let look = lookAfter(first, 5_000);
    for (let time = 0; time < 25_000; time += 5_000) {
      expect(ids(look)).to.deep.equal([]);
      look = lookAfter(look, 5_000);
    }
    expect(ids(look)).to.include.members(['i-new1', 'i-new2']);
  });

  it('begins anew with the first look that shows it out of service', () => {
    const broken = doubledGroup({ instances: [fresh('i-new1'), fresh('i-new2', { health: sick() })] });
    const looks = [5_000, 10_000, 10_000].reduce((look, ms) => lookAfter(look, ms), first);
    const after = lookAfter(lookAfter(looks, 5_000, [broken]), 5_000, [doubledGroup()]);
    expect(ids(after)).to.include('i-new1').and.not.include('i-new2');
  });

  it('begins anew when nobody looked for a long time', () => {
    expect(ids(lookAfter(lookAfter(first, 5_000), 40_000))).to.deep.equal([]);
  });
});

describe('remember: a removal of notes whose reply was lost', () => {
  it('counts as ours once the notes are gone, and ends the rollout', () => {
    const promoted = group({
      instances: [fresh('i-new1'), fresh('i-new2')],
      notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
    });
    const first = lookAfter(observed([promoted], { at: T0 + 200_000 }), 5_000);
    const clear = { type: 'clear', group: 'web', notes: ['record', 'verdict', 'lease'] } as const;
    const lost = { ...first, seen: afterAction(first.seen, { action: clear, at: first.at, sure: false }, PLAN) };
    const { seen } = lookAfter(lost, 40_000, [{ ...promoted, notes: {} }]);
    expect(seen.results).to.have.property('web').that.includes({ outcome: 'promoted' });
    expect(seen.known).not.to.have.property('web');
    expect(seen.unnoted).to.deep.equal({});
  });
});

describe('remember: a record whose reply was lost', () => {
  it('counts as ours once it shows, and begins a rollout of its own', () => {
    const rolledBack = { group: 'web', outcome: 'rolledBack', why: '', frozen: [] } as const;
    const before = observed([group()], {
      seen: { results: { web: rolledBack }, progressAt: { web: { proven: 1, at: T0 } } },
    });
    const asked = {
      ...before,
      seen: afterAction(
        before.seen,
        { action: { type: 'record', group: 'web', record: RECORD, lease: LEASE }, at: before.at, sure: false },
        PLAN,
      ),
    };
    expect(asked.seen.results).to.have.property('web');
    const shown = lookAfter(asked, 5_000, [group({ notes: { record: RECORD, lease: LEASE } })]);
    expect(shown.seen.results).to.deep.equal({});
    expect(shown.seen.progressAt).to.deep.equal({});
  });
});

describe('remember: since when nothing further was proven', () => {
  const old = [instance('i-2'), instance('i-3'), instance('i-4')];
  const well = [rollingGroup([...old, fresh('i-5')])];
  const ill = [rollingGroup([...old, fresh('i-5', { health: sick() })])];

  it('begins anew when the proven one falls, and not for ever when it flaps', () => {
    let look = observed(well, {
      at: T0 + 60_000,
      seen: { inServiceSince: {}, firstLookAt: T0 + 60_000, lastLookAt: T0 + 60_000 },
    });
    const begun = new Set<number>();
    for (let time = 0; time < 3_600_000; time += 10_000) {
      look = lookAfter(look, 10_000, time % 60_000 < 50_000 ? well : ill);
      begun.add(look.seen.progressAt.web?.at ?? 0);
    }
    expect([...begun].map((at) => at - T0)).to.deep.equal([70_000, 100_000, 120_000, 180_000, 240_000]);
  });
});

describe('remember: since when all that is needed is proven', () => {
  it('also where a newer configuration has overtaken a new one that never serves, so that a bake comes to an end', () => {
    const record = { gates: { bakeMs: 60_000 }, old: 3, size: { min: 1, max: 3, desired: 3 } };
    const members = [
      instance('i-1'),
      fresh('i-4', { configuration: 'lc/sick', launchedAt: T0 + 10_000, health: sick() }),
      fresh('i-5', { launchedAt: T0 + 60_000 }),
    ];
    const web = rollingGroup(members, { ...record, desired: 3 });
    const plan = { ...PLAN, ...rollingPlan(), timing: { ...PLAN.timing, renewMs: 3_600_000 } };
    let look = observed([web], {
      at: T0 + 200_000,
      seen: { lastLookAt: T0 + 195_000, adoptedAt: { web: T0 + 50_000 } },
    });
    const told = new Set<string>();
    for (let time = 0; time < 120_000; time += 10_000) {
      const at = look.at + 10_000;
      look = { ...look, at, seen: afterLook(look.seen, { ...look, at }, plan) };
      told.add(decide(look, plan).kind);
    }
    expect([...told]).to.deep.equal(['wait', 'act']);
  });
});

describe('remember: who is out', () => {
  it('is known from a look that shows that note alone, when the next read lags', () => {
    const record = { ...RECORD, version: 2, strategy: 'restart', quorum: 0.5 } as const;
    const out = (number: number, ...ids: readonly string[]): NonNullable<Group['notes']['out']> => ({
      run: 'run-1',
      number,
      instances: ids.map((id) => ({ id, ports: {} })),
    });
    const first = out(1, 'i-old1');
    const both = out(2, 'i-old1', 'i-old2');
    const noted = observed([group({ notes: { record, lease: LEASE, out: first } })], {
      seen: { known: { web: { record, lease: LEASE, out: first } } },
    });
    // Somebody removed all, and then our second note arrived, whose reply was lost.
    const alone = lookAfter(noted, 5_000, [group({ notes: { out: both } })]);
    const lagging = lookAfter(alone, 5_000, [group({ notes: { record, lease: LEASE, out: first } })]);
    const [web] = lagging.groups.map((one) => withNotes(one, lagging.seen));
    expect(web?.notes.out).to.deep.equal(both);
  });
});

describe('remember: what somebody else set', () => {
  it('stays noted when a look shows the record of before', () => {
    const begun = observed([doubledGroup()]);
    const theirs = { ...RECORD, theirs: { desired: 3 } };
    const seen = afterAction(
      begun.seen,
      { action: { type: 'rewrite', group: 'web', record: theirs, lease: LEASE }, at: begun.at, sure: true },
      PLAN,
    );
    const lagging = lookAfter({ ...begun, seen }, 5_000);
    const [web] = lagging.groups.map((one) => withNotes(one, lagging.seen));
    expect(web?.notes.record?.theirs).to.deep.equal({ desired: 3 });
  });

  it('is not what our own change leads to, however old the look was that it was decided on', () => {
    const size = { min: 1, max: 4, desired: 4 };
    const resize: Action = { type: 'resize', group: 'web', size, sets: ['max', 'desired'], purpose: 'double' };
    const before = observed([doubledGroup({ size: RECORD.size })], { at: T0, seen: { known: { web: {} } } });
    const sent = (sentAt: number): Observed => {
      const seen = afterAction(before.seen, { action: resize, at: T0, sentAt, sure: true }, PLAN);
      // Reads of right after it lag, and the look that has them is long after the one that it was decided on.
      return lookAfter(lookAfter({ ...before, seen }, 50_000), 5_000, [doubledGroup()]);
    };
    expect(sent(T0 + 48_000).seen.sizes['web']).to.include({ desired: 4, unexplained: false });
    expect(sent(T0).seen.sizes['web']).to.include({ desired: 4, unexplained: true });
  });

  it('is not what comes of an action that came to nothing at first and was sent again', () => {
    const first = observed([doubledGroup({ size: { ...RECORD.size, desired: 3 } })], {
      seen: { sizes: { web: { desired: 3, aim: 3, changedAt: T0 } } },
    });
    const aside = (on: boolean): Action => {
      return { type: 'standby', group: 'web', instances: ['i-old1'], on, decrement: on };
    };
    const sent = (seen: Seen, on: boolean, at: number, sure: boolean): Seen =>
      afterAction(seen, { action: aside(on), at, sure }, PLAN);
    const lost = sent(first.seen, true, first.at, false);
    const again = sent({ ...lost, pending: [] }, true, first.at + 20_000, true);
    expect(again.sizes['web']?.aim).to.equal(2);
    const shown = { ...again, pending: [], sizes: { web: { ...again.sizes['web'], desired: 2 } } };
    expect(sent(shown, false, first.at + 60_000, true).sizes['web']?.aim).to.equal(3);
    // Two calls by one look add up.
    const both = sent(sent(first.seen, true, first.at, true), true, first.at, true);
    expect(both.sizes['web']?.aim).to.equal(1);
  });

  it('is what follows once max alone was set: that explains no desired capacity', () => {
    const { seen } = observed([doubledGroup()], { seen: { sizes: { web: { desired: 4, aim: 4, changedAt: T0 } } } });
    const set = (sets: readonly ('max' | 'desired')[]): Seen =>
      afterAction(
        seen,
        {
          action: { type: 'resize', group: 'web', size: { min: 1, max: 4, desired: 4 }, sets, purpose: 'restore' },
          at: T0 + 90_000,
          sure: true,
        },
        PLAN,
      );
    expect(set(['max']).sizes['web']?.changedAt).to.equal(T0);
    expect(set(['max', 'desired']).sizes['web']?.changedAt).to.equal(T0 + 90_000);
  });

  it('is not what the run did that held the group while this one waited for it', () => {
    const held = (size: Group['size']): Group => {
      const notes = { record: { ...RECORD, run: 'run-0' }, lease: { ...LEASE, run: 'run-0' } };
      return doubledGroup({ size, notes, instances: [instance('i-old1'), instance('i-old2')] });
    };
    const waiting = lookAfter(observed([held(RECORD.size)]), 60_000);
    const watched = lookAfter(waiting, 60_000, [held({ ...RECORD.size, desired: 4 })]);
    expect(watched.seen.sizes).to.deep.equal({});
    const ours = { ...held({ ...RECORD.size, desired: 4 }), notes: { record: RECORD, lease: LEASE } };
    expect(lookAfter(watched, 5_000, [ours]).seen.sizes['web']).to.include({ desired: 4, unexplained: false });
  });

  it('is not mixed with a record that the same run wrote before', () => {
    const begun = observed([doubledGroup()]);
    const seen = afterAction(
      begun.seen,
      { action: { type: 'record', group: 'web', record: RECORD, lease: LEASE }, at: begun.at, sure: true },
      PLAN,
    );
    const before = { ...RECORD, startedAt: RECORD.startedAt - 60_000, old: 9 };
    const lagging = withNotes(group({ notes: { record: before, lease: LEASE } }), seen);
    expect(lagging.notes.record).to.deep.equal(RECORD);
  });

  it('is not mixed with a rollout of another run that had ended before ours began', () => {
    const other: Lease = { ...LEASE, run: 'run-0', beat: 4 };
    const former = { ...RECORD, run: 'run-00', startedAt: RECORD.startedAt - 60_000 };
    const takeOver: Action = { type: 'renew', groups: ['web'], lease: { ...LEASE, beat: 5 } };
    const begin: Action = { type: 'record', group: 'web', record: RECORD, lease: { ...LEASE, beat: 6 } };
    const shown = observed([group({ notes: { record: former, lease: other } })], {
      seen: { leases: { web: { beat: leaseFingerprint(other), since: T0, moved: false } } },
    });
    const seen = [takeOver, begin].reduce(
      (so, action) => afterAction(so, { action, at: shown.at, sure: true }, PLAN),
      shown.seen,
    );
    const noteOf = (lease: Lease): string | undefined =>
      withNotes(group({ notes: { record: former, lease } }), seen).notes.record?.run;
    expect(noteOf(other)).to.equal(RECORD.run);
    // Under a lease that ours did not replace it may be a rollout that somebody began after ours.
    expect(noteOf({ ...other, beat: 7 })).to.equal(former.run);
  });

  it('is not mixed with a rollout of another run that this run had finished before, and counted its signs of life', () => {
    const former = { ...RECORD, run: 'run-00', startedAt: RECORD.startedAt - 60_000 };
    const finishing = { ...LEASE, beat: 12, at: RECORD.startedAt - 20_000 };
    const ours = { ...LEASE, beat: 1, at: RECORD.startedAt };
    const begin: Action = { type: 'record', group: 'web', record: RECORD, lease: ours };
    const seen = afterAction(observed([group()]).seen, { action: begin, at: RECORD.startedAt, sure: true }, PLAN);
    const noteOf = (lease: Lease): string | undefined =>
      withNotes(group({ notes: { record: former, lease } }), seen).notes.record?.run;
    expect(noteOf(finishing)).to.equal(RECORD.run);
    expect(noteOf({ ...finishing, run: 'run-later' })).to.equal(former.run);
  });
});

describe('remember: a record of another run', () => {
  const theirs = { ...RECORD, run: 'run-dead' };
  const ours: Action = { type: 'record', group: 'web', record: { ...RECORD, run: PLAN.run }, lease: LEASE };
  const began = (): Observed => {
    const shown = observed([group({ notes: { record: theirs, lease: { ...LEASE, run: 'run-dead' } } })]);
    const gone = lookAfter(lookAfter(shown, 1_000), 5_000, [group()]);
    return { ...gone, seen: afterAction(gone.seen, { action: ours, at: gone.at, sure: true }, PLAN) };
  };

  it('that shows again after it was gone when this run wrote its own is of a look that lags', () => {
    const other = { ...LEASE, run: 'run-later' };
    const lagging = lookAfter(began(), 5_000, [group({ notes: { record: theirs, lease: other } })]);
    const [web] = lagging.groups.map((one) => withNotes(one, lagging.seen));
    expect([web?.notes.record?.run, web?.notes.lease?.run]).to.deep.equal([PLAN.run, LEASE.run]);
  });

  it('that no look had shown before is one of a run that began at the same time', () => {
    const rival = { ...RECORD, run: 'run-rival' };
    const over = lookAfter(began(), 5_000, [
      group({ notes: { record: rival, lease: { ...LEASE, run: 'run-rival' } } }),
    ]);
    const [web] = over.groups.map((one) => withNotes(one, over.seen));
    expect([web?.notes.record?.run, web?.notes.lease?.run]).to.deep.equal(['run-rival', 'run-rival']);
  });
});
