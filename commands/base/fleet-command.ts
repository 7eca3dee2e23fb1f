import { string as argument } from '@oclif/core/args';
import { settableOf } from '../flags/flag-shapes.js';
import UpdateAsgs from '../groups/update-asgs.js';
import UpdateStack from '../stack/update-stack.js';

/** The one argument of the commands on a fleet. */
export const fleetArgs = {
  file: argument({
    name: 'FILE',
    description: 'Fleet file: waves of targets, in YAML',
    required: true,
    ignoreStdin: true,
  }),
};

/** Flags that targets of a fleet may set: those of the two commands that roll them out. */
export function targetShapes(): {
  readonly stack: ReturnType<typeof settableOf>;
  readonly groups: ReturnType<typeof settableOf>;
} {
  return {
    stack: settableOf('update-stack', UpdateStack.flags),
    groups: settableOf('update-asgs', UpdateAsgs.flags),
  };
}
