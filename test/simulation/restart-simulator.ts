import type { Hooks } from '../../src/engine/commands/shell-runner.js';
import type { Gates, RestartPlan } from '../../src/model/rollout/rollout-plan.js';
import type { SandboxClock } from '../../src/sandbox/clock.js';
import { seededRandom, type Random } from '../../src/sandbox/random.js';
import type { CommandBehaviour, Fault, Scenario } from '../../src/sandbox/scenario.js';
import { toldFacts } from '../support/told.js';
import { PLAN } from '../support/groups.js';
import { scriptedHooks } from '../support/scripted-hooks.js';
import { standAlone } from '../support/alone.js';
import type { standardGroup } from '../support/sandbox.js';
import { createStage, stateOf, type Ending, type Mishap, type StageOptions } from '../support/stage.js';

/** Simulated seconds in which one group or balancer is made, and to the end of all faults. */
const SETTLED = 300;
const FAULTS_LAST = 1_500;
/** Runs after which the story must have ended; faults are over by the last ones. */
const MOST_RUNS = 7;

type GroupOptions = NonNullable<Parameters<typeof standardGroup>[1]>;

/** Everything that one seed draws for restarts in place. */
export interface RestartStory {
  readonly seed: number;
  readonly scenario: Partial<Scenario>;
  readonly groups: readonly GroupOptions[];
  /** Instances without a group, instead of groups. */
  readonly alone?: {
    readonly kind: 'classic' | 'target-group';
    readonly size: number;
    readonly ports: readonly number[];
    readonly drain: number;
  };
  readonly restart: RestartPlan;
  /** Tries of the check command that fail per instance, and every how many instances it never succeeds; absent without a check. */
  readonly check?: { readonly fails: number; readonly never?: number };
  readonly mishaps: readonly Mishap[];
  /** Run by number: what is called instead of the same again. */
  readonly recovers: Readonly<Record<number, 'resume' | 'rollback'>>;
  /** Run by number: another run on another host begins so many milliseconds later. */
  readonly rivals: Readonly<Record<number, number>>;
}

/** How a story went. */
export interface RestartTold {
  readonly story: RestartStory;
  readonly outcomes: readonly string[];
  /** What was broken, as sentences; empty when all is well. */
  readonly wrong: readonly string[];
  readonly journal: string;
  readonly simulatedSeconds: number;
}

/** Draws the world, the wish and the mishaps of a seed. */
export function drawRestart(seed: number): RestartStory {
  const random = seededRandom(seed).fork('restart');
  const isAlone = random.chance(0.25);
  const groups = isAlone
    ? []
    : Array.from({ length: random.chance(0.7) ? 1 : 2 }, (_, index) =>
        drawGroup(random.fork(`group ${index}`), `g${index + 1}`),
      );
  const faults = drawFaults(random.fork('faults'), groups, Math.max(1, groups.length) * SETTLED);
  // Notes that somebody took away live in the memory of the run alone: killing it too leaves nothing to go by.
  const immortal = faults.some((fault) => fault.kind === 'meddle' && fault.does === 'removeTags');
  return {
    seed,
    scenario: { seed, faults, commands: drawCommands(random.fork('commands')) },
    groups,
    ...(isAlone
      ? {
          alone: {
            kind: random.pick(['classic', 'target-group'] as const),
            size: random.int(2, 6),
            ports: random.pick([[80], [80, 8080], [8080]]),
            drain: random.pick([0, 5, 60]),
          },
        }
      : {}),
    restart: {
      quorum: random.pick([0.1, 0.5, 0.5, 0.66, 0.66, 0.9, 1, 2, 3]),
      attempts: random.pick([3, 10, 60]),
      onError: random.pick(['stop', 'reregister', 'continue'] as const),
      commandMs: random.pick([20_000, 60_000]),
    },
    ...drawCheck(random.fork('check')),
    mishaps: immortal
      ? []
      : Array.from({ length: random.int(0, 3) }, (_, index) => drawMishap(random.fork(`mishap ${index}`))),
    recovers: random.chance(0.4) ? { 1: random.pick(['resume', 'rollback'] as const) } : {},
    rivals: immortal || random.chance(0.8) ? {} : { [random.int(0, 1)]: random.pick([0, 1_000, 30_000, 100_000]) },
  };
}

