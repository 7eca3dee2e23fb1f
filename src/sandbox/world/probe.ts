import { answersAt, steadySince } from './ec2/answers.js';
import type { Ec2Instance } from './ec2/state.js';

/** How a balancer checks its targets. */
export interface ProbeRules {
  readonly intervalMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Application and network balancers: the very first check that passes is enough. */
  readonly firstPassCounts: boolean;
}

/** What a balancer knows of one target from its checks. Plain data. */
export interface Probe {
  state: 'initial' | 'healthy' | 'unhealthy';
  /** Checks in a row that said `last`. */
  streak: number;
  last: boolean;
  /** Checks so far since the registration. */
  checks: number;
  nextAt: number;
}

/** A fresh target; `phase` in [0, 1) places its first check within one interval. */
export function freshProbe(now: number, rules: ProbeRules, phase: number): Probe {
  return { state: 'initial', streak: 0, last: false, checks: 0, nextAt: now + Math.round(phase * rules.intervalMs) };
}

/**
 * Lets all checks happen that were due until `now`. There are no events for checks: what a check
 * saw depends only on the instance's past, so it can be worked out when somebody asks.
 */
export function catchUp(probe: Probe, rules: ProbeRules, instance: Ec2Instance | undefined, now: number): void {
  while (probe.nextAt <= now) {
    const passes = instance !== undefined && answersAt(instance, probe.nextAt);
    probe.streak = probe.checks > 0 && probe.last === passes ? probe.streak + 1 : 1;
    probe.last = passes;
    probe.checks += 1;
    probe.state = judge(probe, rules);
    const settled = probe.state === (passes ? 'healthy' : 'unhealthy') && probe.nextAt >= steadySince(instance);
    // Nothing can change until the instance itself does: skip the checks that would all say the same.
    probe.nextAt += settled
      ? Math.max(1, Math.floor((now - probe.nextAt) / rules.intervalMs) + 1) * rules.intervalMs
      : rules.intervalMs;
  }
}

function judge(probe: Probe, rules: ProbeRules): Probe['state'] {
  if (probe.last) {
    if (probe.state === 'initial' && rules.firstPassCounts) return 'healthy';
    return probe.streak >= rules.healthyThreshold ? 'healthy' : probe.state;
  }
  return probe.streak >= rules.unhealthyThreshold ? 'unhealthy' : probe.state;
}
