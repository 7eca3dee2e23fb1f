import type { Clock } from '../clock.js';
import { AwsFault } from '../errors.js';
import type { ConformanceVerdict, StoryHead, StoryResult } from '../model/story-result.js';
import { around, patient, type Aws } from './aws.js';
import { reset } from './reset.js';
import { awaitStack, createStack, deleteStack, networkOf, stackName, type StackOrder } from './stack.js';
import { NotShown, Over, Stage, TooLate, type Made, type Story } from './stage.js';

/** What a run needs, and whom it tells. */
export interface PlayOrder extends Omit<StackOrder, 'subnets'> {
  readonly stories: readonly Story[];
  /** Two, or none for those of the default VPC. */
  readonly subnets: readonly string[];
  /** Why the run has to end now, such as a signal; undefined as long as it may go on. */
  readonly ends: () => string | undefined;
  /** Aborted when a signal came: whoever sleeps wakes up. */
  readonly wake: AbortSignal;
  readonly say: (line: string) => void;
  readonly told: (result: StoryResult) => void;
}

/** How a run ended. */
export interface Played {
  readonly results: readonly StoryResult[];
  /** Why it ended early. */
  readonly endedBy?: string;
  /** How the stack stands where it could not be deleted. */
  readonly left?: string;
}

/**
 * Makes the stack, plays the stories one after the other and deletes the stack in any case: after a failure, a signal
 * and the deadline too. Only a process that is killed leaves it, for `--clean`.
 */
export async function play(aws: Aws, clock: Clock, order: PlayOrder): Promise<Played> {
  const { run, ends, wake, say } = order;
  const calm = patient(aws, clock);
  const goOn = (): void => {
    const why = ends() ?? (clock.now() >= order.until ? 'the deadline was over' : undefined);
    if (why !== undefined) throw new Over(why);
  };
  const watched: Clock = { now: () => clock.now(), sleep: (ms) => clock.sleep(ms, wake) };
  const bounded = around(calm, async ({ input }, send) => {
    goOn();
    return send(input);
  });
  const results: StoryResult[] = [];
  let endedBy: string | undefined;
  let left: string | undefined;
  try {
    const made = await build(bounded, watched, order, goOn);
    for (const story of order.stories) {
      goOn();
      const result = await tell(story, new Stage(bounded, watched, made, goOn));
      results.push(result);
      order.told(result);
    }
  } catch (error) {
    if (!(error instanceof Over || error instanceof NotShown || error instanceof AwsFault)) throw error;
    endedBy = error.message;
  } finally {
    say(`Deletes stack ${stackName(run)}.`);
    left = await remove(calm, clock, stackName(run));
  }
  const rest = order.stories.slice(results.length).map((story) => ended(story, endedBy ?? ''));
  return {
    results: [...results, ...rest],
    ...(endedBy !== undefined && { endedBy }),
    ...(left !== undefined && { left }),
  };
}

async function build(aws: Aws, clock: Clock, order: PlayOrder, goOn: () => void): Promise<Made> {
  const { vpc, subnets } = await networkOf(aws, order.subnets);
  order.say(`Makes stack ${stackName(order.run)}, which takes some minutes.`);
  await createStack(aws, { ...order, subnets }, vpc);
  return awaitStack(aws, stackName(order.run), clock, goOn);
}

/** @returns how it stands where it is not gone */
async function remove(aws: Aws, clock: Clock, name: string): Promise<string | undefined> {
  try {
    return await deleteStack(aws, name, clock);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Plays one story on a world that was reset for it. */
async function tell(story: Story, stage: Stage): Promise<StoryResult> {
  const begun = stage.clock.now();
  let reason: string | undefined;
  try {
    await reset(stage);
    // What the reset waited for is no comparison of the story.
    stage.comparisons.length = 0;
    await story.play(stage);
  } catch (error) {
    if (error instanceof Over) throw error;
    if (error instanceof NotShown) reason = error.message;
    else if (error instanceof AwsFault) reason = `${error.operation} failed with ${error.code}: ${error.message}`;
    else if (!(error instanceof TooLate)) throw error;
  }
  const { comparisons, measured } = stage;
  return {
    ...headOf(story),
    verdict: verdictOf(comparisons, reason),
    comparisons,
    ...(reason !== undefined && { reason }),
    measured,
    elapsedMs: stage.clock.now() - begun,
  };
}

/** A difference that was seen stands, whatever came after it. */
function verdictOf(comparisons: StoryResult['comparisons'], reason: string | undefined): ConformanceVerdict {
  if (comparisons.some(({ agrees }) => !agrees)) return 'differs';
  return reason === undefined && comparisons.length > 0 ? 'as expected' : 'not shown';
}

function ended(story: Story, reason: string): StoryResult {
  return { ...headOf(story), verdict: 'not shown', comparisons: [], reason, measured: {}, elapsedMs: 0 };
}

function headOf({ name, fact, source, facts }: Story): StoryHead {
  return { name, fact, source, facts };
}
