import type { MetricCondition } from '../../src/model/rollout/metric.js';
import type { Gates } from '../../src/model/rollout/rollout-plan.js';
import { seededRandom, type Random } from '../../src/sandbox/random.js';
import type { Fault } from '../../src/sandbox/scenario.js';
import { LAUNCH_WORDS } from '../support/launch-words.js';
import { STACK_MS } from '../support/stack-of-groups.js';
import { NEXT_IMAGE } from './draws/before-swap.js';
import { drawSettings } from './draws/settings.js';
import { SETTLED, shifted, staggering, type Story } from './simulator.js';

/**
 * What was added to drawn stories later: losses that the world brings about by itself, somebody who updates the stack
 * in the middle, gates, groups that count units, launches that fail, processes that stand still, replacements that come
 * first, zonal shifts, sizes that somebody else sets, instances that are left as they are, what owners set on their
 * groups, targets that are anomalous, what ends a kept half, and images that the rollout gives. Each has a random stream of its own, so that a seed keeps the world that it
 * always had.
 */
export function drawMore(story: Story): Story {
  const random = (topic: string): Random => seededRandom(story.seed).fork('more').fork(topic);
  return [
    underStack(random('stack')),
    losing(random('losses')),
    gated(random('gates')),
    weighted(random('weights')),
    failing(random('launches')),
    sleeping(random('sleeps')),
    replacingFirst(random('maintenance')),
    shiftedAway(random('zonal shift')),
    resizing(random('sizes')),
    leaving(random('protected')),
    settings(random('settings')),
    anomalous(random('anomaly')),
    keeping(random('kept')),
    doubting(random('checks of a kept half')),
    ending(random('ends of pauses')),
    asking(random('gate command')),
    measuring(random('metrics')),
    freezing(random('calendar')),
    steppingAside(random('standby by hand')),
    takingOff(random('taken off')),
    finishing(random('finish-kept')),
    giving(random('image')),
  ].reduce((told, more) => more(told), story);
}

type More = (story: Story) => Story;

const unchanged: More = (story) => story;

const withFaults = (story: Story, faults: readonly Fault[], scenario: Partial<Story['scenario']> = {}): Story => ({
  ...story,
  scenario: { ...story.scenario, ...scenario, faults: [...(story.scenario.faults ?? []), ...faults] },
});

/** Making the stack takes the world a while; what happens is meant for the time of the runs. */
function underStack(random: Random): More {
  if (!random.chance(0.15)) return unchanged;
  const stackUpdates = Array.from({ length: random.int(1, 2) }, () => random.int(5, 700));
  return (story) => ({
    ...story,
    stackUpdates,
    scenario: {
      ...story.scenario,
      faults: (story.scenario.faults ?? []).map((fault) => shifted(fault, STACK_MS / 1000)),
    },
  });
}

/** A lifetime that is over, Spot, or a person takes an instance. */
function losing(random: Random): More {
  if (!random.chance(0.25)) return unchanged;
  return (story) =>
    withFaults(
      story,
      Array.from({ length: random.int(1, 2) }, () => ({
        kind: 'meddle',
        group: random.pick(story.groups).name ?? '',
        at: SETTLED + random.int(5, 500),
        does: random.pick(['endLifetime', 'endLifetime', 'interruptSpot', 'terminate'] as const),
        instance: random.pick(['oldest', 'newest'] as const),
      })),
    );
}

/** Commands of the user's, where a drawn rollout has some. */
export const DRAWN_HOOKS = {
  check: 'check',
  beforeTerminate: 'before',
  afterTerminate: 'after',
  checkTimeoutMs: 60_000,
  commandTimeoutMs: 300_000,
} as const;