function drawCheck(random: Random): Pick<RestartStory, 'check'> {
  if (random.chance(0.6)) return {};
  return { check: { fails: random.int(0, 3), ...(random.chance(0.3) ? { never: random.int(1, 4) } : {}) } };
}

function drawGroup(random: Random, name: string): GroupOptions {
  const size = random.chance(0.85) ? random.int(2, 5) : random.int(9, 16);
  return {
    name,
    size,
    min: random.int(0, size),
    max: size + random.int(0, 2),
    balancers: random.pick([
      ['classic'],
      ['target-group'],
      ['classic', 'target-group'],
      ['classic', 'target-group'],
      [],
    ] as const),
    healthCheckType: random.pick(['EC2', 'ELB'] as const),
    drain: random.pick([0, 5, 30, 120]),
  };
}

function drawCommands(random: Random): readonly CommandBehaviour[] {
  const commands: CommandBehaviour[] = [];
  if (random.chance(0.3))
    commands.push({
      match: 'restart',
      exit: 3,
      output: 'it did not work',
      rate: random.between(0.05, 0.6),
      leaves: random.pick(['healthy', 'broken'] as const),
    });
  if (random.chance(0.2)) commands.push({ match: 'restart', leaves: 'broken', rate: random.between(0.05, 0.4) });
  if (random.chance(0.2)) commands.push({ match: 'restart', seconds: [100, 400], rate: random.between(0.05, 0.4) });
  return commands;
}

const MEDDLES = ['resumeProcesses', 'terminate', 'detach', 'standby', 'protect', 'removeTags'] as const;

function drawFaults(random: Random, groups: readonly GroupOptions[], settled: number): readonly Fault[] {
  const window = { from: settled, until: settled + FAULTS_LAST };
  const faults: Fault[] = [];
  if (random.chance(0.3))
    faults.push({
      kind: 'throttle',
      calls: random.pick(['*', 'elb*:*', 'ssm:*', 'autoscaling:*']),
      rate: random.between(0.05, 0.5),
      ...window,
    });
  if (random.chance(0.3))
    faults.push({
      kind: 'serverError',
      calls: random.pick(['*', 'elb*:*', 'ssm:*']),
      rate: random.between(0.05, 0.3),
      ...window,
    });
  if (random.chance(0.3))
    faults.push({
      kind: 'lostReply',
      calls: random.pick(['*', 'elb*:*', 'ssm:*', 'autoscaling:*']),
      rate: random.between(0.05, 0.4),
      ...window,
    });
  if (random.chance(0.3))
    faults.push({
      kind: 'staleReads',
      service: random.pick(['autoscaling', 'ec2', 'elb', 'elbv2']),
      seconds: random.int(2, 30),
      ...window,
    });
  const group = groups.length === 0 ? undefined : random.pick(groups).name;
  if (group !== undefined && random.chance(0.2))
    faults.push({
      kind: 'killInstance',
      group,
      at: settled + random.int(5, 300),
      which: random.pick(['oldest', 'newest'] as const),
    });
  if (group !== undefined && random.chance(0.2))
    faults.push({
      kind: 'meddle',
      group,
      at: settled + random.int(5, 300),
      does: random.pick(MEDDLES),
      instance: random.pick(['oldest', 'newest'] as const),
    });
  return faults;
}

function drawMishap(random: Random): Mishap {
  return {
    ...(random.chance(0.6)
      ? { killAt: { change: random.int(1, 25), when: random.pick(['before', 'after'] as const) } }
      : {}),
    ...(random.chance(0.25) ? { interruptAfterMs: random.int(1, 400) * 1000 } : {}),
    otherHost: random.chance(0.2),
  };
}

