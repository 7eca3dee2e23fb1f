import type { Target, Wave } from '../../../src/fleet/waves.js';
import { seededRandom } from '../../../src/sandbox/random.js';
import { waveOf } from '../waves.js';
import type { FleetScene } from './play-fleet.js';
import type { RolloutProfile } from './rollout-profile.js';

const MINUTE = 60_000;

/** 1,000 targets in 12 waves, as people build them: a canary of one, and larger and larger waves behind it. */
const SIZES = [1, 4, 15, 30, 50, 100, 100, 100, 150, 150, 150, 150];
const ACCOUNTS = 20;

/** What rollouts of the fleet ask and take. */
export interface Profiles {
  readonly good: readonly RolloutProfile[];
  readonly bad: RolloutProfile;
}

/** How targets lie in accounts: all over, or so that those that run at once are in one and the same. */
type Layout = 'spread' | 'packed';

export function thousandWaves(shrunkTo = 1): readonly Wave[] {
  return SIZES.map((size, index) =>
    waveOf(`w${index}x`, Math.max(1, Math.round(size * shrunkTo)), {
      concurrency: Math.min(20, Math.max(1, Math.floor((size * shrunkTo) / 2))),
      bakeMs: index < 4 ? 30 * MINUTE : 5 * MINUTE,
      tolerated: index < 3 ? 0 : Math.max(1, Math.floor((size * shrunkTo) / 25)),
      alarms: index % 3 === 0 ? ['errors'] : [],
      approval: index === 5,
    }),
  );
}

/** The fleet over 20 accounts, with targets that fail from the fourth wave on, within what their wave tolerates. */
export function thousandScene(
  { good, bad }: Profiles,
  { layout, failing = 0.01, beyond = false, takenByOthers = 0, shrunkTo = 1 }: SceneOptions,
): FleetScene {
  const waves = thousandWaves(shrunkTo);
  const targets = waves.flatMap((wave) => wave.targets);
  const at = new Map(targets.map(({ name }, index) => [name, index]));
  const indexOf = ({ name }: Target): number => at.get(name) ?? 0;
  const perAccount = Math.ceil(targets.length / ACCOUNTS);
  const failed = drawFailures(waves, failing, beyond ? 1 : 0);
  return {
    waves,
    accountOf: (target) =>
      layout === 'packed' ? Math.floor(indexOf(target) / perAccount) : indexOf(target) % ACCOUNTS,
    profileOf: (target) => (failed.has(target.name) ? bad : (good[indexOf(target) % good.length] ?? bad)),
    fails: ({ name }) => failed.has(name),
    approvesAfterMs: 60 * MINUTE,
    takenByOthers,
  };
}

export interface SceneOptions {
  readonly layout: Layout;
  /** The share of all targets that fails, at most so many as their waves tolerate. */
  readonly failing?: number;
  /** One more than that fails where there are as many. */
  readonly beyond?: boolean;
  readonly takenByOthers?: number;
  /** The share of the 1,000 targets that is played. */
  readonly shrunkTo?: number;
}

function drawFailures(waves: readonly Wave[], failing: number, more: number): ReadonlySet<string> {
  const random = seededRandom('failing targets');
  return new Set(
    waves.flatMap(({ targets, tolerated }) =>
      targets
        .filter(() => random.chance(failing))
        .slice(0, tolerated === 0 ? 0 : tolerated + more)
        .map(({ name }) => name),
    ),
  );
}

/** The waves as a fleet file. */
export function fileOf(waves: readonly Wave[]): string {
  const lines = waves.flatMap(({ name, concurrency, bakeMs, tolerated, approval, targets }) => [
    `  - name: ${name}`,
    `    concurrency: ${concurrency}`,
    `    bake: ${bakeMs / 1000}s`,
    `    tolerated-failures: ${Math.min(tolerated, targets.length - 1)}`,
    `    approval: ${approval}`,
    '    targets:',
    ...targets.map(
      (target, index) =>
        `      - {name: ${target.name}, stack: ${target.name}, region: eu-west-1, profile: account-${index % ACCOUNTS}, ` +
        'parameters: {ImageId: ami-0123456789abcdef1}}',
    ),
  ]);
  return ['defaults:', '  healthy-timeout: 15m', 'waves:', ...lines, ''].join('\n');
}