function gated(random: Random): More {
  if (!random.chance(0.25)) return unchanged;
  const alarmed = random.chance(0.4);
  const gates: Gates = {
    words: [],
    ...(random.chance(0.5) ? { canary: random.int(1, 3) } : {}),
    ...(random.chance(0.4) ? { bakeMs: random.pick([30_000, 120_000]) } : {}),
    ...(random.chance(0.4) ? { pauseAt: random.pick([[25], [50], [25, 50], [100]]) } : {}),
    ...(random.chance(0.3)
      ? {
          hooks: DRAWN_HOOKS,
        }
      : {}),
    // A rollout that is started again meanwhile shall not be refused for it.
    ...(alarmed ? { alarms: ['errors'], ignoreRinging: true } : {}),
  };
  const rings = Array.from(
    { length: alarmed ? random.int(0, 2) : 0 },
    () => ({ kind: 'alarm', name: 'errors', at: SETTLED + random.int(5, 900), for: random.int(5, 120) }) as const,
  );
  return (story) => withFaults({ ...story, gates }, rings, alarmed ? { alarms: { errors: {} } } : {});
}

/** Instances of different weights in a group that counts units. */
function weighted(random: Random): More {
  if (!random.chance(0.15)) return unchanged;
  const mixed = random.pick([[1, 2], [2], [1, 3]]);
  // What may be out of service is drawn for instances that count one.
  const fits = ({ rolling }: Story): boolean => JSON.stringify(rolling?.surge) !== JSON.stringify({ count: 0 });
  // Above its desired capacity a group of different weights may lose a light old one to Auto Scaling: only a swap shields those.
  return (story) => ({
    ...story,
    groups: story.groups.map((group) =>
      group.configuration === 'lc' || !fits(story)
        ? group
        : { ...group, weights: story.rolling === undefined ? mixed : [2] },
    ),
  });
}

/** Launches that fail in AWS's words: in one zone or all, for one group or all, for a while, or while many run. */
function failing(random: Random): More {
  if (!random.chance(0.25)) return unchanged;
  return (story) =>
    withFaults(
      story,
      Array.from({ length: random.int(1, 2) }, (): Fault => {
        const from = SETTLED + random.int(0, 200);
        const words = random.pick(Object.values(LAUNCH_WORDS));
        const { name } = random.pick(story.groups);
        return {
          ...words,
          from,
          until: from + random.int(30, 900),
          ...(random.chance(0.5) && { zone: `eu-west-1${random.pick(['a', 'b', 'c'])}` }),
          ...(random.chance(0.3) && { after: random.int(1, 4) }),
          ...(random.chance(0.3) && { running: random.int(1, 9) }),
          ...(random.chance(0.5) && name !== undefined && { group: name }),
        };
      }),
    );
}

/** A process or its machine stands still for seconds to hours, in any phase. */
function sleeping(random: Random): More {
  if (!random.chance(0.2)) return unchanged;
  const sleep = (): { readonly read: number; readonly ms: number } => ({
    read: random.int(1, 80),
    ms: random.pick([20_000, 60_000, 600_000, 10_800_000]),
  });
  const sleeps = [sleep(), sleep()];
  return (story) => ({ ...story, sleeps });
}

/** Replacements are launched first, by a group's own maintenance policy or in the whole account; and there are some. */
function replacingFirst(random: Random): More {
  if (!random.chance(0.25)) return unchanged;
  const account = random.chance(0.5);
  const policy = {
    InstanceMaintenancePolicy: {
      MinHealthyPercentage: random.pick([100, 100, 90]),
      MaxHealthyPercentage: random.pick([110, 150, 190]),
    },
    ...(random.chance(0.3) && { DefaultInstanceWarmup: random.pick([30, 300]) }),
  };
  return (story) =>
    withFaults(
      {
        ...story,
        ...(account && { launchesFirst: true as const }),
        groups: account
          ? story.groups
          : story.groups.map((group) => ({ ...group, settings: { ...group.settings, ...policy } })),
      },
      Array.from({ length: random.int(1, 2) }, () => ({
        kind: 'meddle' as const,
        group: random.pick(story.groups).name ?? '',
        at: SETTLED + random.int(5, 700),
        does: random.pick(['endLifetime', 'endLifetime', 'terminate'] as const),
        instance: random.pick(['oldest', 'newest'] as const),
      })),
    );
}

