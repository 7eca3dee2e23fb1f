import { triesOdd } from './tries.js';

describe('fuzzing: more of whatever is typed, written and answered', function () {
  this.timeout(600_000);
  triesOdd(1_000, 2);
});
