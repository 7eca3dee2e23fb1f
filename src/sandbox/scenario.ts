/** How instances of an image behave. Seconds everywhere in a scenario, as people write them. */
export interface ImageBehaviour {
  /**
   * healthy: passes health checks once booted. unhealthy: boots, never passes. flaps: passes and fails
   * in turns of `flapSeconds`. dies: healthy, then EC2 terminates it `diesAfter` seconds after its launch.
   * missing: the AMI does not exist, launches fail at once.
   */
  readonly behaviour: 'healthy' | 'unhealthy' | 'flaps' | 'dies' | 'missing';
  /** Seconds from running to answering health checks: [least, most]. */
  readonly boot?: readonly [number, number];
  readonly flapSeconds?: number;
  readonly diesAfter?: number;
  /** Passes its health checks, and its errors stand out among those of the other targets. */
  readonly anomalous?: boolean;
  /** What DescribeImages says of it; `available` and `x86_64` where nothing is said. */
  readonly state?: 'available' | 'pending' | 'failed' | 'disabled' | 'deregistered';
  readonly architecture?: 'x86_64' | 'arm64';
  /** What its instances print on the console once they run. */
  readonly prints?: string;
}

/** What a command does that SSM runs on an instance. The first whose `match` the text of the command holds counts. */
export interface CommandBehaviour {
  readonly match: string;
  /** How long it runs: [least, most]. The application does not answer meanwhile. */
  readonly seconds?: readonly [number, number];
  readonly exit?: number;
  readonly output?: string;
  /** broken: the application does not come back. */
  readonly leaves?: 'healthy' | 'broken';
  /** How likely it is that this is what happens, for each instance anew; 1 when absent. */
  readonly rate?: number;
}

/** The values of a metric, minute by minute. */
export interface MetricBehaviour {
  /** Absent: it has no data by itself. */
  readonly value?: number;
  /** What every instance that serves adds to a minute, by its image. */
  readonly perImage?: Readonly<Record<string, number>>;
  /**
   * A load that instances share: a minute shows this, divided by the number of those that serve. To a scaling policy
   * it is the load of its group, shared by what serves and is warm there.
   */
  readonly load?: number;
  /** How long after its end a minute's data is published; 45 when absent. */
  readonly delay?: number;
}

/** From when `at` counts: the moment in which the first rollout of the group begins; absent: the start of the world. */
type Since = 'rollout';

/** A window of simulated seconds since the start of the world; open ends when absent. */
export interface Window {
  readonly from?: number;
  readonly until?: number;
}