/** A zonal shift keeps requests away from one zone for some minutes; groups take part in it or not. */
function shiftedAway(random: Random): More {
  if (!random.chance(0.15)) return unchanged;
  const from = SETTLED + random.int(0, 600);
  const shift: Fault = {
    kind: 'zonalShift',
    zone: `eu-west-1${random.pick(['a', 'b', 'c'])}`,
    from,
    until: from + random.int(60, 800),
  };
  const takesPart = random.chance(0.5);
  return (story) =>
    withFaults(
      {
        ...story,
        groups: story.groups.map((group) => ({
          ...group,
          settings: { ...group.settings, AvailabilityZoneImpairmentPolicy: { ZonalShiftEnabled: takesPart } },
        })),
      },
      [shift],
    );
}

/** A person puts one instance into standby in the middle of the rollout, and takes it out again or does not. */
function steppingAside(random: Random): More {
  if (!random.chance(0.12)) return unchanged;
  const at = SETTLED + random.int(10, 600);
  const does = random.pick(['standby', 'standbyDecrementing'] as const);
  const instance = random.pick(['oldest', 'oldest', 'newest'] as const);
  const back = random.chance(0.7) ? at + random.int(40, 400) : undefined;
  const turn = random.int(0, 9);
  return (story) => {
    const group = story.groups[turn % story.groups.length]?.name ?? '';
    const one = { kind: 'meddle', group, instance } as const;
    return withFaults(story, [
      { ...one, at, does },
      ...(back === undefined ? [] : [{ ...one, at: back, does: 'exitStandby' } as const]),
    ]);
  };
}

/** A person ends or detaches instances in the middle of the rollout, and has the desired capacity fall with them. */
function takingOff(random: Random): More {
  if (!random.chance(0.12)) return unchanged;
  const taken = Array.from({ length: random.pick([1, 1, 2]) }, () => ({
    at: SETTLED + random.int(10, 600),
    does: random.pick(['terminateDecrementing', 'detachDecrementing'] as const),
    instance: random.pick(['oldest', 'oldest', 'newest'] as const),
  }));
  const turn = random.int(0, 9);
  return (story) => {
    const group = story.groups[turn % story.groups.length]?.name ?? '';
    return withFaults(
      story,
      taken.map((one) => ({ kind: 'meddle', group, ...one })),
    );
  };
}

/**
 * A swap keeps its old half for a while: somebody wants it back or ends the time, an alarm rings, a person takes one of
 * it out of standby, the world takes one, and runs die in the middle of it.
 */
function keeping(random: Random): More {
  if (!random.chance(0.3)) return unchanged;
  const keepMs = random.pick([20_000, 90_000, 300_000, 900_000]);
  const rings = random.chance(0.3);
  const meddles = Array.from({ length: random.int(0, 2) }, () => ({
    at: SETTLED + random.int(100, 700),
    does: random.pick(['exitStandby', 'exitStandby', 'interruptSpot', 'terminate', 'resumeProcesses'] as const),
    turn: random.int(0, 9),
  }));
  const alarm = {
    kind: 'alarm',
    name: 'traffic',
    at: SETTLED + random.int(120, 700),
    for: random.int(20, 200),
  } as const;
  const ends = random.pick(['resume', 'rollback'] as const);
  const interrupted = random.chance(0.35) ? random.int(100_000, 600_000) : undefined;
  const dies = random.chance(0.4)
    ? { change: random.int(6, 40), when: random.pick(['before', 'after'] as const) }
    : undefined;
  return (story) => {
    const weighs = story.groups.some(({ weights }) => weights !== undefined);
    if (story.rolling !== undefined || weighs) return story;
    const [first, ...rest] = story.mishaps;
    const mishap = {
      ...first,
      ...(interrupted !== undefined && { interruptAfterMs: interrupted }),
      ...(dies !== undefined && { killAt: dies }),
    };
    const faults = meddles.map(({ turn, ...one }) => ({
      kind: 'meddle' as const,
      group: story.groups[turn % story.groups.length]?.name ?? '',
      instance: 'oldest' as const,
      ...one,
    }));
    const alarms = { ...story.scenario.alarms, traffic: {} };
    return withFaults(
      {
        ...story,
        ends,
        mishaps: [mishap, ...rest],
        gates: {
          words: [],
          ...story.gates,
          keepMs,
          ...(rings && { alarms: [...(story.gates?.alarms ?? []), 'traffic'], ignoreRinging: true }),
        },
      },
      [...faults, ...(rings ? [alarm] : [])],
      rings ? { alarms } : {},
    );
  };
}

