import { startDynalite } from '../support/lock-stores.js';
import { worksUnderTheLock } from './lock-stories.js';

describe('processes under a strict lock in DynamoDB', function () {
  worksUnderTheLock(() => startDynalite(), { races: 1 });
});
