/** What tests of executions stand on. */
import { createSandbox } from '../../../dist/src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../dist/src/sandbox/scenario.js';
import { standardGroup } from '../../../dist/test/support/sandbox.js';
import { sleepBeside } from '../../../dist/test/support/beside-clock.js';

/** A sandbox with a group `web` of two, and the surroundings of an updater that works on it in simulated time. */
export function groupStage(scenario = {}) {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const group = standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
  const { clock, straight, clientConfig } = sandbox;
  const { credentials, requestHandler } = clientConfig();
  const world = {
    env: {},
    simulated: {
      clock,
      beside: { now: () => clock.now(), sleep: (ms, signal) => sleepBeside(clock, ms, signal) },
      client: { credentials: () => Promise.resolve(credentials), requestHandler, straight },
    },
  };
  return { sandbox, group, world };
}
