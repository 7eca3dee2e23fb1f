import type { Instant } from '../../src/clock.js';
import { PLAN } from '../../test/support/groups.js';
import { call } from '../../test/support/sandbox.js';
import { createStage, type Stage } from '../../test/support/stage.js';
import { putUnderStack, STACK } from '../../test/support/stack-of-groups.js';
import { countCalls, type Calls } from './calls.js';
import { watchLimit, type Limit } from './limit.js';

/**
 * The worlds: `usual` has health checks every 10 s and drains for 60 s, `aws` has what AWS sets when
 * nobody asks for anything (classic: every 30 s, healthy after 10; target group: every 30 s, healthy after
 * 5; both drain for 300 s).
 */
export const WORLDS = ['usual', 'aws'] as const;
export type WorldName = (typeof WORLDS)[number];

/** Groups and instances per group. */
export interface Shape {
  readonly groups: number;
  readonly instances: number;
}

/** One rollout in simulated time. */
export interface Rollout extends Calls {
  readonly world: WorldName;
  readonly shape: string;
  readonly seconds: number;
  readonly limit: Limit;
  /** (rollout time − physical limit) / physical limit. */
  readonly overhead: number;
  /** Calls per second and group, signs of life apart. */
  readonly rates: Rates;
  /** From the moment when all was proven in the world until the verdict left, in seconds. */
  readonly provenDelay: number;
}

/** Calls per second and group. */
interface Rates {
  readonly overall: number;
  /** From the last request for new instances until the first of them is in service. */
  readonly booting: number;
  /** From the last termination until the last instance is gone. */
  readonly draining: number;
}

function nameOf({ groups, instances }: Shape): string {
  return `${groups}x${instances}`;
}

/** `2x10`: two groups of ten instances. */
export function shapeOf(name: string): Shape {
  const [groups = 0, instances = 0] = name.split('x').map(Number);
  if (!(groups > 0 && instances > 0)) throw new Error(`${name} is no GROUPSxINSTANCES`);
  return { groups, instances };
}

/** A world in which all groups wait for a new image, each behind a classic balancer and a target group. */
export function worldFor({ groups, instances }: Shape, world: WorldName = 'usual', seed = 1): Stage {
  const drain = world === 'aws' ? 300 : 60;
  const healthCheckType = world === 'aws' ? 'EC2' : 'ELB';
  const stage = createStage(
    { seed },
    Array.from({ length: groups }, (_, index) => ({
      name: `g${index + 1}`,
      size: instances,
      max: 2 * instances,
      drain,
      healthCheckType,
    })),
  );
  for (const group of stage.groups) {
    if (world === 'aws') setDefaults(stage, group);
    group.changeImage('ami-new');
  }
  return stage;
}

function setDefaults({ sandbox }: Stage, { classic, targetGroup }: Stage['groups'][number]): void {
  const check = { Target: 'HTTP:80/', Interval: 30, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 10 };
  call(sandbox.world, 'elb', 'ConfigureHealthCheck', { LoadBalancerName: classic, HealthCheck: check });
  call(sandbox.world, 'elbv2', 'ModifyTargetGroup', {
    TargetGroupArn: targetGroup,
    HealthCheckIntervalSeconds: 30,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
  });
}

/** Under what a rollout is measured. */
interface Conditions {
  readonly world?: WorldName;
  readonly seed?: number;
  /** Pause between two looks, as `--poll` sets it. */
  readonly pollMs?: number;
}

/** Swaps all groups of a world once and tells what it took. @throws when the swap was not promoted */
export async function measureRollout(
  shape: Shape,
  { world = 'usual', seed = 1, pollMs = PLAN.timing.pollMs }: Conditions = {},
): Promise<Rollout> {
  const stage = worldFor(shape, world, seed);
  const { clock } = stage.sandbox;
  const names = stage.groups.map((group) => group.name);
  putUnderStack(stage.sandbox.world, names, []);
  const limitOf = watchLimit(stage.sandbox, names, PLAN.timing.warmupMs);
  const callsOf = countCalls(stage.sandbox, shape.groups);
  const from = clock.now();
  const ending = await stage.run({ stack: STACK, timing: { ...PLAN.timing, pollMs } });
  const seconds = (clock.now() - from) / 1000;
  if (ending.outcome !== 'swapped' || stage.violations().length > 0) {
    throw new Error(
      `${nameOf(shape)} ended as ${ending.outcome}: ${ending.failure?.facts.what ?? ''} ` +
        JSON.stringify(stage.violations()),
    );
  }
  const limit = limitOf();
  const least = limit.launchSeconds + limit.proveSeconds + limit.drainSeconds;
  const calls = callsOf();
  const { asked, firstServes, ready, terminated, gone } = limit.moments;
  const rate = (since: Instant, until: Instant): number =>
    calls.times.filter((at) => at > since && at <= until).length / ((until - since) / 1000) / shape.groups;
  return {
    world,
    shape: nameOf(shape),
    seconds,
    limit,
    overhead: (seconds - least) / least,
    rates: {
      overall: rate(from - 1, clock.now()),
      booting: rate(asked, firstServes),
      draining: rate(terminated, gone),
    },
    provenDelay: ((calls.judgedAt ?? NaN) - ready) / 1000 - PLAN.timing.warmupMs / 1000,
    ...calls,
  };
}
