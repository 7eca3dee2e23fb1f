import type { OperationTable } from '../world.js';
import { calendarOperations } from './change-calendars.js';
import { parameterOperations } from './parameters.js';
import { commandOperations } from './ssm-commands.js';

/** SSM of the sandbox: the parameter store, Run Command and change calendars. */
export const ssmOperations: OperationTable = {
  ...calendarOperations,
  ...commandOperations,
  ...parameterOperations,
};
