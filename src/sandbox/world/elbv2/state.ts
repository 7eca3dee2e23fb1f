import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Probe } from '../probe.js';
import type { World } from '../world.js';

export interface TargetState {
  readonly instance: string;
  readonly port: number;
  readonly registeredAt: number;
  probe: Probe;
  /** Set while the target is being deregistered; it disappears at this moment. */
  drainsUntil?: number;
}

export interface TargetGroupState {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly vpcId: string;
  readonly targetType: string;
  check: {
    enabled: boolean;
    protocol: string;
    port: string;
    path: string;
    interval: number;
    timeout: number;
    healthy: number;
    unhealthy: number;
    matcher: string;
  };
  readonly attributes: Map<string, string>;
  /** By `instance:port`. */
  readonly targets: Map<string, TargetState>;
  /** Instances that a caller deregistered. */
  readonly takenOut: Set<string>;
  /** Those of them that people deregistered of whom it is known that they are no rollout. */
  readonly takenByOthers: Set<string>;
  /** What such people called, for the invariants. */
  readonly others: { readonly at: number; readonly operation: string }[];
  readonly tags: Map<string, string>;
}

export interface BalancerState {
  readonly arn: string;
  readonly name: string;
  readonly type: string;
  readonly scheme: string;
  readonly vpcId: string;
  readonly dnsName: string;
  readonly createdAt: number;
  readonly zones: Map<string, string>;
  readonly securityGroups: string[];
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

export interface ListenerState {
  readonly arn: string;
  readonly balancer: string;
  port: number;
  protocol: string;
  actions: Action[];
  readonly tags: Map<string, string>;
}

export interface RuleState {
  readonly arn: string;
  readonly listener: string;
  priority: string;
  conditions: RuleCondition[];
  actions: Action[];
  readonly tags: Map<string, string>;
}

export interface Elbv2State {
  counter: number;
  readonly balancers: Map<string, BalancerState>;
  readonly targetGroups: Map<string, TargetGroupState>;
  readonly listeners: Map<string, ListenerState>;
  readonly rules: Map<string, RuleState>;
}

export function elbv2State(world: World): Elbv2State {
  return world.state<Elbv2State>('elbv2', () => ({
    counter: 0,
    balancers: new Map(),
    targetGroups: new Map(),
    listeners: new Map(),
    rules: new Map(),
  }));
}
