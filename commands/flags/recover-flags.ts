import { string as argument } from '@oclif/core/args';
import {
  asgFlags,
  commonFlags,
  consoleFlag,
  limitFlags,
  historyFlag,
  lockFlag,
  notifyFlags,
  outputFlags,
} from './flags.js';
import { gateFlags } from './gate-flags.js';
import { balancerFlags } from './restart-flags.js';

/** The stack whose groups an interrupted run has left something on. */
export const recoverArgs = {
  stack: argument({ name: 'STACK', description: 'Stack whose groups are meant', ignoreStdin: true }),
};

/** Flags of whatever goes on with what an interrupted run left. */
export const recoverFlags = {
  ...asgFlags,
  ...balancerFlags,
  ...limitFlags,
  ...gateFlags,
  ...consoleFlag,
  ...lockFlag,
  ...historyFlag,
  ...commonFlags,
  ...notifyFlags,
  ...outputFlags,
};
