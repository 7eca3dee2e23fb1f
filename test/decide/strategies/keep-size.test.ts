import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import { guard } from '../../../src/decide/guard/guard.js';
import { keptSize } from '../../../src/decide/strategies/keep-size/kept-size.js';
import type { Seen } from '../../../src/model/rollout/decision.js';
import type { Action } from '../../../src/model/rollout/action.js';
import type { Group } from '../../../src/model/rollout/group.js';
import type { KeepSizeRecord } from '../../../src/model/rollout/record.js';
import { group, instance, LEASE, observed, PLAN, T0 } from '../../support/groups.js';

const RECORD: KeepSizeRecord = {
  version: 2,
  strategy: 'keep-size',
  run: 'run-1',
  startedAt: T0,
  size: { min: 1, max: 8, desired: 6 },
  old: 6,
  suspended: ['Terminate', 'AZRebalance'],
  together: false,
  changed: [],
};
const there = (count: number): Group['instances'] =>
  Array.from({ length: count }, (_, index) => instance(`i-${index}`));
const written = (differs: Partial<Group> = {}): Group =>
  group({
    size: { min: 1, max: 4, desired: 2 },
    instances: there(6),
    suspended: ['Terminate', 'AZRebalance'],
    notes: { record: RECORD, lease: LEASE },
    ...differs,
  });

describe('the size that is given back after a change of the stack', () => {
  const rows: readonly [string, Group, Partial<KeepSizeRecord>, Group['size']][] = [
    ['is the one that was noted', written(), {}, { min: 1, max: 8, desired: 6 }],
    [
      'counts what scaling launched before CloudFormation wrote',
      written({ instances: there(7) }),
      {},
      { min: 1, max: 8, desired: 7 },
    ],
    ['has room for all that are there', written({ instances: there(9) }), {}, { min: 1, max: 9, desired: 9 }],
    ['takes the max that the template changes', written(), { changed: ['max'] }, { min: 1, max: 6, desired: 6 }],
    [
      'takes the min that the template changes',
      written({ size: { min: 3, max: 8, desired: 3 } }),
      { changed: ['min'] },
      { min: 3, max: 8, desired: 6 },
    ],
    [
      'is larger where the template asks for more',
      written({ size: { min: 1, max: 12, desired: 10 } }),
      { changed: ['max', 'desired'] },
      { min: 1, max: 12, desired: 10 },
    ],
    [
      'does not count who is leaving already',
      written({ instances: [...there(6), instance('i-gone', { lifecycle: 'Terminating' })] }),
      {},
      { min: 1, max: 8, desired: 6 },
    ],
  ];
  for (const [what, of, differs, size] of rows)
    it(what, () => {
      expect(keptSize(of, { ...RECORD, ...differs })).to.deep.equal(size);
    });
});

describe('the end of a change by a look from before it', () => {
  const end = { ...PLAN, strategy: 'keep-size', stack: 'app', keepSize: { phase: 'end', changed: {} } } as const;
  /** Neither what CloudFormation wrote nor what was suspended shows. */
  const before = written({ size: RECORD.size, suspended: [] });
  const next = (confirmed: Seen['confirmed'][string]): Action | undefined => {
    const seen = { known: { web: before.notes }, confirmed: { web: confirmed } };
    const decision = decide(observed([before], { stackStatus: 'UPDATE_COMPLETE', seen }), { ...end, groups: ['web'] });
    return decision.kind === 'act' ? decision.actions[0]?.action : undefined;
  };

  it('gives the size back all the same, then the processes, and only then removes the note', () => {
    expect(next([])).to.deep.include({ type: 'resize', size: RECORD.size, purpose: 'restore' });
    expect(next(['size'])).to.deep.include({ type: 'resume', processes: RECORD.suspended });
    expect(next(['size', 'processes'])).to.deep.include({ type: 'clear' });
  });
});

describe('the guard over a size that is kept', () => {
  const broken = (of: Group, action: Action): string | undefined => guard(observed([of]), PLAN, action);
  const back = written({ size: { min: 1, max: 8, desired: 6 } });

  it('gives the size back, then the processes, then removes the note', () => {
    expect(
      broken(written(), { type: 'resize', group: 'web', size: { min: 1, max: 8, desired: 6 }, purpose: 'restore' }),
    ).to.equal(undefined);
    expect(broken(back, { type: 'resume', group: 'web', processes: ['Terminate'] })).to.equal(undefined);
    expect(broken({ ...back, suspended: [] }, { type: 'clear', group: 'web', notes: ['record', 'lease'] })).to.equal(
      undefined,
    );
  });

  it('lets nobody be taken out', () => {
    const resume = broken(written(), { type: 'resume', group: 'web', processes: ['Terminate'] });
    expect(resume).to.contain('4 instances would be taken out');
    const smaller = { min: 1, max: 8, desired: 5 };
    expect(broken(written(), { type: 'resize', group: 'web', size: smaller, purpose: 'restore' })).to.contain('stay');
    expect(
      broken(written(), { type: 'terminate', group: 'web', half: 'old', instances: ['i-1'], decrement: true }),
    ).to.be.a('string');
  });

  it('keeps the note until all is as it was', () => {
    const clear: Action = { type: 'clear', group: 'web', notes: ['record', 'lease'] };
    expect(broken(written(), clear)).to.contain('not given back');
    expect(broken(back, clear)).to.contain('suspended still');
  });
});
