import type { Gates, RollingChoice } from '../../src/model/rollout/rollout-plan.js';
import { seededRandom, type Random } from '../../src/sandbox/random.js';
import { MEDDLINGS, type Fault, type ImageBehaviour, type Scenario } from '../../src/sandbox/scenario.js';
import { autoScalingState } from '../../src/sandbox/world/autoscaling/state.js';
import type { World } from '../../src/sandbox/world/world.js';
import { toldFacts } from '../support/told.js';
import { idsOf } from '../support/ask.js';
import { putUnderStack, STACK } from '../support/stack-of-groups.js';
import { scriptedHooks } from '../support/scripted-hooks.js';
import { drawMore } from './more.js';
import { registerByHand } from './worlds/register-by-hand.js';
import { imageOf, NEXT_IMAGE, playUpdate } from './draws/before-swap.js';
import { playSettings } from './draws/play-settings.js';
import { launchesNothing, type Setting } from './draws/settings.js';
import { createStage, stateOf, type Ending, type Mishap, type StageOptions } from '../support/stage.js';
import type { standardGroup } from '../support/sandbox.js';

/** Simulated seconds from the world's start to the first run, and to the end of all faults. */
export const SETTLED = 300;
const FAULTS_END = SETTLED + 1_500;
/** Runs after which the story must have ended, faults being over by the last ones. */
const MOST_RUNS = 6;

type GroupOptions = NonNullable<Parameters<typeof standardGroup>[1]>;

/** Everything that one seed draws. */
export interface Story {
  readonly seed: number;
  readonly scenario: Partial<Scenario>;
  readonly groups: readonly GroupOptions[];
  /** New image of each group. */
  readonly images: readonly string[];
  readonly together: boolean;
  /** A rolling rollout with these limits; absent: a swap. */
  readonly rolling?: RollingChoice;
  /** One per run; runs beyond them are undisturbed. */
  readonly mishaps: readonly Mishap[];
  /** Run by number: another run on another host begins so many milliseconds later. */
  readonly rivals: Readonly<Record<number, number>>;
  /** Run by number: it stands still after its n-th read, as a machine asleep, for so many milliseconds. */
  readonly sleeps?: Readonly<Record<number, { readonly read: number; readonly ms: number }>>;
  /** Run by number: what is called instead of the same again. */
  readonly recovers: Readonly<Record<number, 'resume' | 'rollback'>>;
  /** Seconds after the groups and their stack are made at which somebody starts to update that stack; absent: they have none. */
  readonly stackUpdates?: readonly number[];
  /** The whole account launches replacements first. */
  readonly launchesFirst?: true;
  /** The owner protects so many of the oldest of each group, and they are left as they are: `--protected ignore`. */
  readonly leaves?: number;
  /** What their owners and others set on the groups, by name. */
  readonly settings?: Readonly<Record<string, readonly Setting[]>>;
  /** What is called where an update command refuses because an old half is kept. */
  readonly ends?: 'resume' | 'rollback' | 'finish';
  /** The rollout gives the groups this image itself: `--image`. */
  readonly gives?: string;
  /** The stage at which the first run's gate command does not say yes, and what it says. */
  readonly gateFails?: { readonly stage: string; readonly code: number };
  /** From when until when the check says no, in milliseconds of the world's life. */
  readonly checkFails?: { readonly from: number; readonly until: number };
  /** What the rollout has to pass besides health; its commands run on the world's clock, and a check fails at first. */
  readonly gates?: Gates;
}

/** How a story went. */
export interface Told {
  readonly story: Story;
  readonly outcomes: readonly string[];
  /** What was broken, as sentences; empty when all is well. */
  readonly wrong: readonly string[];
  /** Every event and state, for replaying: the same seed gives the same text. */
  readonly journal: string;
  readonly simulatedSeconds: number;
}

/** How instances are replaced: as the seed draws it, or always in one way. */
export type Strategy = 'mixed' | 'swap' | 'rolling' | 'serial';

