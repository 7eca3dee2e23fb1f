import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { Clock, Milliseconds } from '../clock.js';
import { AwsFault } from '../errors.js';
import type { Comparison, StoryHead } from '../model/story-result.js';
import type { Aws } from './aws.js';

/** What the stack of a run has made. */
export interface Made {
  readonly stack: string;
  /** Group behind the target group, judged by it (health checks of the type ELB). */
  readonly modern: string;
  /** Group behind the classic balancer, judged by EC2 alone. */
  readonly classic: string;
  readonly targetGroup: string;
  readonly balancer: string;
}

/** A story: what it is about, and what it does. It leaves sizes, processes and protection to the next reset. */
export interface Story extends StoryHead {
  readonly play: (stage: Stage) => Promise<void>;
}

/** A story cannot be told here; its message says why. */
export class NotShown extends Error {
  override readonly name = 'NotShown';
}

/** Nothing more is to be done but to clean up: the deadline is over, or a person interrupted. */
export class Over extends Error {
  override readonly name = 'Over';
}

const LOOK_MS: Milliseconds = 5_000;

/** What a story has to work with. */
export class Stage {
  readonly comparisons: Comparison[] = [];
  readonly measured: Record<string, Milliseconds> = {};

  constructor(
    readonly aws: Aws,
    readonly clock: Clock,
    readonly made: Made,
    /** @throws Over */
    private readonly goOn: () => void,
  ) {}

  /** Notes a comparison by texts. */
  compare(what: string, expected: unknown, said: unknown): void {
    const [wanted, got] = [textOf(expected), textOf(said)];
    this.comparisons.push({ what, expected: wanted, said: got, agrees: wanted === got });
  }

  /** Notes a comparison by a pattern. */
  matches(what: string, expected: RegExp, said: string): void {
    this.comparisons.push({ what, expected: `text like ${expected.source}`, said, agrees: expected.test(said) });
  }

  /** Whether AWS refuses the call with this code and in such words. What passes is a difference. */
  async refused(what: string, call: () => Promise<object>, expected: { code: string; says?: RegExp }): Promise<void> {
    const { code, says = /./ } = expected;
    const wanted = `refused with ${code}${says.source === '.' ? '' : `, text like ${says.source}`}`;
    try {
      await call();
      this.comparisons.push({ what, expected: wanted, said: 'taken', agrees: false });
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      const said = `refused with ${error.code}: ${error.message}`;
      this.comparisons.push({ what, expected: wanted, said, agrees: error.code === code && says.test(error.message) });
    }
  }

  /**
   * Looks until there is an answer. When none comes in time, that is a difference, and the story ends there.
   * @returns the answer, and what it took
   */
  async until<T>(
    what: string,
    { withinMs, everyMs = LOOK_MS }: { readonly withinMs: Milliseconds; readonly everyMs?: Milliseconds },
    look: () => Promise<T | undefined>,
  ): Promise<{ readonly found: T; readonly afterMs: Milliseconds }> {
    const begun = this.clock.now();
    for (;;) {
      const found = await look();
      const afterMs = this.clock.now() - begun;
      if (found !== undefined) return { found, afterMs };
      if (afterMs >= withinMs) {
        this.comparisons.push({ what, expected: `within ${withinMs / 1000} s`, said: 'not within it', agrees: false });
        throw new TooLate(what);
      }
      await this.pause(everyMs);
    }
  }

  /** Waits, unless the run is over. @throws Over */
  async pause(ms: Milliseconds): Promise<void> {
    this.goOn();
    await this.clock.sleep(ms);
    this.goOn();
  }

  async group(name: string): Promise<AutoScalingGroup> {
    const { AutoScalingGroups: [group] = [] } = await this.aws.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [name],
    });
    if (group === undefined) throw new NotShown(`Group ${name} is not there any more.`);
    return group;
  }

  async instances(name: string): Promise<readonly Instance[]> {
    return (await this.group(name)).Instances ?? [];
  }

  /** An instance of the group in service; one that was launched first is as good as any. */
  async anInstance(name: string): Promise<string> {
    const found = (await this.instances(name)).find(({ LifecycleState: state }) => state === 'InService')?.InstanceId;
    if (found === undefined) throw new NotShown(`Group ${name} has no instance in service.`);
    return found;
  }

  /** Waits until the group shows this desired capacity; reads may lag. */
  async desired(name: string, expected: number, what: string): Promise<void> {
    const shows = async (): Promise<number> => (await this.group(name)).DesiredCapacity ?? -1;
    const until = this.clock.now() + READ_LAG_MS;
    while ((await shows()) !== expected && this.clock.now() < until) await this.pause(LOOK_MS);
    this.compare(what, expected, await shows());
  }

  /** Waits until so many instances are in service, and no others are there. */
  settled(name: string, size: number, withinMs: Milliseconds = SETTLE_MS): Promise<{ readonly afterMs: Milliseconds }> {
    return this.until(`group ${name} has ${size} instances, all in service`, { withinMs }, async () => {
      const all = await this.instances(name);
      const serve = all.filter((one) => one.LifecycleState === 'InService' && one.HealthStatus === 'Healthy');
      return all.length === size && serve.length === size ? true : undefined;
    });
  }

  /** Waits until the instance is in this state; undefined stands for being gone. */
  reaches(name: string, id: string, state: string, withinMs: Milliseconds = SETTLE_MS): Promise<unknown> {
    return this.until(`an instance of group ${name} becomes ${state}`, { withinMs }, async () => {
      const found = (await this.instances(name)).find(({ InstanceId: other }) => other === id);
      return (found?.LifecycleState ?? 'gone') === state ? true : undefined;
    });
  }
}

/** A wait of a story was over; its comparison says so already. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** Launching, draining and ending may take so long. */
const SETTLE_MS: Milliseconds = 10 * 60_000;
/** The longest that reads of sizes are taken to lag (`SIZE_LAG_MS` in src/decide/read-lag.ts). */
export const READ_LAG_MS: Milliseconds = 30_000;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
