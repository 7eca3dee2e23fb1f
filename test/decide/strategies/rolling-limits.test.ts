import { expect } from 'chai';
import { unitsUntilStop } from '../../../src/decide/strategies/rolling/batch-stop.js';
import { limitReasons, limitsOf } from '../../../src/decide/strategies/rolling/limits.js';
import type { RecordGates } from '../../../src/model/rollout/record.js';
import type { RollingChoice, Share } from '../../../src/model/rollout/rollout-plan.js';
import { group, instance, PLAN } from '../../support/groups.js';
import { ROLLING } from '../../support/rolling.js';

const choice = (surge: Share, unavailable: Share): RollingChoice => ({ surge, unavailable, serial: false });
const many = (desired: number, weight = 1): ReturnType<typeof group> =>
  group({
    size: { min: 0, max: desired, desired },
    instances: Array.from({ length: desired / weight }, (_, n) => instance(`i-${n}`, { weight })),
  });

describe('the limits of a rolling rollout', () => {
  const rows: readonly (readonly [string, RollingChoice, number, number, number, number])[] = [
    ['numbers are taken as they are', choice({ count: 2 }, { count: 1 }), 10, 1, 2, 1],
    ['a part of a surge is rounded up', choice({ percent: 25 }, { count: 0 }), 10, 1, 3, 0],
    ['a part that is away is rounded down', choice({ count: 1 }, { percent: 25 }), 10, 1, 1, 2],
    ['a part is not more by what floats', choice({ percent: 10 }, { percent: 10 }), 70, 1, 7, 7],
    ['a surge is no more than the whole again', choice({ count: 20 }, { count: 0 }), 4, 1, 4, 0],
    ['a surge has room for the heaviest', choice({ count: 1 }, { count: 0 }), 8, 4, 4, 0],
    ['no surge stays none', choice({ count: 0 }, { count: 1 }), 8, 4, 0, 1],
  ];
  for (const [what, asked, desired, weight, surge, unavailable] of rows)
    it(`${what}: ${surge} above, ${unavailable} away`, () => {
      const one = many(desired, weight);
      expect(limitsOf(asked, one, one.instances)).to.deep.equal({ surge, unavailable });
    });

  const reasons = (rolling: RollingChoice, desired: number, weight = 1): readonly string[] =>
    limitReasons({ ...PLAN, strategy: 'rolling', rolling }, many(desired, weight)).map(({ text }) => text);
  it('are refused where no instance could be replaced', () => {
    expect(reasons(choice({ count: 0 }, { percent: 10 }), 4)[0]).to.match(/let no instance be replaced/);
    expect(reasons(choice({ count: 0 }, { count: 1 }), 8, 4)[0]).to.match(/heaviest instance counts 4/);
    expect(reasons(choice({ count: 1 }, { count: 0 }), 4)).to.deep.equal([]);
  });
  it('are refused where all could be away at once, unless that was said of a single one', () => {
    expect(reasons(choice({ count: 0 }, { count: 4 }), 4)).to.have.length(1);
    expect(reasons(choice({ count: 0 }, { percent: 100 }), 1)).to.have.length(1);
    expect(reasons(choice({ count: 0 }, { count: 1 }), 1)).to.deep.equal([]);
  });
});

describe('how many a rolling rollout may replace before it stops to look', () => {
  const rows: readonly (readonly [string, RecordGates | undefined, readonly [number, number, boolean], number])[] = [
    ['nothing stops it', undefined, [0, 0, true], Infinity],
    ['its canary is one', { canary: 1 }, [0, 0, true], 1],
    ['its canary is under way', { canary: 1 }, [0, 1, false], 0],
    ['its canary is through', { canary: 1 }, [1, 1, true], Infinity],
    ['it pauses at half of four', { pauseAt: [50] }, [0, 0, true], 2],
    ['one of that half is under way', { pauseAt: [50] }, [0, 1, false], 1],
    ['it was resumed there', { pauseAt: [50], passed: 50 }, [2, 2, true], Infinity],
    ['the next part comes after it', { pauseAt: [50, 75], passed: 50 }, [2, 2, true], 1],
    ['a heavy one goes beyond that part, and nothing is under way', { pauseAt: [50] }, [2, 2, true], 1],
  ];
  for (const [when, gates, [ready, coming, settled], units] of rows)
    it(`where ${when}: ${units}`, () => {
      const record = { ...ROLLING, ...(gates !== undefined && { gates }) };
      expect(unitsUntilStop(record, { ready, coming, settled })).to.equal(units);
    });
});
