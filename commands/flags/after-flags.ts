import { string } from '@oclif/core/flags';
import { onOff } from './flags.js';

/** What happens when the change is over. */
export const afterFlags = {
  outputs: string({
    summary: "Write the stack's outputs to a file, or to stdout with -",
    helpValue: 'FILE|-',
    helpGroup: 'STACK',
  }),
  'outputs-format': string({
    summary: 'How to write them [default: env for .env and .sh, else json]',
    options: ['json', 'env'],
    helpGroup: 'STACK',
  }),
  'revert-on-failure': onOff({
    summary:
      'When the swap rolled back, put the stack back to the template and parameters that it had, ' +
      'and unfreeze its groups',
    helpGroup: 'STACK',
  }),
};
