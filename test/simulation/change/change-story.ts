import { seededRandom, type Random } from '../../../src/sandbox/random.js';
import type { Fault, Scenario } from '../../../src/sandbox/scenario.js';
import { drawSettings, type Setting } from '../draws/settings.js';
import type { Happening } from '../../support/command-stage.js';
import { INNER, templatesOf, type ChangedGroup, type Sizes } from './change-template.js';

/** What somebody does while the first command works; milliseconds since its start. */
export interface Meanwhile {
  readonly afterMs: number;
  readonly group: number;
  readonly does: 'scaleOut' | 'scaleIn' | 'mark' | 'terminate' | 'interruptSpot' | 'removeTags';
}

/** What happens to a command. */
type Mishap = Pick<Happening, 'killedAt' | 'killedAfterMs' | 'signalAfterMs' | 'elsewhere'>;

/** Operations that change something. */
const CHANGES = /^(?!Describe|Get|List|Validate)/;

/** Flags of the first command. */
interface ChangeFlagsDrawn {
  readonly swap?: 'never';
  readonly strategy?: 'rolling';
  readonly sizes?: 'template';
  readonly 'on-interrupt': 'cancel' | 'leave';
  readonly 'revert-on-failure': boolean;
}

/** What comes after a command that was killed or did not end well. */
const NEXT = ['resume', 'rollback', 'update-asgs', 'update-stack'] as const;

/** A stack whose groups are not as its template says, and a change of it. */
export interface ChangeStory {
  readonly seed: number;
  readonly scenario: Partial<Scenario>;
  readonly groups: readonly ChangedGroup[];
  readonly nested: boolean;
  /** Values of parameters that the change gives. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly flags: ChangeFlagsDrawn;
  readonly meanwhile: readonly Meanwhile[];
  /** What owners and others set on each group. */
  readonly settings: readonly (readonly Setting[])[];
  readonly mishap: Mishap;
  /** `cancel` from another machine so many milliseconds after the start. */
  readonly cancelAfterMs?: number;
  readonly next: (typeof NEXT)[number];
  /** The second command meets one too. */
  readonly nextMishap: Mishap;
}

/** Simulated seconds from the world's start to the first command, and the end of its faults. */
export const CHANGE_BEGINS = 2_400;
const FAULTS_END = CHANGE_BEGINS + 1_800;

/** Draws a stack, its groups, a change of it and what happens meanwhile. */
export function drawChange(seed: number): ChangeStory {
  const random = seededRandom(seed).fork('change');
  const groups = Array.from({ length: random.chance(0.75) ? 1 : 2 }, (_, index) => drawGroup(random.fork(`g${index}`)));
  const nested = random.chance(0.2);
  const parameters = drawParameters(random.fork('parameters'), groups[0]?.template);
  const rollsBack = random.chance(0.35);
  const meanwhile = drawMeanwhile(random, groups.length);
  // Notes that somebody took away live in the memory of the run alone: killing it too leaves nothing to go by.
  const immortal = meanwhile.some(({ does }) => does === 'removeTags');
  const mortal = ({ elsewhere, signalAfterMs, ...kills }: Mishap): Mishap => ({
    ...(elsewhere !== undefined && { elsewhere }),
    ...(signalAfterMs !== undefined && { signalAfterMs }),
    ...(immortal ? {} : kills),
  });
  return {
    seed,
    scenario: {
      seed,
      images: {
        'ami-00000002': { behaviour: 'healthy' },
        'ami-000000bad': { behaviour: 'unhealthy' },
      },
      objects: { [INNER.object]: templatesOf(groups, nested).inner },
      faults: [...drawFaults(random.fork('faults')), ...(rollsBack ? [LAST_FAILS] : [])],
    },
    groups,
    nested,
    parameters,
    flags: drawFlags(random.fork('flags')),
    meanwhile,
    settings: drawOwners(seed, groups),
    mishap: mortal(drawMishap(random.fork('mishap'))),
    ...(random.chance(0.15) && { cancelAfterMs: random.int(1_000, 120_000) }),
    next: random.pick(NEXT),
    nextMishap: random.chance(0.25) ? mortal(drawMishap(random.fork('next'))) : {},
  };
}

/** From a random stream of its own, so that a seed keeps the world that it always had. */
function drawOwners(seed: number, groups: readonly ChangedGroup[]): ChangeStory['settings'] {
  const random = seededRandom(seed).fork('change').fork('settings');
  if (!random.chance(0.3)) return [];
  return groups.map(({ live }, index) =>
    drawSettings(random.fork(`g${index}`), { size: live.desired, launches: true }),
  );
}

