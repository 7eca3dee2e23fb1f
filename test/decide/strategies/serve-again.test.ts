import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Observed } from '../../../src/model/rollout/decision.js';
import type { Group } from '../../../src/model/rollout/group.js';
import type { RolloutRecord } from '../../../src/model/rollout/record.js';
import { told } from '../../support/told.js';
import {
  doubledGroup,
  fresh,
  instance,
  LEASE,
  observed,
  PLAN,
  PROCESSES,
  RECORD,
  T0,
  verdict,
} from '../../support/groups.js';

const HOUR = 3_600_000;
const CALLED: RolloutRecord = { ...RECORD, gates: { keepMs: HOUR, keptUntil: T0 + HOUR, backAt: T0 + 90_000 } };

/** The kept half is called back: two old ones in standby, two new ones that serve, and nothing scales by itself. */
function called(differs: Partial<Group> = {}): Group {
  return doubledGroup({
    size: RECORD.size,
    instances: [
      instance('i-old1', { lifecycle: 'Standby', health: [] }),
      instance('i-old2', { lifecycle: 'Standby', health: [] }),
      fresh('i-new1'),
      fresh('i-new2'),
    ],
    notes: { record: CALLED, lease: LEASE, verdict: verdict('promote') },
    ...differs,
  });
}

/** They have left standby, which raised the desired capacity. */
function returned(differs: Partial<Group> = {}): Group {
  return called({
    size: { ...RECORD.size, desired: 4 },
    instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2')],
    ...differs,
  });
}

const rows: readonly { readonly when: string; readonly look: Observed; readonly then: string }[] = [
  {
    when: 'scaling and health replacement still run',
    look: observed([called({ suspended: [] })]),
    then: `suspend ${PROCESSES.join(',')}`,
  },
  {
    when: 'somebody resumed one process meanwhile',
    look: observed([returned({ suspended: PROCESSES.filter((process) => process !== 'AZRebalance') })]),
    then: 'suspend AZRebalance',
  },
  {
    when: 'nothing changes the membership any more, and max has room',
    look: observed([called()]),
    then: 'out of standby i-old1,i-old2',
  },
  {
    when: 'max has no room for what leaves standby',
    look: observed([
      called({
        size: { min: 1, max: 2, desired: 2 },
        notes: { ...called().notes, record: { ...CALLED, size: { min: 1, max: 2, desired: 2 } } },
      }),
    ]),
    then: 'room 1/2/4',
  },
  {
    when: 'scaling asks for three by now',
    look: observed([called({ size: { min: 1, max: 6, desired: 3 } })]),
    then: 'rewrite web',
  },
  {
    when: 'EC2 does not run one of the kept any more',
    look: observed([returned()], { ended: { 'i-old1': 'terminated' } }),
    then: 'terminate old i-old1',
  },
  {
    when: 'none is proven again within the time, and Auto Scaling has marked them for good',
    look: observed(
      [
        returned({
          instances: [
            instance('i-old1', { healthy: false }),
            instance('i-old2', { healthy: false }),
            fresh('i-new1'),
            fresh('i-new2'),
          ],
          notes: { record: CALLED, lease: { ...LEASE, at: T0 + 690_000 }, verdict: verdict('promote') },
        }),
      ],
      { at: T0 + 690_000 },
    ),
    then: 'terminate old i-old1,i-old2',
  },
  {
    when: 'one of them is still on its way into standby',
    look: observed([
      called({
        size: { ...RECORD.size, desired: 3 },
        instances: [instance('i-old1'), instance('i-old2', { lifecycle: 'EnteringStandby' }), fresh('i-new1')],
      }),
    ]),
    then: 'wait: 1 old instance is still on the way into standby',
  },
  {
    when: 'they serve, but not yet for the warm-up',
    look: observed([returned()], { seen: { inServiceSince: { 'i-old1': T0 + 99_000, 'i-old2': T0 + 99_000 } } }),
    then: 'wait: 0 of 2 old instances are proven in service again',
  },
  {
    when: 'they are proven',
    look: observed([returned()]),
    then: 'rollBack web',
  },
];

describe('an old half that was kept serves again', () => {
  for (const { when, look, then } of rows)
    it(`when ${when}: ${then}`, () => expect(told(decide(look, PLAN))).to.equal(then));
});
