import { triesAll } from './tries.js';

describe('fuzzing, for longer', function () {
  this.timeout(600_000);
  triesAll({ inputs: 250, stacks: 40, rollouts: 10 });
});
