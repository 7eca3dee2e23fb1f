import type { OperationTable } from '../world.js';
import { changeSetOperations } from './operations/change-sets.js';
import { changingOperations } from './operations/changing.js';
import { describingOperations } from './operations/describing.js';
import { templateOperations } from './operations/template-operations.js';

/** The simulated CloudFormation. */
export const cloudformationOperations: OperationTable = {
  ...changingOperations,
  ...describingOperations,
  ...templateOperations,
  ...changeSetOperations,
};