/** Draws the world and the mishaps of a seed. */
export function draw(seed: number, strategy: Strategy = 'mixed'): Story {
  return drawMore(drawBasic(seed, strategy));
}

function drawBasic(seed: number, strategy: Strategy): Story {
  const random = seededRandom(seed).fork('story');
  const drawn = random.chance(0.6) ? 1 : random.int(2, 3);
  const count = strategy === 'serial' ? Math.max(2, drawn) : drawn;
  const groups = Array.from({ length: count }, (_, index) => drawGroup(random.fork(`group ${index}`), `g${index + 1}`));
  const same = random.chance(0.5) ? drawImage(random) : undefined;
  const choice = drawRolling(seededRandom(seed).fork('strategy'), strategy);
  const staggered = choice !== undefined && random.fork('stagger').chance(0.5);
  return {
    seed,
    scenario: {
      seed,
      images: IMAGES,
      faults: drawFaults(random.fork('faults'), groups).map((fault) =>
        shifted(fault, staggered ? staggering(groups) : 0),
      ),
    },
    groups: staggered ? groups.map((group) => ({ ...group, stagger: STAGGER })) : groups,
    images: groups.map(() => same ?? drawImage(random)),
    together: random.chance(0.8) || choice?.serial === true,
    ...(choice === undefined ? {} : { rolling: choice }),
    mishaps: Array.from({ length: random.int(0, 3) }, (_, index) => drawMishap(random.fork(`mishap ${index}`))),
    rivals: {},
    recovers: {},
  };
}

/**
 * The same, but first it draws which kinds of trouble there are at all: worlds with few kinds go deeper
 * into each than worlds with a little of everything. Adds other people, rivals and the commands that recover.
 */
export function drawSwarm(seed: number, strategy: Strategy = 'mixed'): Story {
  const story = draw(seed, strategy);
  const random = seededRandom(seed).fork('swarm');
  const on = (): boolean => random.chance(0.5);
  const off = new Set<Fault['kind']>(
    (['throttle', 'serverError', 'lostReply', 'staleReads', 'noCapacity', 'killInstance', 'resize'] as const).filter(
      (): boolean => !on(),
    ),
  );
  const others = on() ? Array.from({ length: random.int(1, 3) }, () => drawMeddling(random, story.groups)) : [];
  // Notes that somebody took away live in the memory of the run alone: killing it too leaves nothing to go by.
  const immortal = others.some((fault) => fault.kind === 'meddle' && fault.does === 'removeTags');
  const mishaps = immortal || !on() ? [] : story.mishaps;
  // Making each group takes the world that long; what happens is meant for the time of the runs.
  const settling = (story.groups.length - 1) * SETTLED;
  const later = (fault: Fault): Fault => shifted(fault, settling);
  const staggered = story.groups.some((group) => group.stagger !== undefined) ? staggering(story.groups) : 0;
  return {
    ...story,
    ...(immortal && story.gates !== undefined ? { gates: { ...story.gates, pauseAt: [] } } : {}),
    scenario: {
      ...story.scenario,
      faults: [
        ...(story.scenario.faults ?? []).filter(({ kind }) => !off.has(kind)),
        ...others.map((fault) => shifted(fault, staggered)),
      ].map(later),
    },
    groups: story.groups.map((group) => (random.chance(0.15) ? withHook(group, random) : group)),
    mishaps,
    rivals: immortal || !on() ? {} : { [random.int(0, 1)]: random.pick([0, 100, 1_000, 5_000, 30_000, 200_000]) },
    recovers: on() ? { 1: random.pick(['resume', 'rollback'] as const) } : {},
  };
}

/** Limits of a rolling rollout; undefined for a swap. */
function drawRolling(random: Random, strategy: Strategy): RollingChoice | undefined {
  const rolls = random.chance(0.5);
  if (strategy === 'swap' || (strategy === 'mixed' && !rolls)) return undefined;
  if (random.chance(0.2) || strategy === 'serial') return { ...random.pick([ONE_MORE, ONE_LESS]), serial: true };
  return {
    ...random.pick([
      ONE_MORE,
      ONE_MORE,
      ONE_LESS,
      { surge: { count: 2 }, unavailable: { count: 0 } },
      { surge: { count: 1 }, unavailable: { count: 1 } },
      { surge: { percent: 50 }, unavailable: { percent: 25 } },
      { surge: { percent: 100 }, unavailable: { count: 0 } },
    ]),
    serial: false,
  };
}