/** What goes wrong. Faults are state of the world, named here, never pokes into the code. */
export type Fault = Window &
  (
    | {
        readonly kind: 'throttle';
        /** `autoscaling:*`, `*:Describe*` … */ readonly calls: string;
        readonly rate: number;
        readonly code?: string;
      }
    | { readonly kind: 'serverError'; readonly calls: string; readonly rate: number }
    /** The effect happens, the reply is lost (connection reset). */
    | { readonly kind: 'lostReply'; readonly calls: string; readonly rate: number }
    /** The answer arrives broken, or somebody else's arrives in its place. */
    | {
        readonly kind: 'brokenAnswer';
        readonly calls: string;
        readonly rate: number;
        readonly how: BreakHow;
        /** before: the call never comes through to the service. Absent: after. */
        readonly effect?: 'before' | 'after';
        /** At most this many times. */
        readonly times?: number;
      }
    | {
        readonly kind: 'refuse';
        readonly calls: string;
        readonly code: string;
        readonly message: string;
        /** At most this many times. */
        readonly times?: number;
      }
    /** Reads of the service show the world as it was up to `seconds` ago. */
    /** Calls signed with this access key are refused as expired. */
    | { readonly kind: 'expireCredentials'; readonly key: string }
    | { readonly kind: 'staleReads'; readonly service: string; readonly seconds: number }
    | { readonly kind: 'noCapacity'; readonly zone?: string; /** Launches that still work. */ readonly after?: number }
    /** A zonal shift keeps requests away from the targets of a zone; their health checks go on. */
    | { readonly kind: 'zonalShift'; readonly zone: string }
    /** Launches fail with EC2's code and words, in which `{type}` and `{zone}` are those of the launch. */
    | {
        readonly kind: 'launchFails';
        readonly code: string;
        readonly message: string;
        readonly zone?: string;
        readonly type?: string;
        readonly group?: string;
        /** Only while at least so many instances of the account run or are starting: a quota. */
        readonly running?: number;
        /** Launches that still work. */ readonly after?: number;
      }
    | {
        readonly kind: 'killInstance';
        readonly group: string;
        readonly at: number;
        readonly since?: Since;
        readonly which: 'oldest' | 'newest';
      }
    | {
        readonly kind: 'resize';
        readonly group: string;
        readonly at: number;
        readonly since?: Since;
        readonly min?: number;
        readonly max?: number;
        readonly desired?: number;
      }
    /** An alarm rings (or comes into another state), and is quiet again after `for` seconds, if they are given. */
    | {
        readonly kind: 'alarm';
        readonly name: string;
        readonly at: number;
        readonly state?: AlarmState;
        readonly for?: number;
      }
    /** A change calendar is closed (or open) for a while. */
    | {
        readonly kind: 'calendar';
        readonly name: string;
        readonly at: number;
        readonly state: 'OPEN' | 'CLOSED';
        readonly for?: number;
      }
    /** A metric has another value for a while; without one it has no data. */
    | {
        readonly kind: 'metric';
        readonly name: string;
        readonly at: number;
        readonly value?: number;
        readonly for?: number;
      }
    /**
     * Somebody else lays hands on the group; `instance` for those that mean one. A version that is published makes
     * the group launch `image`.
     */
    | {
        readonly kind: 'meddle';
        readonly group: string;
        readonly at: number;
        readonly since?: Since;
        readonly does: Meddling;
        readonly instance?: 'oldest' | 'newest';
        readonly image?: string;
      }
    /** The resource of a stack operation fails, which rolls the stack back. */
    | {
        readonly kind: 'stackFails';
        readonly stack?: string;
        readonly logicalId: string;
        readonly reason: string;
        /** 1: only the first operation after `from`. */ readonly times?: number;
        /** rollback: it fails on the way back instead; delete: when it is to be deleted. */ readonly during?:
          'operation' | 'rollback' | 'delete';
        /** Type name of a hook that objects, for this reason. */ readonly hook?: string;
        /** Operations that it leaves alone first. */ readonly after?: number;
      }
    /** A change set fails: early validation finds a fault at `path` of the resource, or a hook objects. */
    | {
        readonly kind: 'changeSetFails';
        readonly stack?: string;
        readonly logicalId: string;
        readonly reason: string;
        readonly path?: string;
        readonly hook?: string;
        /** 1: only the first change set. */ readonly times?: number;
      }
  );

/**
 * How an answer breaks.
 * - cut: the connection closes within the body; short: the body is whole, but shorter than the length that was declared
 * - cutDocument: a document without its end, of the right length
 * - empty, html: status 200 with nothing, or with the page of a proxy; redirect: 302 to the page of a portal
 * - drip: the body stops arriving, and the connection stays open
 * - reset: the connection closes before the answer
 */
export const BREAKS = ['cut', 'short', 'cutDocument', 'empty', 'html', 'redirect', 'drip', 'reset'] as const;
export type BreakHow = (typeof BREAKS)[number];

export const ALARM_STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
type AlarmState = (typeof ALARM_STATES)[number];

/** What people, other tools and AWS itself do to a group in the middle of a rollout. */
export const MEDDLINGS = [
  'resumeProcesses',
  'terminate',
  'detach',
  'standby',
  'protect',
  'removeTags',
  'detachBalancers',
  'publishVersion',
  'deleteGroup',
  'interruptSpot',
  'endLifetime',
  'exitStandby',
  'standbyDecrementing',
  'terminateDecrementing',
  'detachDecrementing',
] as const;
export type Meddling = (typeof MEDDLINGS)[number];

