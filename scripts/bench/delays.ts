import type { RunEvent } from '../../src/model/event.js';
import { lookAt, type Seen } from '../../src/sandbox/invariants/look.js';
import { classicHealth } from '../../src/sandbox/world/elb/registrations.js';
import { elbState } from '../../src/sandbox/world/elb/state.js';
import { autoScalingState } from '../../src/sandbox/world/autoscaling/state.js';
import { PLAN } from '../../test/support/groups.js';
import { call } from '../../test/support/sandbox.js';
import { callBackAll, type Stage } from '../../test/support/stage.js';
import { measureRollout, worldFor } from './rollout.js';

/** How closely the world is watched, in simulated milliseconds. */
const STEP_MS = 200;

/** Long enough that something can happen at any moment of it, in milliseconds. */
const WARMUP_MS = 90_000;

const ALARM = 'errors';

/** What a run shall notice, and where it is then. */
const MISHAPS = [
  'died while proving',
  'alarm while proving',
  'cancelled while proving',
  'died while booting',
  'alarm while booting',
  'cancelled while booting',
  'cancelled while draining',
] as const;
type WhatHappens = (typeof MISHAPS)[number];

/** Seconds between the world's truth and the run's noticing, one for each seed, by what happened. */
export type Delays = ReadonlyMap<WhatHappens | 'all proven', readonly number[]>;

/**
 * How late a run notices what happened, from rollouts of one group of two in the world `usual`, one for each seed and
 * mishap. What AWS itself takes until it shows a death does not count.
 */
export async function measureDelays(seeds: number, pollMs = PLAN.timing.pollMs): Promise<Delays> {
  const delays = new Map<WhatHappens | 'all proven', number[]>();
  const add = (what: WhatHappens | 'all proven', delay: number | undefined): void => {
    if (delay !== undefined) delays.set(what, [...(delays.get(what) ?? []), delay]);
  };
  for (let seed = 1; seed <= seeds; seed++) {
    add('all proven', (await measureRollout({ groups: 1, instances: 2 }, { seed, pollMs })).provenDelay);
    for (const what of MISHAPS) add(what, await delayOf({ what, seed, share: seed / seeds, pollMs }));
  }
  return delays;
}

/** The value below which such a part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

interface Trial {
  readonly what: WhatHappens;
  readonly seed: number;
  /** Where in its phase it happens, from 0 to 1. */
  readonly share: number;
  readonly pollMs: number;
}

/** The delay in seconds; undefined where it could not happen in that world. */
async function delayOf({ what, seed, share, pollMs }: Trial): Promise<number | undefined> {
  const stage = worldFor({ groups: 1, instances: 2 }, 'usual', seed);
  const { clock, world } = stage.sandbox;
  const [does, phase] = what.split(' while ') as ['died' | 'alarm' | 'cancelled', Phase];
  if (does === 'alarm')
    for (const [name, more] of [
      ['PutMetricAlarm', {}],
      ['SetAlarmState', { StateValue: 'OK', StateReason: '' }],
    ] as const)
      call(world, 'cloudwatch', name, { AlarmName: ALARM, ...more });
  let shown: number | undefined;
  let noticed: number | undefined;
  whenIn(stage, phase, share, () => {
    if (does === 'cancelled') callBackAll(stage.sandbox);
    if (does === 'alarm')
      call(world, 'cloudwatch', 'SetAlarmState', { AlarmName: ALARM, StateValue: 'ALARM', StateReason: 'a test' });
    if (does !== 'died') shown = clock.now();
    else kill(stage, () => (shown = clock.now()));
  });
  const hears = (event: RunEvent): void => {
    if (shown !== undefined && noticed === undefined && tellsOf(does, event)) noticed = clock.now();
  };
  const gates = does === 'alarm' ? { gates: { words: [], alarms: [ALARM] } } : {};
  await stage.run({ timing: { ...PLAN.timing, warmupMs: WARMUP_MS, pollMs }, ...gates }, { hears });
  return shown === undefined || noticed === undefined ? undefined : (noticed - shown) / 1000;
}

type Phase = 'proving' | 'booting' | 'draining';

/** Does something once, at some moment of a phase. */
function whenIn({ sandbox, groups }: Stage, phase: Phase, share: number, act: () => void): void {
  const { clock } = sandbox;
  const [group] = groups;
  if (group === undefined) return;
  let begun = false;
  const begin = (from: number, to: number): void => {
    if (begun) return;
    begun = true;
    clock.after((from + share * (to - from)) * 1000, act);
  };
  sandbox.onCall(({ operation, outcome }) => {
    if (outcome !== 'ok') return;
    // The fastest of the world serves 40 s after it was asked for, and drains for 60 s.
    if (phase === 'booting' && operation === 'UpdateAutoScalingGroup') begin(20, 35);
    if (phase === 'draining' && operation === 'TerminateInstanceInAutoScalingGroup') begin(0, 60);
  });
  const look = (): void => {
    const fresh = newOnes(sandbox, group.name);
    if (fresh.length >= 2 && fresh.every((one) => one.inService)) begin(5, 70);
    if (!begun) clock.after(STEP_MS, look);
  };
  if (phase === 'proving') look();
}

function newOnes({ world }: Stage['sandbox'], group: string): readonly Seen[] {
  return lookAt(world, group)?.instances.filter((one) => !one.outdated && !one.leaving) ?? [];
}

/** Ends a new instance, and tells when the first answer of AWS would show it. */
function kill({ sandbox, groups }: Stage, shows: () => void): void {
  const { clock, world } = sandbox;
  const [group] = groups;
  const victim = newOnes(sandbox, group?.name ?? '')[0];
  if (group === undefined || victim === undefined) return;
  const before = stateOf(sandbox, group, victim.id);
  call(world, 'ec2', 'TerminateInstances', { InstanceIds: [victim.id] });
  const look = (): void => {
    if (stateOf(sandbox, group, victim.id) === before) clock.after(STEP_MS, look);
    else shows();
  };
  look();
}

/** What Auto Scaling and the classic balancer say of an instance. */
function stateOf({ world }: Stage['sandbox'], group: Stage['groups'][number], id: string): string {
  const member = autoScalingState(world).groups.get(group.name)?.members.get(id);
  const balancer = elbState(world).balancers.get(group.classic ?? '');
  const state = balancer === undefined ? '' : classicHealth(world, balancer, id).State;
  return `${member?.lifecycle} ${member?.health} ${state}`;
}

/** Whether an event shows that the run knows. */
function tellsOf(does: 'died' | 'alarm' | 'cancelled', event: RunEvent): boolean {
  if (does === 'cancelled') return event.type === 'interrupt';
  const judges = event.type === 'action.started' && event.action.type === 'judge';
  return does === 'alarm' ? judges : judges || event.type === 'group.progress' || event.type === 'group.instances';
}
