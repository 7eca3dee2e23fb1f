import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Decision } from '../../../src/model/rollout/decision.js';
import type { Group } from '../../../src/model/rollout/group.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { Lease, RolloutRecord } from '../../../src/model/rollout/record.js';
import {
  doubledGroup,
  fresh,
  instance,
  LEASE,
  observed,
  PLAN,
  RECORD,
  sick,
  T0,
  verdict,
} from '../../support/groups.js';
import { told } from '../../support/told.js';

const HOUR = 3_600_000;
/** The time of the look: every limit is over. */
const LATE = T0 + 2 * HOUR;
const OURS: Lease = { ...LEASE, at: LATE - 1_000 };
const TWO: Plan = { ...PLAN, groups: ['api', 'web'] };
const JOINT: RolloutRecord = { ...RECORD, together: true, gates: { keepMs: HOUR } };

/** Judged together with the other one, and none of its new instances serves, so that its old half may not go. */
const stuck = doubledGroup({
  name: 'api',
  instances: [instance('i-a1'), instance('i-a2'), fresh('i-a3', { health: sick() }), fresh('i-a4', { health: sick() })],
  notes: { record: JOINT, lease: OURS, verdict: verdict('promote') },
});
/** Its old half is kept, or comes back. */
const kept = (gates: RolloutRecord['gates'], lifecycle: 'Standby' | 'InService'): Group =>
  doubledGroup({
    size: lifecycle === 'Standby' ? RECORD.size : doubledGroup().size,
    suspended: lifecycle === 'Standby' ? [] : doubledGroup().suspended,
    instances: [...['i-old1', 'i-old2'].map((id) => instance(id, { lifecycle })), fresh('i-new1'), fresh('i-new2')],
    notes: {
      record: { ...JOINT, gates: { keepMs: HOUR, keptUntil: T0 + HOUR, ...gates } },
      lease: OURS,
      verdict: verdict('promote'),
    },
  });
const decided = (web: Group, plan = TWO): Decision => decide(observed([stuck, web], { at: LATE }), plan);

describe('a kept half, and a group judged with it that cannot go on', () => {
  it('is left kept, and the run ends', () => {
    expect(told(decided(kept({}, 'Standby')))).to.match(/^pause web/);
  });

  it('that comes back ends with it', () => {
    const back = kept({ backAt: T0 + HOUR }, 'InService');
    expect(told(decided(back))).to.equal('finish: api stuck, web stuck');
  });

  it('that comes back looks no more often than any other while it waits', () => {
    const patient: Plan = { ...TWO, timing: { ...TWO.timing, drainMs: 24 * HOUR } };
    const back = kept({ backAt: T0 }, 'InService');
    const decision = decided(back, patient);
    expect(told(decision)).to.include('waiting for those of api');
    expect(decision.kind === 'wait' && decision.forMs).to.be.at.least(1_000);
  });
});