const ONE_MORE = { surge: { count: 1 }, unavailable: { count: 0 } };
const ONE_LESS = { surge: { count: 0 }, unavailable: { count: 1 } };

/** What was drawn later has a random stream of its own, so that a seed keeps its meaning. */
const LATER_MEDDLINGS: ReadonlySet<string> = new Set([
  'deleteGroup',
  'interruptSpot',
  'endLifetime',
  'exitStandby',
  'standbyDecrementing',
  'terminateDecrementing',
  'detachDecrementing',
]);
const EARLY_MEDDLINGS = MEDDLINGS.filter((one) => !LATER_MEDDLINGS.has(one));

function drawMeddling(random: Random, groups: readonly GroupOptions[]): Fault {
  const does = random.chance(0.05) ? 'deleteGroup' : random.pick(EARLY_MEDDLINGS);
  return {
    kind: 'meddle',
    group: random.pick(groups).name ?? '',
    at: SETTLED + random.int(5, 500),
    does,
    instance: random.pick(['oldest', 'newest'] as const),
    image: random.pick(['ami-good', 'ami-good', 'ami-sick']),
  };
}

/** Protects the oldest of a group from scale-in, and leaves at least one that is not. */
function protectOldest(world: World, group: string, most: number): void {
  const ids = idsOf(world, group);
  const InstanceIds = ids.slice(0, Math.min(most, ids.length - 1));
  if (InstanceIds.length === 0) return;
  const what = { AutoScalingGroupName: group, InstanceIds, ProtectedFromScaleIn: true };
  world.invoke('autoscaling', 'SetInstanceProtection', what, 'others');
}

/** Seconds between the launches of instances of different age, and how long that takes for all groups. */
const STAGGER = 70;

export function staggering(groups: readonly GroupOptions[]): number {
  return groups.reduce((sum, { size = 3, min = size }) => sum + (size - Math.max(1, min)) * STAGGER, 0);
}

export function shifted(fault: Fault, by: number): Fault {
  const { from, until } = fault;
  const moved = {
    ...fault,
    ...(from === undefined ? {} : { from: from + by }),
    ...(until === undefined ? {} : { until: until + by }),
  };
  return 'at' in moved ? { ...moved, at: moved.at + by } : moved;
}

const withHook = (group: GroupOptions, random: Random): GroupOptions => ({
  ...group,
  settings: { ...group.settings, ...hangingHook(random) },
});

/** A hook whose instances wait for somebody who never comes, until it times out. */
function hangingHook(random: Random): object {
  const LifecycleTransition = random.pick([
    'autoscaling:EC2_INSTANCE_LAUNCHING',
    'autoscaling:EC2_INSTANCE_TERMINATING',
  ]);
  return {
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: 'wait',
        LifecycleTransition,
        HeartbeatTimeout: random.pick([30, 120]),
        DefaultResult: 'CONTINUE',
      },
    ],
  };
}

const IMAGES: Readonly<Record<string, ImageBehaviour>> = {
  'ami-good': { behaviour: 'healthy' },
  'ami-sick': { behaviour: 'unhealthy' },
  'ami-flaps': { behaviour: 'flaps', flapSeconds: 40 },
  'ami-dies': { behaviour: 'dies', diesAfter: 200 },
  'ami-gone': { behaviour: 'missing' },
};

function drawImage(random: Random): string {
  return random.chance(0.55) ? 'ami-good' : random.pick(Object.keys(IMAGES).slice(1));
}