/** Restarts through the story of a seed, again and again, until it ends and nothing is left out. */
export async function simulateRestart(story: RestartStory, options: StageOptions = {}): Promise<RestartTold> {
  const stage = createStage(story.scenario, story.groups, options);
  const { clock, world } = stage.sandbox;
  const alone = story.alone === undefined ? undefined : standAlone(world, story.alone);
  const target = alone === undefined ? {} : { groups: [alone.name] };
  const began = clock.now();
  const lines: string[] = [];
  const outcomes: string[] = [];
  const timing = { ...PLAN.timing, progressMs: 300_000 };
  let ending: Ending | undefined;
  for (let run = 0; run < MOST_RUNS; run++) {
    if (run === MOST_RUNS - 2) clock.advanceTo(Math.max(clock.now(), began + (FAULTS_LAST + 900) * 1000));
    // A failure that leaves somebody out is the end of a restart; then they are put back.
    const recover =
      story.recovers[run] ??
      (run === MOST_RUNS - 1 || ending?.failure?.facts.code === 'restart.stuck' ? 'resume' : undefined);
    const { check } = story;
    const gates = check === undefined || recover !== undefined ? {} : { gates: CHECKED };
    const hooks = check === undefined ? {} : { hooks: checks(clock, check) };
    const plan = {
      ...target,
      ...gates,
      timing,
      strategy: 'restart' as const,
      ...(recover === undefined ? { restart: story.restart } : { adoptOnly: true, undo: recover === 'rollback' }),
    };
    const rival = story.rivals[run];
    const endings =
      rival === undefined
        ? [await stage.run(plan, { ...story.mishaps[run], ...hooks })]
        : await stage.race([
            { afterMs: 0, differs: plan, mishap: { ...story.mishaps[run], ...hooks } },
            { afterMs: rival, differs: plan, mishap: hooks },
          ]);
    // Of two, whoever left something behind decides what comes next.
    ending =
      endings.find(({ outcome }) => outcome === 'stopped') ??
      endings.find(({ outcome }) => outcome === 'killed') ??
      endings.find(isGood) ??
      endings[0]!;
    outcomes.push(...endings.map(({ outcome }) => outcome));
    for (const one of endings)
      lines.push(
        ...one.events.map((event) => JSON.stringify(event)),
        JSON.stringify({ outcome: one.outcome, failure: toldFacts(one.failure), state: stateOf(stage) }),
      );
    if (isGood(ending) && recover === undefined) break;
    if (run === MOST_RUNS - 1) break;
    clock.advance(20_000);
  }
  const wrong = stage
    .violations()
    .map((violation) => `${(violation.at - began) / 1000} s, ${violation.group}: ${violation.rule}: ${violation.text}`);
  if (ending === undefined || !(isGood(ending) || ending.outcome === 'refused'))
    wrong.push(`not finished after ${MOST_RUNS} runs: ${ending?.failure?.facts.what ?? ending?.outcome ?? ''}`);
  wrong.push(...leftBehind(stage, alone?.name));
  return { story, outcomes, wrong, journal: lines.join('\n'), simulatedSeconds: (clock.now() - began) / 1000 };
}

const CHECKED: Gates = { words: [], hooks: { check: 'check', checkTimeoutMs: 5_000, commandTimeoutMs: 60_000 } };

/** Check commands that fail as drawn; one of them takes a while. */
function checks(clock: SandboxClock, { fails, never }: NonNullable<RestartStory['check']>): Hooks {
  const known: string[] = [];
  return scriptedHooks(clock, ({ subject }, nth) => {
    if (!known.includes(subject.instance)) known.push(subject.instance);
    const bad = never !== undefined && known.indexOf(subject.instance) % never === never - 1;
    return { code: bad || nth <= fails ? 1 : 0, takesMs: 2_000 };
  }).hooks;
}

/** Ends after which nothing of ours may be left. */
function isGood({ outcome }: Ending): boolean {
  return outcome === 'restarted' || outcome === 'restartFailed';
}

/** Notes of ours that are still there when all is over. */
function leftBehind(stage: ReturnType<typeof createStage>, alone: string | undefined): readonly string[] {
  const left = stateOf(stage).flatMap((group) =>
    (group as { tags: string[] }).tags.filter((tag) => tag.startsWith('ha-updater:')),
  );
  return left.length === 0 && alone === undefined ? [] : left.map((tag) => `${tag} is left`);
}