function drawMeanwhile(random: Random, groups: number): readonly Meanwhile[] {
  return Array.from({ length: random.chance(0.5) ? 0 : random.int(1, 3) }, () => ({
    afterMs: random.int(0, random.chance(0.6) ? 90_000 : 600_000),
    group: random.int(0, groups - 1),
    does: random.pick(['scaleOut', 'scaleOut', 'scaleIn', 'mark', 'terminate', 'interruptSpot', 'removeTags'] as const),
  }));
}

/** It fails after the groups were changed, so that CloudFormation writes their sizes once more. */
const LAST_FAILS: Fault = {
  kind: 'stackFails',
  stack: 'web',
  logicalId: 'Last',
  reason: 'It fails',
  after: 1,
  times: 1,
};

function drawGroup(random: Random): ChangedGroup {
  const min = random.int(0, 2);
  const inTemplate = random.int(Math.max(1, min), 4);
  const max = inTemplate + random.int(0, 6);
  const desired = random.chance(0.75) ? inTemplate : undefined;
  const liveMax = random.chance(0.8) ? max : max + random.int(1, 4);
  const liveMin = random.chance(0.8) ? min : random.int(0, max);
  return {
    balancer: random.pick(['none', 'classic', 'target-group'] as const),
    configuration: random.pick(['lc', 'lt'] as const),
    ...(random.chance(0.6) && { ignores: random.chance(0.5) }),
    template: { min, max, ...(desired !== undefined && { desired }) },
    live: { min: liveMin, max: liveMax, desired: random.int(Math.max(1, liveMin), liveMax) },
  };
}

function drawParameters(random: Random, template: Sizes | undefined): Readonly<Record<string, string>> {
  const { min = 0, max = 1, desired } = template ?? {};
  const newMax = random.chance(0.25) ? Math.max(1, min, (desired ?? 0) + random.int(-1, 6)) : undefined;
  const least = Math.min(newMax ?? max, desired ?? Infinity);
  return {
    ...(random.chance(0.9) && { ImageId: random.pick(['ami-00000002', 'ami-00000002', 'ami-000000bad']) }),
    ...(newMax !== undefined && { Max: String(Math.max(newMax, desired ?? 0)) }),
    ...(random.chance(0.15) && { Min: String(random.int(0, Math.max(0, least))) }),
    ...(desired !== undefined &&
      random.chance(0.2) && { Desired: String(random.int(Math.max(1, min), Math.max(1, min, newMax ?? max))) }),
  };
}

function drawFlags(random: Random): ChangeFlagsDrawn {
  return {
    ...(random.chance(0.15) && { swap: 'never' as const }),
    ...(random.chance(0.25) && { strategy: 'rolling' as const }),
    ...(random.chance(0.1) && { sizes: 'template' as const }),
    'on-interrupt': random.pick(['cancel', 'leave'] as const),
    'revert-on-failure': random.chance(0.25),
  };
}

function drawMishap(random: Random): Mishap {
  const elsewhere = random.chance(0.2);
  const how = random.int(0, 5);
  if (how <= 1) return { elsewhere };
  if (how === 2) return { elsewhere, signalAfterMs: random.int(500, random.chance(0.7) ? 90_000 : 500_000) };
  if (how === 3) return { elsewhere, killedAfterMs: random.int(500, random.chance(0.7) ? 90_000 : 500_000) };
  return {
    elsewhere,
    killedAt: { change: CHANGES, nth: random.int(1, 16), when: random.pick(['before', 'after'] as const) },
  };
}

function drawFaults(random: Random): readonly Fault[] {
  const window = { from: CHANGE_BEGINS, until: FAULTS_END };
  const on = (): boolean => random.chance(0.2);
  return [
    ...(on()
      ? [
          {
            kind: 'throttle' as const,
            calls: random.pick(['*', 'autoscaling:*', 'cloudformation:*']),
            rate: 0.2,
            ...window,
          },
        ]
      : []),
    ...(on()
      ? [{ kind: 'serverError' as const, calls: random.pick(['*', 'cloudformation:*']), rate: 0.15, ...window }]
      : []),
    ...(on()
      ? [
          {
            kind: 'lostReply' as const,
            calls: random.pick(['*', 'autoscaling:*', 'cloudformation:*']),
            rate: 0.2,
            ...window,
          },
        ]
      : []),
    ...(on() ? [{ kind: 'staleReads' as const, service: 'autoscaling', seconds: random.int(2, 20), ...window }] : []),
  ];
}
