import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planOf } from '../../../src/app/stack/change-guards.js';
import { keepingSizes, sizeKeeper } from '../../../src/app/stack/size-keeper.js';
import { againWith, outcomeOf, swap, type UpdateGroupsAsked } from '../../../src/app/groups/update-asgs.js';
import { groupsOnInterrupt } from '../../../src/run/signals/interrupt.js';
import { createGateway } from '../../../src/aws/gateway.js';
import type { Instant } from '../../../src/clock.js';
import { readWanted, type GroupFlags } from '../../../src/config/rollout-plan.js';
import { changeStack, stackGroups } from '../../../src/engine/stack/change-stack.js';
import { retrying } from '../../../src/engine/retrying-gateway.js';
import { STACK_TIMING } from '../../../src/engine/stack/stack-change.js';
import { EXIT_OF } from '../../../src/errors.js';
import type { Stamped } from '../../../src/model/event.js';
import { createStream } from '../../../src/render/stream.js';
import { tellFacts, toFailure } from '../../../src/run/failure.js';
import type { Run, RunResult } from '../../../src/run/run.js';
import { followRun } from '../../../src/run/run-state.js';
import { createSecrets } from '../../../src/run/secrets.js';
import { withDiagnosis } from '../../../src/run/with-diagnosis.js';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../../src/sandbox/scenario.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { loadTemplate } from '../../../src/template/load.js';
import { ROOT } from '../../support/root.js';
import { call, standardGroup } from '../../support/sandbox.js';

/*
 * Runs as they happen: the real engine and the real SDK on the sandbox's clock, told to nobody but the recorder.
 */

/** A process that was killed. */
class Killed extends Error {}

const GOOD = 'ami-0123456789abcdef1';
const BAD = 'ami-0bad0bad0bad0bad0';
const SLOW = 'ami-05105105105105105';
const IMAGES: Scenario['images'] = {
  [BAD]: {
    behaviour: 'unhealthy',
    prints: 'app.service: Main process exited, code=exited, status=1/FAILURE',
  },
  [SLOW]: { behaviour: 'healthy', boot: [150, 260] },
};

interface Story {
  readonly command: string;
  readonly stack?: string;
  readonly groups?: readonly string[];
  readonly id?: string;
  /** Simulated milliseconds from its beginning after which its process is killed. */
  readonly killedAfterMs?: number;
  /** The same, after which somebody presses Ctrl-C. */
  readonly interruptedAfterMs?: number;
  /** Those of the groups, and numbers as they are typed. */
  readonly flags?: GroupFlags & Readonly<Record<string, string>>;
  readonly tell: (run: Run, asked: UpdateGroupsAsked) => Promise<RunResult>;
}

