import { expect } from 'chai';
import { dueIn } from '../../../src/decide/gates/stage-gate.js';
import { T0 } from '../../support/groups.js';

describe('when something is due again', () => {
  it('is told to the next whole second, as the time of a look is that of the answers of AWS', () => {
    expect(dueIn(T0 + 10_000, T0)).to.equal(10_000);
    expect(dueIn(T0 + 10_001, T0), 'a look 10 s later would not know that it is due').to.equal(11_000);
    expect(dueIn(T0 + 10_999, T0 + 1_000)).to.equal(10_000);
  });
});