/** Latencies of the world, in seconds, each drawn uniformly from [least, most]. */
interface Timing {
  /** Resize → launch activity starts. */
  readonly launchDelay: readonly [number, number];
  /** Launch activity start → EC2 running. */
  readonly pending: readonly [number, number];
  /** Running → application answers, unless the image says otherwise. */
  readonly boot: readonly [number, number];
  /** InService at Auto Scaling → listed by the balancer. */
  readonly registration: readonly [number, number];
  /** Terminate call → deregistration starts. */
  readonly terminationDelay: readonly [number, number];
  /** Drained → gone. */
  readonly shutdown: readonly [number, number];
  /** One resource operation of CloudFormation. */
  readonly stackResource: readonly [number, number];
  /** Most instances that one planning tick launches or terminates. */
  readonly wave: number;
}

/** Everything that makes one world. The same scenario and seed make the same world, event by event. */
export interface Scenario {
  readonly seed: number;
  readonly region: string;
  readonly account: string;
  /** Who calls, as the end of an ARN: `user/NAME`, `assumed-role/ROLE/SESSION` or `root`. */
  readonly caller: string;
  /** ISO 8601 start of simulated time. */
  readonly start: string;
  readonly timing: Timing;
  /** By AMI id; images not named are healthy. */
  readonly images: Readonly<Record<string, ImageBehaviour>>;
  /** SSM parameters, for `AWS::SSM::Parameter::Value<…>`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** S3 objects as `bucket/key: text`. */
  readonly objects: Readonly<Record<string, string>>;
  /** Accounts that own buckets; a bucket that is not named here is the sandbox's own. */
  readonly bucketOwners: Readonly<Record<string, string>>;
  /** Quotas of EC2 in vCPUs by code, such as `L-1216C47A`. Launches beyond them fail; what is not named is large. */
  readonly quotas: Readonly<Record<string, number>>;
  /** CloudWatch alarms by name. */
  readonly alarms: Readonly<Record<string, { readonly state?: AlarmState; readonly type?: 'metric' | 'composite' }>>;
  /** Change calendars of SSM by name, and what they are while no fault says otherwise. */
  readonly calendars: Readonly<Record<string, 'OPEN' | 'CLOSED'>>;
  /** CloudWatch metrics by `NAMESPACE/NAME`, whatever dimensions are asked for. */
  readonly metrics: Readonly<Record<string, MetricBehaviour>>;
  readonly faults: readonly Fault[];
  /** What commands do that are run by SSM; those not named here take some seconds and succeed. */
  readonly commands: readonly CommandBehaviour[];
}

export const DEFAULT_SCENARIO: Scenario = {
  seed: 1,
  region: 'eu-west-1',
  account: '123456789012',
  caller: 'user/sandbox',
  start: '2026-11-21T03:00:00Z',
  timing: {
    launchDelay: [5, 15],
    pending: [5, 18],
    boot: [20, 60],
    registration: [1, 5],
    terminationDelay: [2, 10],
    shutdown: [5, 20],
    stackResource: [2, 8],
    wave: 50,
  },
  images: {},
  parameters: {},
  objects: {},
  bucketOwners: {},
  quotas: {},
  alarms: {},
  calendars: {},
  metrics: {},
  faults: [],
  commands: [],
};

/** Images that `ha-updater sandbox` knows without a scenario, so that a roll-back can be seen at once. */
export const SAMPLE_IMAGES: Scenario['images'] = {
  'ami-0bad0bad0bad0bad0': { behaviour: 'unhealthy' },
  'ami-0f1a00f1a00f1a000': { behaviour: 'flaps', flapSeconds: 40 },
  'ami-0dead0dead0dead00': { behaviour: 'dies', diesAfter: 200 },
  'ami-04040404040404040': { behaviour: 'missing' },
  'ami-05100510051005100': { behaviour: 'healthy', boot: [90, 240] },
};
