import { expect } from 'chai';
import { endsKept } from '../../../src/decide/gates/kept-half.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { group, observed, PLAN, RECORD, T0 } from '../../support/groups.js';

const HOUR = 3_600_000;

/** Whether the time of a half that is kept for an hour is over for whoever looked first at T0. */
function ends(plan: Partial<Plan>, keptUntil: number | undefined, mate = keptUntil): boolean {
  const noted = (until: number | undefined) => ({
    ...RECORD,
    gates: { keepMs: HOUR, ...(until !== undefined && { keptUntil: until }) },
  });
  const groups = [keptUntil, mate].map((until, index) =>
    group({ name: `web-${index}`, notes: { record: noted(until) } }),
  );
  return endsKept(observed(groups), { ...PLAN, ...plan }, noted(keptUntil));
}

describe('the time of a kept half', () => {
  for (const [what, found, expected] of [
    ['stays where nobody asks', ends({}, T0), false],
    ['is ended by resume', ends({ goOn: true }, T0 + HOUR), true],
    ['is ended by --finish-kept where it was open before', ends({ finishKept: true }, T0 + HOUR / 2), true],
    ['is not ended by --finish-kept where it began later', ends({ finishKept: true }, T0 + HOUR + 1), false],
    ['is not ended by --finish-kept where it has not begun', ends({ finishKept: true }, undefined), false],
    ['is ended for all groups of its rollout', ends({ finishKept: true }, T0 + HOUR + 1, T0 + HOUR / 2), true],
  ] as const)
    it(what, () => expect(found).to.equal(expected));
});
