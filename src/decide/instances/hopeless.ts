import type { FailedActivity, Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { verdictOf } from './classify.js';

/**
 * Failed launches that trying again cannot heal. Auto Scaling would go on trying until the deadline.
 * Source: Auto Scaling user guide, "Troubleshoot: EC2 instance launch failures".
 */
const CONFIGURATION_ERRORS: readonly RegExp[] = [
  /\b(image id|AMI|InvalidAMIID)\b.*(does not exist|not found|is not valid|malformed|is pending|not authorized)/i,
  /InvalidAMIID/i,
  /(security group|key pair|placement group|subnet|snapshot).*(does not exist|not found|is not valid)/i,
  /launch (template|configuration).*(does not exist|not found|is not valid)/i,
  /Invalid IAM Instance Profile/i,
  /target groups? not found/i,
  /Cannot find Load Balancer/i,
  /Client error on launch/i,
  /not authorized to perform/i,
  /(instance type|requested configuration).*(not supported|unsupported)/i,
];

/** Why waiting for the new instances is hopeless, or undefined while it may help. */
export function hopeless(
  group: Group,
  record: RolloutRecord | undefined,
  failures: readonly FailedActivity[],
  fresh: readonly Instance[],
): string | undefined {
  for (const failure of failures) {
    if (failure.group !== group.name || (record !== undefined && failure.startedAt < record.startedAt)) continue;
    if (CONFIGURATION_ERRORS.some((pattern) => pattern.test(failure.message)))
      return `launching cannot succeed: ${failure.message}`;
  }
  for (const instance of fresh) {
    for (const balancer of group.balancers) {
      if (!balancer.judged) continue;
      const { verdict, reason } = verdictOf(instance, balancer);
      if (verdict === 'hopeless') return `${instance.id} can never serve behind ${balancer.name}: ${reason}`;
    }
  }
  return undefined;
}
