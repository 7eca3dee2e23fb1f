import { expect } from 'chai';
import { hasNone, noneThere } from '../../../src/decide/instances/none-there.js';
import type { FailedActivity } from '../../../src/model/rollout/group.js';
import { group, instance, T0 } from '../../support/groups.js';

const failed = (of: string, minute: number, message: string): FailedActivity =>
  ({ group: of, startedAt: T0 + minute * 60_000, message, description: '' }) as unknown as FailedActivity;

describe('a group without any instance', () => {
  it('is one that shall have some', () => {
    expect(hasNone(group({ instances: [] }))).to.equal(true);
    expect(hasNone(group({ instances: [], size: { min: 0, max: 4, desired: 0 } }))).to.equal(false);
    expect(hasNone(group({ instances: [instance('i-1')] }))).to.equal(false);
  });

  const empty = group({ instances: [] });
  const cases: readonly (readonly [string, string, string])[] = [
    ['nothing is known', noneThere(empty, { failures: [] }).text, 'it has none of its 2 instances'],
    [
      'the last launch failed, whatever the order in which they are told',
      noneThere(empty, { failures: [failed('web', 5, 'No room.'), failed('web', 1, 'x'), failed('api', 9, 'y')] }).text,
      'it has none of its 2 instances; the last launch failed at 2026-11-21T03:05:00Z: No room',
    ],
    [
      'nothing can be launched, which says more than what failed before',
      noneThere({ ...empty, suspended: ['Launch'] }, { failures: [failed('web', 5, 'No room.')] }).text,
      'it has none of its 2 instances; its process Launch is suspended',
    ],
  ];
  for (const [what, is, expected] of cases) it(`says so where ${what}`, () => expect(is).to.equal(expected));
});
