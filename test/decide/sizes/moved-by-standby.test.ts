import { expect } from 'chai';
import { movedByStandby } from '../../../src/decide/sizes/moved-by-standby.js';
import type { SeenSizes } from '../../../src/model/rollout/decision.js';
import type { Group } from '../../../src/model/rollout/group.js';
import type { RolloutRecord, Verdict } from '../../../src/model/rollout/record.js';
import { doubledGroup, fresh, instance, RECORD, verdict } from '../../support/groups.js';

const KEEPS: RolloutRecord = { ...RECORD, gates: { keepMs: 60_000 } };
const PARKED = { lifecycle: 'Standby', health: [] };

/** What a look adds, which shows this desired capacity after one that showed four and these in standby. */
function moved(
  desired: number,
  aside: readonly string[],
  group: Partial<Group>,
  { record = RECORD, judged, before = 0 }: { record?: RolloutRecord; judged?: Verdict; before?: number } = {},
): number | undefined {
  const seen: SeenSizes = { desired: 4, aside, moved: before };
  const shown = doubledGroup({ size: { min: 1, max: 5, desired }, ...group });
  return movedByStandby(seen, shown, { record, ...(judged !== undefined && { verdict: judged }) }, false)?.seen.moved;
}

describe('by how much standby by hand has moved the desired capacity', () => {
  it('is what comes out of it, also of one that the rollout leaves as it is', () => {
    expect(moved(5, ['i-old1'], {})).to.equal(1);
    expect(moved(5, ['i-kept'], { kept: { units: 1, instances: [instance('i-kept')] } })).to.equal(1);
  });

  it('is nothing where somebody set a size', () => expect(moved(7, ['i-old1'], {})).to.equal(0));

  it('is what a new one took off or brought back, where the old half goes there by our own doing', () => {
    const promoted = { record: KEEPS, judged: verdict('promote') };
    const parked = { instances: [instance('i-old1'), fresh('i-new1'), fresh('i-new2', PARKED)] };
    expect(moved(3, [], parked, promoted)).to.equal(-1);
    expect(moved(5, ['i-new2'], {}, { ...promoted, before: -1 })).to.equal(0);
  });

  it('is not what the rollout itself puts there', () => {
    const promoted = { record: KEEPS, judged: verdict('promote'), before: 2 };
    const parked = { instances: [instance('i-old1', PARKED), fresh('i-new1'), fresh('i-new2')] };
    expect(moved(3, [], parked, promoted)).to.equal(0);
  });
});
