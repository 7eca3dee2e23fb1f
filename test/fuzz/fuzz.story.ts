import { triesOdd, triesValid } from './tries.js';

describe('fuzzing, for longer', function () {
  this.timeout(600_000);
  triesOdd(500, 3);
  triesValid({ stacks: 40, rollouts: 10 });
});
