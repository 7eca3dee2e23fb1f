import { startDynalite } from '../support/lock-stores.js';
import { raceTwenty } from './races.js';

describe('two processes race for a lock in DynamoDB', function () {
  this.timeout(120_000);
  raceTwenty(() => startDynalite());
});
