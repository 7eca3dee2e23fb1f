import { expect } from 'chai';
import { afterAction } from '../../../src/decide/memory/fold-action.js';
import { afterLook } from '../../../src/decide/memory/fold-look.js';
import { sumsTakenOff } from '../../../src/decide/sizes/taken-off.js';
import type { Action } from '../../../src/model/rollout/action.js';
import type { SeenSizes, TakenOff } from '../../../src/model/rollout/decision.js';
import type { Verdict } from '../../../src/model/rollout/record.js';
import { doubledGroup, LEASE, observed, PLAN, RECORD, T0, verdict } from '../../support/groups.js';

/** Somebody puts an old one into standby, and the desired capacity falls with it. */
const PARKED: TakenOff = { instance: 'i-old1', from: 4, to: 3, at: T0 - 60_000, standby: true };

const DOUBLE: Action = {
  type: 'resize',
  group: 'web',
  size: { min: 1, max: 4, desired: 4 },
  sets: ['max', 'desired'],
  purpose: 'double',
};

/** What is known of the sizes after the doubling was sent again at T0, and a look 20 s later. */
function afterDoubling(sure: boolean, shown: number): SeenSizes {
  const before = { desired: 3, takenOff: 1, changedAt: T0 - 120_000, confirmedAt: T0 - 120_000, noted: 0 };
  const begun = observed([doubledGroup({ size: { min: 1, max: 4, desired: 3 } })], {
    seen: { sizes: { web: before }, lastLookAt: T0 },
  });
  const seen = afterAction(begun.seen, { action: DOUBLE, at: T0, sure }, PLAN);
  const size = { min: 1, max: 4, desired: shown };
  const look = { ...begun, at: T0 + 20_000, groups: [doubledGroup({ size })] };
  return afterLook(seen, look, PLAN).sizes['web'] ?? {};
}

describe('a change of sizes whose reply was lost', () => {
  it('explains nothing of what people did before it, where no look shows it', () => {
    expect(afterDoubling(false, 3)).to.include({ takenOff: 1, confirmedAt: T0 - 120_000 });
  });

  it('is known to be made once a look shows it, and has all in it that was taken off', () => {
    expect(afterDoubling(false, 4)).to.include({ takenOff: 0, confirmedAt: T0 });
  });

  it('is not needed where AWS confirmed it', () => {
    expect(afterDoubling(true, 3)).to.include({ takenOff: 0, confirmedAt: T0 });
  });
});

describe('an old instance in standby, of a rollout that keeps its old half', () => {
  const gates = { pauseAt: [], bakeMs: 0, alarms: [], metrics: [], keepMs: 600_000 };
  const record = { ...RECORD, startedAt: T0 - 300_000, gates };
  const sums = (judged?: Verdict): readonly number[] => {
    const notes = { record, lease: LEASE, ...(judged !== undefined && { verdict: judged }) };
    const group = doubledGroup({ size: { min: 1, max: 4, desired: 3 }, notes });
    return sumsTakenOff([PARKED], undefined, { group, record, ended: [] });
  };

  it('was put there by somebody, as long as nothing is judged', () => expect(sums()).to.deep.equal([1]));

  it('was put there by somebody where it is rolled back', () => {
    expect(sums(verdict('rollBack', { at: T0 - 30_000 }))).to.deep.equal([1]);
  });

  it('was put there by somebody before the verdict', () => {
    expect(sums(verdict('promote', { at: T0 - 30_000 }))).to.deep.equal([1]);
  });

  it('is kept by the rollout after it', () => {
    expect(sums(verdict('promote', { at: T0 - 90_000 }))).to.deep.equal([]);
  });
});
