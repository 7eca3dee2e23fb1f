import type { HealthCheck, Listener } from '@aws-sdk/client-elastic-load-balancing';
import type { Probe } from '../probe.js';
import type { World } from '../world.js';

/** One instance of a classic load balancer. */
export interface Registration {
  readonly instance: string;
  readonly registeredAt: number;
  readonly probe: Probe;
  /** Set while the instance is being deregistered; it disappears at this moment. */
  drainsUntil?: number;
}

export interface ClassicBalancer {
  readonly name: string;
  readonly dnsName: string;
  readonly createdAt: number;
  readonly scheme: string;
  readonly vpcId: string;
  readonly listeners: Listener[];
  readonly subnets: Set<string>;
  readonly zones: Set<string>;
  readonly securityGroups: string[];
  healthCheck: HealthCheck;
  draining: { enabled: boolean; seconds: number };
  crossZone: boolean;
  idleSeconds: number;
  readonly registrations: Map<string, Registration>;
  /** Instances that a caller deregistered. */
  readonly takenOut: Set<string>;
  /** Those of them that people deregistered of whom it is known that they are no rollout. */
  readonly takenByOthers: Set<string>;
  /** What such people called, for the invariants. */
  readonly others: { readonly at: number; readonly operation: string }[];
  readonly tags: Map<string, string>;
}

export interface ElbState {
  counter: number;
  readonly balancers: Map<string, ClassicBalancer>;
}

export function elbState(world: World): ElbState {
  return world.state<ElbState>('elb', () => ({ counter: 0, balancers: new Map() }));
}
