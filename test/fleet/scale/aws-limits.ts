/** A token bucket of AWS's, for one account in one region: each request takes a token. */
export interface RequestLimit {
  readonly name: string;
  /** Tokens that it holds, and tokens that come back each second. */
  readonly bucket: number;
  readonly refill: number;
  /** Whether every operation has one of its own. */
  readonly perOperation: boolean;
  readonly source: string;
}

const EC2 = 'Amazon EC2 developer guide, ec2-api-throttling';
const ELB = 'Elastic Load Balancing user guide, elb-api-throttling';

/**
 * The limits that AWS publishes for what a rollout asks. Auto Scaling, CloudFormation and CloudWatch throttle, too, and
 * publish no numbers, so `undefined` there means not known, and not without limit.
 */
export function limitOf(service: string, operation: string): RequestLimit | undefined {
  const reads = operation.startsWith('Describe') || operation.startsWith('Get');
  if (service === 'ec2' && reads)
    return { name: `ec2:${operation}`, bucket: 100, refill: 20, perOperation: true, source: EC2 };
  if (service === 'elb' && reads)
    return { name: 'elb:Describe*', bucket: 40, refill: 10, perOperation: false, source: ELB };
  if (service === 'elbv2' && reads)
    return { name: 'elbv2:Describe*', bucket: 40, refill: 10, perOperation: false, source: ELB };
  return undefined;
}

/** Quotas that one execution, state or payload has to keep. */
export const QUOTAS = {
  /** Source: Step Functions developer guide, service-quotas. In events. */
  historyEvents: 25_000,
  /** Source: there; input or output of a task, a state or an execution. In bytes of UTF-8. */
  payloadBytes: 262_144,
  /** Source: `constants.d.ts` of AWS's durable execution SDK for JavaScript. */
  stepBytes: 262_144,
  /** Source: aws-durable-execution-sdk-python, issue 710. At 2,900 the function hands over. */
  operations: 3_000,
} as const;