/** While the old half is kept the check goes on, and says no for a moment or for long. */
function doubting(random: Random): More {
  if (!random.chance(0.4)) return unchanged;
  const from = (SETTLED + random.int(60, 700)) * 1000;
  const checkFails = { from, until: from + random.pick([5_000, 60_000, 400_000]) };
  const anomaly = random.chance(0.3) ? ({ anomaly: 'refuse' } as const) : {};
  return (story) => {
    if (story.gates?.keepMs === undefined) return story;
    const { check, checkTimeoutMs, commandTimeoutMs } = DRAWN_HOOKS;
    const hooks = story.gates.hooks ?? { check, checkTimeoutMs, commandTimeoutMs };
    return { ...story, checkFails, gates: { ...anomaly, ...story.gates, hooks } };
  };
}

/** A command decides at every stage, and fails one now and then. */
function asking(random: Random): More {
  const stage = random.pick(['canary', 'verdict', 'batch', 'kept', 'end'] as const);
  const code = random.pick([1, 75]);
  const fails = random.chance(0.6);
  if (!random.chance(0.2)) return unchanged;
  const gate = { command: 'gate', timeoutMs: random.pick([30_000, 120_000]), commandTimeoutMs: 60_000 };
  return (story) => ({
    ...story,
    gates: { words: [], ...story.gates, gate },
    ...(fails && { gateFails: { stage, code } }),
  });
}

/** What a drawn rollout asks CloudWatch, where it does. */
const DRAWN_METRIC: MetricCondition = {
  text: 'm:App/Errors{stat=Sum} < 5',
  expression: 'm1',
  insights: false,
  metrics: [{ id: 'm1', namespace: 'App', name: 'Errors', dimensions: {}, statistic: 'Sum', periodMs: 60_000 }],
  operator: '<',
  limit: 5,
  periodMs: 60_000,
};

/** A metric decides at every stage; for a while it is bad, or has no data. */
function measuring(random: Random): More {
  const turns = Array.from({ length: random.int(0, 2) }, (): Fault => ({
    kind: 'metric',
    name: 'App/Errors',
    at: SETTLED + random.int(5, 1200),
    for: random.pick([60, 200, 500]),
    ...(random.chance(0.6) && { value: 9 }),
  }));
  const timeoutMs = random.pick([300_000, 600_000]);
  if (!random.chance(0.12)) return unchanged;
  return (story) =>
    withFaults(
      { ...story, gates: { words: [], ...story.gates, metrics: { conditions: [DRAWN_METRIC], timeoutMs } } },
      turns,
      { metrics: { 'App/Errors': { value: 0 } } },
    );
}

/** A change calendar closes for a while. */
function freezing(random: Random): More {
  const turns = Array.from({ length: random.int(0, 2) }, (): Fault => ({
    kind: 'calendar',
    name: 'freeze',
    at: SETTLED + random.int(5, 900),
    state: 'CLOSED',
    for: random.pick([30, 200, 2_000]),
  }));
  if (!random.chance(0.08)) return unchanged;
  return (story) =>
    withFaults({ ...story, gates: { words: [], ...story.gates, calendar: { names: ['freeze'] } } }, turns, {
      calendars: { freeze: 'OPEN' },
    });
}

/** What an earlier rollout keeps is ended by the next one, which brings another image: `--finish-kept`. */
function finishing(random: Random): More {
  if (!random.chance(0.4)) return unchanged;
  return (story) => {
    if (story.gates?.keepMs === undefined || story.gives !== undefined) return story;
    const images = { ...story.scenario.images, [NEXT_IMAGE]: { behaviour: 'healthy' } } as const;
    return { ...story, ends: 'finish', scenario: { ...story.scenario, images } };
  };
}

