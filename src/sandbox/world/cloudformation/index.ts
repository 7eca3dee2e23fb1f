import type { OperationTable } from '../world.js';
import { changeSetOperations } from './changeSets.js';
import { changingOperations } from './changing.js';
import { describingOperations } from './describing.js';
import { templateOperations } from './templates.js';

/** The simulated CloudFormation. */
export const cloudformationOperations: OperationTable = {
  ...changingOperations,
  ...describingOperations,
  ...templateOperations,
  ...changeSetOperations,
};
