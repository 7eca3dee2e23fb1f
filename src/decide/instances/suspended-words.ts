import type { Group } from '../../model/rollout/group.js';

/** The processes that a rollout waits on, and what waits for each. */
const WAITS_ON = {
  Launch: 'nothing is launched',
  Terminate: 'nothing leaves',
  AddToLoadBalancer: 'no load balancer gets to know what is launched',
} as const;
export type WaitedOn = keyof typeof WAITS_ON;

/**
 * Why waiting does not help while a process is suspended that no rollout suspends by then; '' where it is not.
 * Source: EC2 Auto Scaling user guide, "Suspend and resume processes".
 */
export function whileSuspended({ suspended }: Pick<Group, 'suspended'>, process: WaitedOn): string {
  return suspended.includes(process) ? ` (${WAITS_ON[process]} while the process ${process} is suspended)` : '';
}