/** Tells one run to the end, as `withRun` does for a command. */
async function record(sandbox: Sandbox, story: Story): Promise<readonly Stamped[]> {
  const { clock } = sandbox;
  const { region, credentials, requestHandler } = sandbox.clientConfig();
  const told: Stamped[] = [];
  const { state, see } = followRun();
  const id = story.id ?? '20261121-030000-x7k2m';
  const emit = createStream({ clock, run: id, sinks: [see, (stamped) => told.push(stamped)] });
  const began = clock.now();
  const { stack, groups = [], command, killedAfterMs = Infinity, interruptedAfterMs = Infinity } = story;
  const interrupt: { received: string | undefined; readonly wake: AbortSignal } = {
    received: undefined,
    wake: new AbortController().signal,
  };
  // Keeping sizes looks at the groups while the stack is followed, and two that sleep at once tell each other's time.
  const asked = { stack, asgs: groups, region, sizes: 'template', ...story.flags } as UpdateGroupsAsked;
  const run: Run = {
    id,
    host: 'ci-7',
    pid: 4711,
    lockGroups: () => Promise.resolve(),
    goOnWith: () => undefined,
    state,
    mayLeave: () => Promise.resolve(),
    hidden: createSecrets({}, undefined),
    region,
    place: { region },
    identity: { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/deploy', region },
    deps: {
      gateway: createGateway({
        region,
        credentials: () => Promise.resolve(credentials),
        requestHandler,
        straight: sandbox.straight,
      }),
      clock: {
        now: () => clock.now(),
        sleep: async (ms, signal) => {
          await clock.sleep(ms, signal);
          if (clock.now() - began > killedAfterMs) throw new Killed();
          if (interrupt.received !== undefined || clock.now() - began <= interruptedAfterMs) return;
          interrupt.received = 'SIGINT';
          emit({ type: 'interrupt', signal: 'SIGINT', effect: groupsOnInterrupt(state()) });
        },
      },
      emit,
      holderIsGone: () => true,
      interrupt,
    },
  };
  emit({
    type: 'run.started',
    run: id,
    command,
    version: '0.1.0',
    identity: run.identity,
    ...(stack !== undefined && { stack }),
    groups,
    parameters: {},
  });
  const ended = (): number => clock.now() - began;
  try {
    const { outcome, results } = await withDiagnosis(story.tell)(run, asked);
    emit({ type: 'run.finished', outcome, exitCode: EXIT_OF[outcome], results, elapsedMs: ended() });
  } catch (error) {
    if (error instanceof Killed) return told;
    const again = againWith(asked)({ region });
    const { outcome, facts, exitCode } = toFailure(error, { command, stack, groups, region, witness: state(), again });
    const results = [...state().results.values()];
    emit({ type: 'run.finished', outcome, exitCode, results, failure: tellFacts(facts), elapsedMs: ended() });
  }
  return told;
}

const sample = (): Promise<string> => readFile(join(ROOT, 'templates', 'web-stack.yaml'), 'utf8');

/** A sandbox with the sample stack in it, complete. */
async function sampleStack(scenario: Partial<Scenario> = {}): Promise<Sandbox> {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, images: IMAGES, ...scenario });
  const parameters = {
    VpcId: DEFAULT_VPC,
    Subnets: DEFAULT_SUBNETS.slice(0, 2).join(','),
    [IMAGE_KEY]: 'ami-0123456789abcdef0',
    DbPassword: 'only-an-example',
  };
  call(sandbox.world, 'cloudformation', 'CreateStack', {
    StackName: 'web',
    TemplateBody: await sample(),
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
  });
  sandbox.clock.advance(600_000);
  return sandbox;
}

/** The sample's parameter for its image. */
const IMAGE_KEY = 'ImageId';

/** `update-stack web ImageId=IMAGE`, from the change set to the last group. */
function updateStack(image: string, more: Partial<Story> = {}): Story {
  return {
    command: 'update-stack',
    stack: 'web',
    ...more,
    tell: async (run, asked) => {
      const wanted = readWanted(asked);
      const none = (): Promise<string> => Promise.reject(new Error('not expected'));
      const stackTemplate = (stack: string): Promise<string> => retrying(run.deps).stackTemplate(stack);
      const io = { readFile: none, fetchText: none, readObject: none, stackTemplate };
      const order = {
        stack: 'web',
        template: await loadTemplate(undefined, 'web', io),
        given: [{ key: IMAGE_KEY, value: image }],
        token: `ha-updater-${run.id}`,
        timing: STACK_TIMING,
        onInterrupt: 'cancel' as const,
      };
      const done = await keepingSizes(sizeKeeper(run, wanted, asked), (sizes) =>
        changeStack(run.deps, order, async (open) => {
          run.deps.emit({ type: 'change.planned', plan: await planOf(run, wanted, 'web', open), begins: true });
          await sizes?.begin(open);
          return 'execute';
        }),
      );
      const groups = await stackGroups(run.deps, done.stackId);
      const results = await swap(run, { wanted, asked }, { groups, leftOut: [] }, { changed: true });
      return { outcome: outcomeOf(results) === 'swapped' ? 'updated' : outcomeOf(results), results };
    },
  };
}

