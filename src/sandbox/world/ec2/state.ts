import type { CreateApplicationStatusCheckRequest, IpPermission, RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { ImageBehaviour } from '../../scenario.js';
import type { World } from '../world.js';

/** Who ended an instance: the world itself (a kill, a crash), a caller, or Auto Scaling for a reason of its own. */
export type EndedBy = 'world' | 'caller' | 'scale-in' | 'health' | 'lifetime' | 'hook' | 'rebalance' | 'delete';

/** Source: EC2 API reference, `StateReason`. */
export type EndReason =
  'Client.UserInitiatedShutdown' | 'Server.SpotInstanceTermination' | 'Client.InstanceInitiatedShutdown';

export interface Ec2Instance {
  readonly id: string;
  readonly imageId: string;
  readonly type: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  /** Whole seconds, as EC2 tells it. */
  readonly launchedAt: number;
  readonly privateIp: string;
  readonly publicIp: string;
  readonly behaviour: ImageBehaviour;
  readonly securityGroupIds: readonly string[];
  readonly keyName?: string | undefined;
  readonly profile?: string | undefined;
  readonly reservationId: string;
  /** Auto Scaling group that launched it, if one did. */
  group?: string | undefined;
  state: 'pending' | 'running' | 'shutting-down' | 'terminated';
  readonly runningAt: number;
  /** When the application starts to answer. */
  readonly upAt: number | undefined;
  /** Times in which a command keeps the application from answering; Infinity when it does not come back. */
  pauses?: { readonly from: number; readonly until: number }[];
  /** When it stopped to answer for good. */
  stopsAt?: number;
  /** When it is `terminated`, known from the moment it shuts down. */
  goneAt?: number;
  endedBy?: EndedBy | undefined;
  /** EC2's code for why it ended, when nobody asked for it. */
  endReason?: EndReason | undefined;
  readonly tags: Map<string, string>;
}

export interface LaunchTemplateState {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  defaultVersion: number;
  readonly versions: {
    readonly number: number;
    readonly createdAt: number;
    readonly description?: string | undefined;
    /** ClientToken of the call that made it: another one with it makes no second version. */
    readonly token?: string | undefined;
    readonly data: RequestLaunchTemplateData;
  }[];
  readonly tags: Map<string, string>;
}

export interface SubnetState {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  readonly isDefault: boolean;
  readonly tags: Map<string, string>;
}

export interface SecurityGroupState {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly ingress: IpPermission[];
  readonly tags: Map<string, string>;
}

/** An application status check, and the instances that it is associated with: by id, or by `key=value`. */
export interface StatusCheck {
  readonly id: string;
  readonly createdAt: number;
  settings: Omit<CreateApplicationStatusCheckRequest, 'ClientToken' | 'DryRun' | 'TagSpecifications'>;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly instances: Set<string>;
  readonly targets: Set<string>;
}

export interface Ec2State {
  counter: number;
  readonly vpcs: Map<
    string,
    { readonly id: string; readonly cidr: string; readonly isDefault: boolean; readonly tags: Map<string, string> }
  >;
  readonly subnets: Map<string, SubnetState>;
  readonly securityGroups: Map<string, SecurityGroupState>;
  readonly templates: Map<string, LaunchTemplateState>;
  readonly instances: Map<string, Ec2Instance>;
  /** What was launched by a call with this ClientToken, and what that call asked for. */
  readonly launched: Map<string, { readonly asked: string; readonly instances: readonly string[] }>;
  readonly statusChecks: Map<string, StatusCheck>;
  /** Until when the application status of an instance is suppressed. */
  readonly suppressedUntil: Map<string, number>;
  /** Launches so far under a fault that lets some through (`after`), by its place in the scenario. */
  readonly launchesUnderFault: Map<number, number>;
}

export const DEFAULT_VPC = 'vpc-0a0a0a0a0a0a0a0a0';
export const DEFAULT_SUBNETS = [
  'subnet-0aaaaaaaaaaaaaaaa',
  'subnet-0bbbbbbbbbbbbbbbb',
  'subnet-0cccccccccccccccc',
] as const;
export const DEFAULT_SECURITY_GROUP = 'sg-0d0d0d0d0d0d0d0d0';

/** The zones of the world's region. */
export function zonesOf(world: World): readonly string[] {
  return ['a', 'b', 'c'].map((letter) => world.region + letter);
}

/** EC2 as it is: every account starts with a default VPC with one subnet in each zone. */
export function ec2State(world: World): Ec2State {
  return world.state<Ec2State>('ec2', () => ({
    counter: 0,
    vpcs: new Map([[DEFAULT_VPC, { id: DEFAULT_VPC, cidr: '172.31.0.0/16', isDefault: true, tags: new Map() }]]),
    subnets: new Map(
      zonesOf(world).map((zone, index) => {
        const id = DEFAULT_SUBNETS[index] as string;
        return [
          id,
          { id, vpcId: DEFAULT_VPC, zone, cidr: `172.31.${index * 16}.0/20`, isDefault: true, tags: new Map() },
        ];
      }),
    ),
    securityGroups: new Map([
      [
        DEFAULT_SECURITY_GROUP,
        {
          id: DEFAULT_SECURITY_GROUP,
          name: 'default',
          description: 'default VPC security group',
          vpcId: DEFAULT_VPC,
          ingress: [],
          tags: new Map(),
        },
      ],
    ]),
    templates: new Map(),
    instances: new Map(),
    launched: new Map(),
    statusChecks: new Map(),
    suppressedUntil: new Map(),
    launchesUnderFault: new Map(),
  }));
}