function drawGroup(random: Random, name: string): GroupOptions {
  const size = random.chance(0.9) ? random.int(1, 4) : random.int(8, 14);
  return {
    name,
    size,
    min: random.int(0, size),
    max: size + random.int(0, size + 1),
    balancers: random.pick([
      ['classic'],
      ['target-group'],
      ['classic', 'target-group'],
      ['classic', 'target-group'],
      [],
    ] as const),
    configuration: random.pick(['lc', 'lt'] as const),
    healthCheckType: random.pick(['EC2', 'ELB'] as const),
    drain: random.pick([5, 30, 120]),
  };
}

function drawFaults(random: Random, groups: readonly GroupOptions[]): readonly Fault[] {
  const window = { from: SETTLED, until: FAULTS_END };
  const faults: Fault[] = [];
  if (random.chance(0.3))
    faults.push({
      kind: 'throttle',
      calls: random.pick(['*', 'autoscaling:*', '*:Describe*']),
      rate: random.between(0.05, 0.5),
      ...window,
    });
  if (random.chance(0.3))
    faults.push({
      kind: 'serverError',
      calls: random.pick(['*', 'autoscaling:*', 'elb*:*']),
      rate: random.between(0.05, 0.3),
      ...window,
    });
  if (random.chance(0.3))
    faults.push({
      kind: 'lostReply',
      calls: random.pick(['*', 'autoscaling:*']),
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
  if (random.chance(0.15)) faults.push({ kind: 'noCapacity', from: SETTLED, until: SETTLED + random.int(30, 900) });
  const group = random.pick(groups).name ?? '';
  if (random.chance(0.2))
    faults.push({
      kind: 'killInstance',
      group,
      at: SETTLED + random.int(5, 400),
      which: random.pick(['oldest', 'newest'] as const),
    });
  if (random.chance(0.1))
    faults.push({ kind: 'resize', group, at: SETTLED + random.int(5, 400), desired: random.int(1, 4) });
  return faults;
}

function drawMishap(random: Random): Mishap {
  return {
    ...(random.chance(0.6)
      ? { killAt: { change: random.int(1, 14), when: random.pick(['before', 'after'] as const) } }
      : {}),
    ...(random.chance(0.25) ? { interruptAfterMs: random.int(1, 400) * 1000 } : {}),
    otherHost: random.chance(0.2),
  };
}

/** What a rollout with stops in it may need: one more run for each. */
function mostRuns({ gates, groups, together }: Story): number {
  return MOST_RUNS + (gates?.pauseAt?.length ?? 0) * (together ? 1 : groups.length);
}

/** Runs the engine through the story of a seed: again and again until it ends well, or too often. */
export async function simulate(story: Story, options: StageOptions = {}): Promise<Told> {
  const stage = createStage(story.scenario, story.groups, options);
  const { clock, world } = stage.sandbox;
  if (story.stackUpdates !== undefined)
    putUnderStack(
      world,
      story.groups.map(({ name = '' }) => name),
      story.stackUpdates,
    );
  if (story.launchesFirst === true)
    world.invoke('autoscaling', 'PutAccountSetting', { Name: 'launchBeforeTerminate', Value: 'enabled' }, 'others');
  stage.groups.forEach((group, index) => {
    // Somebody may have deleted it before all was launched.
    const state = autoScalingState(world).groups.get(group.name);
    if (state === undefined || state.status !== undefined) return;
    if (story.gives === undefined) group.changeImage(story.images[index] ?? 'ami-good');
    if (story.leaves !== undefined) protectOldest(world, group.name, story.leaves);
  });
  // The owner protected them long before: no read that lags shows them without it.
  if (story.leaves !== undefined) clock.advance(60_000);
  const settings = story.settings ?? {};
  playSettings(stage.sandbox, settings);
  // Checks have judged all instances, and no read that lags shows the groups without what was set.
  if (Object.keys(settings).length > 0) clock.advance(60_000);
  const began = clock.now();
  const lines: string[] = [];
  const outcomes: string[] = [];
  const gone = story.scenario.faults?.some((fault) => fault.kind === 'meddle' && fault.does === 'deleteGroup') === true;
  const most = mostRuns(story);
  let ending: Ending | undefined;
  let paused = false;
  let kept = false;
  const waitsOut = seededRandom(story.seed).fork('end of a pause').chance(0.7);
  const leavesStandby = seededRandom(story.seed).fork('set aside').chance(0.5);
  for (let run = 0; run < most; run++) {
    if (run === most - 2)
      clock.advanceTo(
        Math.max(clock.now(), stage.sandbox.world.startedAt + (FAULTS_END + staggering(story.groups) + 900) * 1000),
      );
    // Nobody decides, and the next command does what is due.
    const overdue = paused && waitsOut ? story.gates?.pauseEnds?.afterMs : undefined;
    if (overdue !== undefined) clock.advance(overdue + 60_000);
    const ends = story.ends ?? 'resume';
    const finishes = kept && ends === 'finish' && story.recovers[run] === undefined;
    if (finishes) stage.groups.forEach((group) => group.changeImage(NEXT_IMAGE));
    const recover: 'resume' | 'rollback' | 'due' | undefined =
      story.recovers[run] ??
      (overdue !== undefined
        ? 'due'
        : (gone && run >= most - 2) || paused
          ? 'resume'
          : kept && ends !== 'finish'
            ? ends
            : undefined);
    const plan = {
      ...(story.gates === undefined ? {} : { gates: story.gates }),
      ...(story.rolling === undefined ? {} : { strategy: 'rolling' as const, rolling: story.rolling }),
      together: story.together,
      force: run >= most - 2,
      // Somebody protects instances in some worlds; that alone keeps nobody from starting there.
      protected: story.leaves === undefined ? ('refresh' as const) : ('ignore' as const),
      standby: leavesStandby ? ('ignore' as const) : ('refuse' as const),
      ...(story.stackUpdates === undefined ? {} : { stack: STACK }),
      ...(recover === undefined ? {} : { adoptOnly: true, undo: recover === 'rollback', goOn: recover === 'resume' }),
    };
    const rival = story.rivals[run];
    const sleep = rival === undefined ? story.sleeps?.[run] : undefined;
    const mishap = {
      ...story.mishaps[run],
      ...(sleep !== undefined && {
        stopAt: {
          read: sleep.read,
          meanwhile: () => {
            clock.advance(Math.min(sleep.ms, longestSleep(story)));
            return Promise.resolve();
          },
        },
      }),
      hooks: scriptedHooks(clock, ({ side, variables }, nth) => ({
        takesMs: 4_000,
        code:
          variables !== undefined
            ? gateSays(story, run, variables['HA_UPDATER_STAGE'], nth)
            : side === 'new' && (nth < 2 || saysNo(story, clock.now() - stage.sandbox.world.startedAt))
              ? 1
              : 0,
      })).hooks,
    };
    const endings: readonly Ending[] =
      rival === undefined
        ? [await playUpdate(stage, story, { plan, mishap }, finishes)]
        : await stage.race([
            { afterMs: 0, differs: { ...plan, ...imageOf(stage, story.gives) }, mishap },
            { afterMs: rival, differs: plan, mishap: { hooks: mishap.hooks } },
          ]);
    // Of two, whoever died may have begun after the other one's end.
    ending = endings.find(({ outcome }) => outcome === 'killed') ?? endings.find(isGood) ?? endings[0]!;
    paused = endings.some((one: Ending) => isPaused(one));
    kept = endings.some((one: Ending) => reasonsOf(one).includes('group.kept'));
    outcomes.push(...endings.map(({ outcome }) => outcome));
    for (const one of endings)
      lines.push(
        ...one.events.map((event) => JSON.stringify(event)),
        JSON.stringify({ outcome: one.outcome, failure: toldFacts(one.failure), state: stateOf(stage) }),
      );
    // A recovery that finds nothing to recover is not the end of the story.
    if (
      isGood(ending) &&
      !(recover !== undefined && !gone && ending.results.every(({ outcome }) => outcome === 'skipped'))
    )
      break;
    registerByHand(world, ending.failure?.facts.next ?? []);
    clock.advance(20_000);
  }
  const wrong = stage
    .violations()
    .map((violation) => `${(violation.at - began) / 1000} s, ${violation.group}: ${violation.rule}: ${violation.text}`);
  // Where the world took old instances, or new ones that were proven, nothing may be left that could take
  // over. Then both sets stay and a person decides: that is an end too, as long as no invariant broke.
  const bereft =
    story.images.some((image) => image === 'ami-dies' || image === 'ami-flaps') ||
    story.scenario.faults?.some(
      (fault) =>
        fault.kind === 'killInstance' || fault.kind === 'resize' || (fault.kind === 'meddle' && TAKING.has(fault.does)),
    ) === true;
  // Whoever has to let an old one go before anything new is proven can only stop, and so can the next group in a row,
  // and any group for which somebody publishes a bad image after the first ones were proven.
  const spoilt =
    story.scenario.faults?.some(
      (fault) => fault.kind === 'meddle' && fault.does === 'publishVersion' && fault.image !== 'ami-good',
    ) === true;
  const unproven =
    story.rolling?.serial === true || JSON.stringify(story.rolling?.surge) === JSON.stringify(ONE_LESS.surge);
  // What it launches comes to nothing, whatever its image.
  const barred = Object.values(settings).some(launchesNothing);
  const blind =
    story.rolling !== undefined &&
    (spoilt || (unproven && (barred || story.images.some((image) => image !== 'ami-good'))));
  const code = ending?.failure?.facts.code;
  // With its last old instance taken and a configuration that launches none, a group cannot even begin.
  const barren = bereft || barred || story.images.includes('ami-gone');
  const empty = barren && ending?.failure?.facts.reasons.some((reason) => reason.code === 'group.none') === true;
  const parked =
    ending?.failure?.facts.reasons.some(({ code }) => ['group.standby', 'group.keep'].includes(code)) === true;
  const excused =
    ((bereft || blind) && (code === 'swap.stuck' || paused)) ||
    parked ||
    empty ||
    (gone && (code === 'swap.stuck' || ending?.outcome === 'refused'));
  if (!excused && (ending === undefined || !isGood(ending)))
    wrong.push(`not finished after ${most} runs: ${ending?.failure?.facts.what ?? ending?.outcome ?? ''}`);
  return { story, outcomes, wrong, journal: lines.join('\n'), simulatedSeconds: (clock.now() - began) / 1000 };
}

/** "Not yet" at the first try; at one stage of the first run what the story says. */
function gateSays({ gateFails }: Story, run: number, stage: string | undefined, nth: number): number {
  if (run === 0 && stage === gateFails?.stage) return gateFails?.code ?? 0;
  return nth === 1 ? 75 : 0;
}

function saysNo({ checkFails }: Story, age: number): boolean {
  return checkFails !== undefined && age >= checkFails.from && age < checkFails.until;
}

/**
 * How long a process may stand still, in milliseconds. Who sleeps for longer than its lease while somebody removes its
 * tags cannot know what became of the rollout, and says what the group was before.
 */
function longestSleep({ scenario }: Story): number {
  const removed = scenario.faults?.some((fault) => fault.kind === 'meddle' && fault.does === 'removeTags') === true;
  return removed ? 60_000 : Infinity;
}

/** What takes instances, or makes AWS itself replace them. */
const TAKING: ReadonlySet<string> = new Set([
  'resumeProcesses',
  'terminate',
  'detach',
  'standby',
  'standbyDecrementing',
  'terminateDecrementing',
  'detachDecrementing',
  'interruptSpot',
  'endLifetime',
]);

function isGood(ending: Ending): boolean {
  return !isPaused(ending) && (ending.outcome === 'swapped' || ending.outcome === 'swapRolledBack');
}

function reasonsOf({ failure }: Ending): readonly string[] {
  return failure?.facts.reasons.map(({ code }) => code) ?? [];
}

/** It stopped for somebody to look, or was refused because an earlier run did. */
function isPaused({ results, failure }: Ending): boolean {
  return (
    results.some(({ outcome }) => outcome === 'paused') ||
    failure?.facts.reasons.some(({ code }) => code === 'group.paused') === true
  );
}
