import type { OperationTable } from '../world.js';
import { aliasOperations } from './operations/aliases.js';
import { changeSetOperations } from './operations/change-sets.js';
import { changingOperations } from './operations/changing.js';
import { driftOperations } from './operations/drift.js';
import { describingOperations } from './operations/describing.js';
import { templateOperations } from './operations/template-operations.js';

/** The simulated CloudFormation. */
export const cloudformationOperations: OperationTable = {
  ...aliasOperations,
  ...changingOperations,
  ...describingOperations,
  ...driftOperations,
  ...templateOperations,
  ...changeSetOperations,
};
