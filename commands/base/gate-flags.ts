import { string } from '@oclif/core/flags';
import { seconds } from './flags.js';

const GATES = 'GATES';

const command = (summary: string) => string({ summary, helpValue: 'COMMAND', helpGroup: GATES });

/** What a rollout has to pass besides health. */
export const gateFlags = {
  'check-command': command('Run for every new instance, again every 10 s until it ends with 0; only then the instance is proven'),
  'before-terminate-command': command('Run for every instance before it is terminated; if it fails, the run stops'),
  'after-terminate-command': command('Run for every instance after it has gone; if it fails, the run stops'),
  'check-timeout': seconds(60, 'Longest time of one try of the check command', GATES),
  'command-timeout': seconds(300, 'Longest time of a command before or after a termination', GATES),
};
