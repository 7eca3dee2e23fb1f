import { expect } from 'chai';
import { decide } from '../../src/decide/decide.js';
import type { Group } from '../../src/model/rollout/group.js';
import { group, LEASE, observed, PLAN, PROCESSES, RECORD, T0 } from '../support/groups.js';
import { told } from '../support/told.js';

const FROZEN = { run: 'run-before', at: T0, processes: [...PROCESSES, 'Launch'], why: '' };

/** A rollout of a dead run, which this one took over, and of which nothing but the record is there. */
function noted(
  suspended: readonly string[],
  differs: Partial<Group['notes']> = {},
  ours: readonly string[] = PROCESSES,
): Group {
  const record = { ...RECORD, run: 'run-0', suspended: [...ours] };
  return group({ suspended: [...suspended], notes: { record, lease: LEASE, ...differs } });
}

const rows: readonly { readonly when: string; readonly group: Group; readonly then: string }[] = [
  { when: 'nothing is suspended', group: noted([]), then: 'clear web' },
  { when: 'the dead run suspended some', group: noted(PROCESSES), then: `resume ${PROCESSES.join(',')}` },
  {
    when: 'the dead run resumed Launch, which an earlier roll-back had suspended',
    group: noted(PROCESSES, { frozen: FROZEN }, [...PROCESSES, 'Launch']),
    then: 'suspend Launch',
  },
  {
    when: 'an earlier roll-back froze it, and all is as that left it',
    group: noted([...PROCESSES, 'Launch'], { frozen: FROZEN }, [...PROCESSES, 'Launch']),
    then: 'clear web',
  },
  {
    when: 'an earlier roll-back froze it, and a person resumed all of that before the rollout began',
    group: noted([], { frozen: FROZEN }),
    then: 'clear web',
  },
];

describe('a rollout that a dead run had noted, and not begun', () => {
  for (const { when, group: one, then } of rows)
    it(`${when}: ${then}`, () => {
      expect(told(decide(observed([one]), PLAN))).to.equal(then);
    });
});