/** `update-asgs --asg …`. */
function updateGroups(groups: readonly string[], more: Partial<Story> = {}): Story {
  return {
    command: 'update-asgs',
    groups,
    ...more,
    tell: async (run, asked) => {
      const results = await swap(run, { wanted: readWanted(asked), asked }, { groups, leftOut: [] }, {});
      return { outcome: outcomeOf(results), results };
    },
  };
}

/** Many groups of two instances each; what `imageOf` says is what they launch next. */
function manyGroups(many: number, imageOf: (index: number) => string): { sandbox: Sandbox; names: readonly string[] } {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, images: IMAGES });
  const names = Array.from({ length: many }, (_, index) => `shop-worker-${index + 1}`);
  const made = names.map((name) =>
    standardGroup(sandbox.world, { name, size: 2, max: 4, balancers: ['target-group'], settle: false }),
  );
  sandbox.clock.advance(600_000);
  made.forEach((group, index) => group.changeImage(imageOf(index)));
  return { sandbox, names };
}

/** Each run by its name, recorded when it is asked for. */
const STORIES = {
  promoted: async () => record(await sampleStack(), updateStack(GOOD)),
  'rolled-back': async () => record(await sampleStack(), updateStack(BAD, { flags: { 'healthy-timeout': '180' } })),
  adopted: async () => {
    const sandbox = await sampleStack();
    await record(sandbox, updateStack(GOOD, { id: '20261121-030000-dead1', killedAfterMs: 90_000 }));
    sandbox.clock.advance(60_000);
    return record(sandbox, updateStack(GOOD));
  },
  'stack-failed': async () => {
    const reason = 'Resource handler returned message: "Invalid security group" (HandlerErrorCode: InvalidRequest)';
    const faults = [{ kind: 'stackFails', logicalId: 'Group', reason, after: 1 } as const];
    return record(await sampleStack({ faults }), updateStack(GOOD));
  },
  rolling: async () => record(await sampleStack(), updateStack(GOOD, { flags: { strategy: 'rolling' } })),
  interrupted: async () => {
    const faults = [
      { kind: 'throttle', calls: '*:Describe*', rate: 0.1 },
      {
        kind: 'refuse',
        calls: 'autoscaling:UpdateAutoScalingGroup',
        code: 'ResourceContention',
        message: 'Busy.',
        times: 1,
      },
    ] as const;
    const sandbox = createSandbox({ ...DEFAULT_SCENARIO, images: IMAGES, faults });
    const [web] = ['web', 'current'].map((name) =>
      standardGroup(sandbox.world, { name, size: 2, max: 4, balancers: ['target-group'], settle: false }),
    );
    sandbox.clock.advance(600_000);
    web?.changeImage(SLOW);
    return record(sandbox, updateGroups(['web', 'current'], { interruptedAfterMs: 60_000 }));
  },
  'forty-groups': async () => {
    const { sandbox, names } = manyGroups(40, (index) => (index % 9 === 4 ? SLOW : GOOD));
    return record(sandbox, updateGroups(names, { flags: { poll: '15' } }));
  },
  'twenty-rolled-back': async () => {
    const { sandbox, names } = manyGroups(20, () => BAD);
    return record(sandbox, updateGroups(names, { flags: { 'healthy-timeout': '180', poll: '15' } }));
  },
} as const satisfies Readonly<Record<string, () => Promise<readonly Stamped[]>>>;

/** Of lines that are alike for forty groups: those of a quick one, of a slow one, of the last, and those of none. */
export function ofSome(line: string): boolean {
  return [...line.matchAll(/\bshop-worker-(\d+)/g)].every(([, number = '']) => ['1', '5', '40'].includes(number));
}

export type StoryName = keyof typeof STORIES;

const recorded = new Map<StoryName, Promise<readonly Stamped[]>>();

/** The events of a run. Recorded once for all tests of a process. */
export function recording(name: StoryName): Promise<readonly Stamped[]> {
  const known = recorded.get(name) ?? STORIES[name]();
  recorded.set(name, known);
  return known;
}

/** When the run began. */
export function beginOf(events: readonly Stamped[]): Instant {
  return events[0]?.at ?? 0;
}
