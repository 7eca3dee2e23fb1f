import type { Random } from '../../../src/sandbox/random.js';

/**
 * What the owner of a group, or somebody else, sets on it. Seconds count from the first run: before it where they are
 * not given.
 */
export type Setting =
  /** Suspended before the first run, or `at` so many seconds after its start; for so long, or for good. */
  | { readonly does: 'suspend'; readonly processes: readonly string[]; readonly at?: number; readonly for?: number }
  /** Comes due so many seconds after the start of the first run, and every hour from then on where it recurs. */
  | { readonly does: 'schedule'; readonly due: number; readonly recurs: boolean; readonly sizes: Sizes }
  | {
      readonly does: 'hook';
      readonly transition: 'LAUNCHING' | 'TERMINATING';
      readonly heartbeat: number;
      readonly otherwise: 'CONTINUE' | 'ABANDON';
    }
  /** Instances whose terminating hook was abandoned are retained. */
  | { readonly does: 'retain' }
  | { readonly does: 'slowStart'; readonly seconds: number }
  /** EC2 checks the application of its instances. */
  | { readonly does: 'check' };

interface Sizes {
  readonly min?: number;
  readonly max?: number;
  readonly desired?: number;
}

/** Without these a group goes on as it is: whoever suspends them before a rollout keeps nobody from starting it. */
const HARMLESS = ['AlarmNotification', 'ScheduledActions', 'AZRebalance', 'ReplaceUnhealthy', 'InstanceRefresh'];
const ANY = [...HARMLESS, 'Launch', 'Terminate', 'AddToLoadBalancer', 'HealthCheck'];

/** What may be drawn for one group. */
export interface DrawnFor {
  readonly size: number;
  /** Instances of theirs are launched during a rollout. */
  readonly launches: boolean;
}

/** Settings of one group, each kind from a random stream of its own. */
export function drawSettings(random: Random, { size, launches }: DrawnFor): readonly Setting[] {
  const topic = (name: string): Random => random.fork(name);
  return [
    ...suspended(topic('suspended')),
    ...scheduled(topic('scheduled'), size),
    ...(launches ? hooked(topic('hooks')) : []),
    ...slowed(topic('slow start')),
    ...(topic('checks').chance(0.3) ? [{ does: 'check' } as const] : []),
  ];
}

function suspended(random: Random): readonly Setting[] {
  const before = random.chance(0.15)
    ? [{ does: 'suspend' as const, processes: [random.pick(HARMLESS), random.pick(HARMLESS)] }]
    : [];
  if (!random.chance(0.15)) return before;
  const processes = random.chance(0.2) ? ANY : [random.pick(ANY), random.pick(ANY)];
  return [...before, { does: 'suspend', processes, at: random.int(5, 700), for: random.int(20, 800) }];
}

function scheduled(random: Random, size: number): readonly Setting[] {
  if (!random.chance(0.2)) return [];
  return Array.from({ length: random.int(1, 2) }, () => {
    const desired = random.int(1, 2 * size);
    const sizes = {
      ...(random.chance(0.8) && { desired }),
      ...(random.chance(0.4) && { min: random.int(0, desired) }),
      ...(random.chance(0.4) && { max: desired + random.int(0, size) }),
    };
    const due = random.int(30, 1_500);
    const recurs = random.chance(0.3);
    return { does: 'schedule', due, recurs, sizes: Object.keys(sizes).length === 0 ? { desired } : sizes };
  });
}

function hooked(random: Random): readonly Setting[] {
  const hook = (transition: 'LAUNCHING' | 'TERMINATING'): Setting => ({
    does: 'hook',
    transition,
    heartbeat: random.pick([30, 60, 120, 300, 900]),
    otherwise: random.chance(transition === 'LAUNCHING' ? 0.2 : 0.5) ? 'ABANDON' : 'CONTINUE',
  });
  const launching = random.chance(0.12) ? [hook('LAUNCHING')] : [];
  const terminating = random.chance(0.15) ? [hook('TERMINATING')] : [];
  const retains = terminating.length > 0 && random.chance(0.4) ? [{ does: 'retain' as const }] : [];
  return [...launching, ...terminating, ...retains];
}

function slowed(random: Random): readonly Setting[] {
  return random.chance(0.12) ? [{ does: 'slowStart', seconds: random.pick([30, 120, 540, 900]) }] : [];
}

/** Nothing that the group launches comes into service: a hook is awaited that nobody completes, and then abandons it. */
export function launchesNothing(settings: readonly Setting[]): boolean {
  return settings.some((one) => one.does === 'hook' && one.transition === 'LAUNCHING' && one.otherwise === 'ABANDON');
}
