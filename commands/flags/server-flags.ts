import { string } from '@oclif/core/flags';
import { onOff } from './flags.js';

const SERVER = 'SERVER';

/** Where a command runs. */
export const serverFlags = {
  on: string({
    summary:
      'Where it runs: in this process, or on the function of --server, where --detach ends this command once it is ' +
      'started [default: here]',
    options: ['here', 'server'],
    helpGroup: SERVER,
  }),
  server: string({
    summary: 'The function for --on server: the stack that server deploy made',
    helpValue: 'NAME',
    helpGroup: SERVER,
  }),
};

/** The same of commands that leave nothing else behind. */
export const serverAndDetachFlags = {
  ...serverFlags,
  detach: onOff({
    summary: 'With --on server: end as soon as it is started, and print the commands that follow and cancel it',
    helpGroup: SERVER,
  }),
};
