import { expect } from 'chai';
import { gapWarning, limitFrom, withGap } from '../../../src/decide/memory/unseen-time.js';
import { T0 } from '../../support/groups.js';

const POLL = 5_000;

describe('time in which nobody looked', () => {
  const after = (ms: number): ReturnType<typeof withGap> => withGap({ unseen: [], lastLookAt: T0 }, T0 + ms, POLL);

  it('is what a look comes later than planned, beyond what slow answers explain', () => {
    expect(after(POLL)).to.deep.equal([]);
    expect(after(POLL + 15_000)).to.deep.equal([]);
    expect(after(POLL + 15_001)).to.deep.equal([{ until: T0 + POLL + 15_001, ms: 15_001 }]);
    expect(withGap({ unseen: [], lastLookAt: T0 }, T0 + 100_000, 60_000), 'less than twice the pause').to.deep.equal(
      [],
    );
  });

  it('counts for no limit that had begun, and for none that begins later', () => {
    const unseen = [
      { until: T0 + 100_000, ms: 40_000 },
      { until: T0 + 200_000, ms: 30_000 },
    ];
    expect(limitFrom({ unseen }, T0, 600_000)).to.equal(T0 + 670_000);
    expect(limitFrom({ unseen }, T0 + 150_000, 600_000)).to.equal(T0 + 780_000);
    expect(limitFrom({ unseen }, T0 + 180_000, 600_000), 'it began within the gap').to.equal(T0 + 800_000);
    expect(limitFrom({ unseen }, T0 + 200_000, 600_000)).to.equal(T0 + 800_000);
  });

  it('is told once, by the look that ends it', () => {
    const unseen = [{ until: T0, ms: 2_400_000 }];
    expect(gapWarning({ unseen, lastLookAt: T0 }, 1)?.text).to.contain('for 2400 s');
    expect(gapWarning({ unseen, lastLookAt: T0 + POLL }, 1)).to.equal(undefined);
    expect(gapWarning({ unseen: [], lastLookAt: T0 }, 1)).to.equal(undefined);
    const moment = [{ until: T0, ms: 48_000 }];
    expect(gapWarning({ unseen: moment, lastLookAt: T0 }, 60), 'less than a second of the machine').to.equal(undefined);
  });
});