/** The rollout itself gives groups without a stack their image, by versions of their launch templates: `--image`. */
function giving(random: Random): More {
  if (!random.chance(0.2)) return unchanged;
  return (story) => {
    const [image = 'ami-good'] = story.images;
    const weighs = story.groups.some(({ weights }) => weights !== undefined);
    // What is not there, and what is of a stack, is refused before anything. A roll-back that gives the image back
    // resumes Launch, also where somebody else suspended it meanwhile: nobody can tell whose that was.
    const bars = Object.values(story.settings ?? {}).some((some) =>
      some.some((setting) => setting.does === 'suspend' && setting.processes.includes('Launch')),
    );
    if (weighs || bars || story.stackUpdates !== undefined || image === 'ami-gone' || story.ends === 'finish')
      return story;
    return {
      ...story,
      gives: image,
      images: story.images.map(() => image),
      groups: story.groups.map((group) => ({ ...group, configuration: 'lt' as const })),
    };
  };
}

/** A pause ends by itself, whichever way. */
function ending(random: Random): More {
  const afterMs = random.pick([60_000, 300_000, 1_200_000]);
  const by = random.pick(['resume', 'rollback'] as const);
  if (!random.chance(0.6)) return unchanged;
  return (story) => {
    if ((story.gates?.pauseAt ?? []).length === 0 || (by === 'rollback' && story.rolling !== undefined)) return story;
    return { ...story, gates: { words: [], ...story.gates, pauseEnds: { afterMs, by } } };
  };
}

/** Somebody else sets min, max or the desired capacity, up or down, once or twice, at any time of the rollout. */
function resizing(random: Random): More {
  if (!random.chance(0.2)) return unchanged;
  return (story) =>
    withFaults(
      story,
      Array.from({ length: random.int(1, 2) }, () => {
        const { name = '', size = 2 } = random.pick(story.groups);
        const desired = random.int(1, 3 * size);
        // Groups that are filled one by one take longer to make.
        const filling = story.groups.some(({ stagger }) => stagger !== undefined) ? staggering(story.groups) : 0;
        return {
          kind: 'resize' as const,
          group: name,
          at: SETTLED + filling + random.int(5, 900),
          ...(random.chance(0.7) && { desired }),
          ...(random.chance(0.4) && { min: random.int(0, desired) }),
          ...(random.chance(0.4) && { max: desired + random.int(0, size) }),
        };
      }),
    );
}

/** Their owner protects some instances from scale-in, and the rollout leaves those as they are. */
function leaving(random: Random): More {
  if (!random.chance(0.12)) return unchanged;
  const leaves = random.int(1, 3);
  // A swap is refused where weights may overshoot and the old ones that go cannot be shielded.
  const isRefused = ({ rolling, groups }: Story): boolean =>
    rolling === undefined && groups.some(({ weights }) => weights !== undefined);
  return (story) => (isRefused(story) ? story : { ...story, leaves });
}

/** What owners and others set on the groups: suspended processes, scheduled actions, hooks, slow start, status checks. */
function settings(random: Random): More {
  if (!random.chance(0.35)) return unchanged;
  return (story) => {
    const drawn = story.groups.flatMap(({ name = '', size = 2 }) => {
      const some = drawSettings(random.fork(name), { size, launches: true });
      return some.length === 0 ? [] : [[name, some] as const];
    });
    return drawn.length === 0 ? story : { ...story, settings: Object.fromEntries(drawn) };
  };
}

/** Balancers are asked for anomalies, and find some or none. */
function anomalous(random: Random): More {
  if (!random.chance(0.12)) return unchanged;
  const anomaly = random.pick(['refuse', 'refuse', 'warn'] as const);
  const isOdd = random.chance(0.5);
  const images = { 'ami-odd': { behaviour: 'healthy', anomalous: true } } as const;
  return (story) => ({
    ...story,
    gates: { words: [], bakeMs: 60_000, ...story.gates, anomaly },
    images: isOdd ? story.images.map((image) => (image === 'ami-good' ? 'ami-odd' : image)) : story.images,
    scenario: { ...story.scenario, images: { ...story.scenario.images, ...images } },
  });
}
