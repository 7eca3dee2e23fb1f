import type { Sandbox } from '../../src/sandbox/index.js';
import type { ServiceName } from '../../src/sandbox/world/world.js';
import { BETTER, stackWorld } from '../commands/ways-out/worlds.js';
import type { CommandStage } from '../support/command-stage.js';

/** In the middle of a swap, when nothing changes by itself: its new instances serve, and none is proven yet. */
const KILLED_AFTER_MS = 112_000;

/** What a run changed, and when; and when it was killed. */
interface Story {
  readonly changes: readonly {
    readonly at: number;
    readonly service: ServiceName;
    readonly operation: string;
    readonly input: object;
  }[];
  readonly until: number;
}

/** The command that is killed, in this world. */
export async function killRun(stage: CommandStage): Promise<void> {
  await stage.run(['update-stack', 'web', `ImageId=${BETTER}`], { killedAfterMs: KILLED_AFTER_MS });
}

const LOOKS = /^(Describe|List|Get|Head|Validate)/;

/** Kills one run, and writes down what it changed. */
async function tellStory(): Promise<Story> {
  const stage = stackWorld();
  const changes: Story['changes'][number][] = [];
  stage.sandbox.onCall(({ at, service, operation, input }) => {
    if (!LOOKS.test(operation)) changes.push({ at, service, operation, input: structuredClone(input) });
  });
  await killRun(stage);
  return { changes, until: stage.sandbox.clock.now() };
}

let story: Promise<Story> | undefined;

/**
 * Makes of a fresh `stackWorld` one whose run was killed half-way. The command itself runs once: it is the same every time,
 * so that what it changed is done again at the same moments, which takes a fraction of the time.
 */
export async function interrupt({ clock, invoke }: Pick<Sandbox, 'clock' | 'invoke'>): Promise<void> {
  const { changes, until } = await (story ??= tellStory());
  for (const { at, service, operation, input } of changes) {
    clock.advance(at - clock.now());
    invoke(service, operation, structuredClone(input));
  }
  clock.advance(until - clock.now());
}
