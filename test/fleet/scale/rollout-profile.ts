import type { Milliseconds } from '../../../src/clock.js';
import type { RunMemory } from '../../../src/library/index.js';
import { UpdaterError } from '../../../src/library/updater-error.js';
import { updaterOver } from '../../../src/library/updater.js';
import { createSandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, SAMPLE_IMAGES } from '../../../src/sandbox/scenario.js';
import { lifeOf } from '../../support/command-stage.js';
import { standardGroup } from '../../support/sandbox.js';
import type { Taken } from './prices.js';

/** One request, so long after the beginning of its rollout. */
export interface ProfiledCall {
  readonly afterMs: Milliseconds;
  readonly service: string;
  readonly operation: string;
}

/** What one rollout asked, took and left, as an execution of the function takes it. */
export interface RolloutProfile extends Taken {
  readonly calls: readonly ProfiledCall[];
  readonly tookMs: Milliseconds;
  readonly outcome: string;
  /** The largest result of one step. */
  readonly largestStep: number;
  /** The input of the execution. */
  readonly input: number;
}

/** An image that never gets healthy. */
const BAD = 'ami-0bad0bad0bad0bad0';

/** A sandbox with a group that waits for another image, what works on it, and what is asked from then on. */
function stageOf(size: number, fails: boolean) {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, seed: 18, images: SAMPLE_IMAGES });
  const { clock, world } = sandbox;
  standardGroup(world, { name: 'web', size, max: 2 * size }).changeImage(fails ? BAD : 'ami-new');
  const began = clock.now();
  const calls: ProfiledCall[] = [];
  sandbox.onCall(({ at, service, operation }) => void calls.push({ afterMs: at - began, service, operation }));
  const updater = updaterOver({ region: 'eu-west-1' }, { env: {}, simulated: lifeOf(sandbox, {}).simulated });
  return { clock, began, calls, updater };
}

/**
 * Rolls a group out in one process, as `fleet run` does each of its targets, and writes down what that asked.
 * @param size instances of the group
 * @param fails its new instances never get healthy, so that it rolls back
 */
export async function profileHere(size: number, fails = false): Promise<RolloutProfile> {
  const { clock, began, calls, updater } = stageOf(size, fails);
  const outcome = await updater.updateGroups({ groups: ['web'] }).then(
    (result) => result.outcome,
    (error: unknown) => (error instanceof UpdaterError ? error.outcome : 'bug'),
  );
  return { ...NOTHING_TAKEN, calls, outcome, tookMs: clock.now() - began, largestStep: 0, input: 0 };
}

const NOTHING_TAKEN: Taken = { looks: 0, operations: 0, bytesWritten: 0, bytesLogged: 0 };

/** The same look by look, as an execution of the function does. */
export async function profileOnServer(size: number, fails = false): Promise<RolloutProfile> {
  const { clock, began, calls, updater } = stageOf(size, fails);
  const asked = { command: 'update-asgs', options: { groups: ['web'] } } as const;
  // The start of the execution is an operation, too.
  const taken = { ...NOTHING_TAKEN, operations: 1, largestStep: 0 };
  let memory: RunMemory | undefined;
  for (;;) {
    const run = updater.look({ ...asked, run: 'web-1', by: 'lambda:rollouts:1', memory });
    let logged = 0;
    for await (const stamped of run) logged += Buffer.byteLength(JSON.stringify(stamped)) + 1;
    const look = await run;
    const bytes = Buffer.byteLength(JSON.stringify(look));
    const waits = 'forMs' in look && look.forMs > 0;
    Object.assign(taken, {
      looks: taken.looks + 1,
      operations: taken.operations + (waits ? 2 : 1),
      bytesWritten: taken.bytesWritten + bytes,
      bytesLogged: taken.bytesLogged + logged,
      largestStep: Math.max(taken.largestStep, bytes),
    });
    if ('result' in look) {
      const { outcome } = look.result;
      return { ...taken, calls, outcome, tookMs: clock.now() - began, input: JSON.stringify(asked).length };
    }
    memory = look.memory;
    if (waits) await clock.sleep(Math.ceil(look.forMs / 1000) * 1000);
  }
}
