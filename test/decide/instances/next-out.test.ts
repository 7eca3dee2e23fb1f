import { expect } from 'chai';
import { isUneven, nextOut } from '../../../src/decide/instances/next-out.js';
import type { Instance } from '../../../src/model/rollout/group.js';
import { fresh, group, instance, sick, T0 } from '../../support/groups.js';

const MINUTE = 60_000;
/** An old instance, so many minutes younger than the oldest one. */
const old = (id: string, minutes: number, differs: Partial<Instance> = {}): Instance =>
  instance(id, { launchedAt: T0 - 86_400_000 + minutes * MINUTE, ...differs });
const B = { zone: 'eu-west-1b' };
const SICK = { health: sick() };

interface Row {
  readonly when: string;
  readonly old: readonly Instance[];
  /** New ones that are proven. */
  readonly ready: number;
  readonly floor: number;
  readonly out: readonly string[];
}

describe('the order in which old instances go out', () => {
  const four = [old('a', 0), old('b', 10), old('c', 20), old('d', 30)];
  const rows: readonly Row[] = [
    { when: 'all of them serve: the oldest first', old: four, ready: 4, floor: 4, out: ['a', 'b', 'c', 'd'] },
    { when: 'one more is ready than has to stay', old: four, ready: 1, floor: 4, out: ['a'] },
    { when: 'nothing can be spared', old: four, ready: 0, floor: 4, out: [] },
    {
      when: 'one does not serve: that one before the oldest',
      old: [...four.slice(0, 3), old('d', 30, SICK)],
      ready: 1,
      floor: 4,
      out: ['d'],
    },
    {
      when: 'none serves: no more than if all did',
      old: four.map((one) => ({ ...one, ...SICK })),
      ready: 1,
      floor: 4,
      out: ['a'],
    },
    {
      when: 'one that does not serve is too heavy to go: those that serve stay, for they serve alone',
      old: [old('a', 0, { weight: 3, ...SICK }), old('b', 10)],
      ready: 1,
      floor: 3,
      out: [],
    },
    {
      when: 'they were launched together: from the fuller zone first',
      old: [old('a', 0), old('b', 0, B), old('c', 0.5, B)],
      ready: 1,
      floor: 3,
      out: ['b'],
    },
    {
      when: 'they were not launched together: the oldest, whatever its zone holds',
      old: [old('a', 0), old('b', 10, B), old('c', 20, B)],
      ready: 1,
      floor: 3,
      out: ['a'],
    },
    {
      when: 'the oldest is too heavy for what can be spared: a younger one waits for its turn',
      old: [old('a', 0, { weight: 2 }), old('b', 10)],
      ready: 1,
      floor: 3,
      out: [],
    },
    {
      when: 'it can be spared with its whole weight',
      old: [old('a', 0, { weight: 2 }), old('b', 10)],
      ready: 2,
      floor: 3,
      out: ['a'],
    },
  ];
  for (const { when, old: there, ready, floor, out } of rows)
    it(`where ${when}: ${out.join(', ') || 'none'}`, () => {
      const proven = Array.from({ length: ready }, (_, n) => fresh(`i-new${n}`));
      const found = nextOut(group({ instances: [...there, ...proven] }), there, proven, floor);
      expect(found.map(({ id }) => id)).to.deep.equal(out);
    });

  it('is about zones where Auto Scaling would even them out by itself', () => {
    const web = group();
    expect(isUneven(web, [old('a', 0), old('b', 0, B)])).to.equal(false);
    expect(isUneven(web, [old('a', 0), old('b', 0), old('c', 0, B)])).to.equal(false);
    expect(isUneven(web, [old('a', 0), old('b', 0)])).to.equal(true);
    expect(isUneven(group({ zones: ['eu-west-1a'] }), [old('a', 0), old('b', 0)])).to.equal(false);
  });
});
