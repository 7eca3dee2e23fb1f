import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { CloudFormation } from '@aws-sdk/client-cloudformation';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing';
import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock, Milliseconds } from '../clock.js';
import { AwsFault } from '../errors.js';

/** AWS in its own words: what a story asks is what stands in the API reference. Every failure is an AwsFault. */
export interface Aws {
  readonly autoScaling: AutoScaling;
  readonly cloudFormation: CloudFormation;
  readonly ec2: EC2;
  /** Classic balancers. */
  readonly elb: ElasticLoadBalancing;
  /** Target groups. */
  readonly elbV2: ElasticLoadBalancingV2;
}

/** What is asked of AWS, and its answer. */
export type Around = (
  call: { readonly operation: string; readonly input: object },
  send: (input: object) => Promise<object>,
) => Promise<object>;

/** The same AWS with something done around every call. `operation` is as the SDK writes it: `enterStandby`. */
export function around(aws: Aws, wrap: Around): Aws {
  const wrapped = <C extends object>(client: C): C =>
    new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        const send = (input: object): Promise<object> =>
          (member as (this: object, input: object) => Promise<object>).call(target, input);
        return (input: object) => wrap({ operation: name, input }, send);
      },
    });
  return {
    autoScaling: wrapped(aws.autoScaling),
    cloudFormation: wrapped(aws.cloudFormation),
    ec2: wrapped(aws.ec2),
    elb: wrapped(aws.elb),
    elbV2: wrapped(aws.elbV2),
  };
}

const TRIES = 6;
const FIRST_WAIT_MS: Milliseconds = 1_000;

/** Tries again what was throttled or got no answer, a few times: that says nothing of any fact. */
export function patient(aws: Aws, clock: Clock): Aws {
  return around(aws, async ({ input }, send) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(input);
      } catch (error) {
        const passes = error instanceof AwsFault && ['throttled', 'transient', 'unreachable'].includes(error.kind);
        if (!passes || attempt >= TRIES) throw error;
        await clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
      }
    }
  });
}
