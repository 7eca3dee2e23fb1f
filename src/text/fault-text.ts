import { withoutStop } from './sentence.js';

/** A failed call in words: `autoscaling:DescribeAutoScalingGroups answered Throttling: Rate exceeded`. */
export function faultText(fault: {
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}): string {
  return `${fault.operation} answered ${fault.code}: ${fault.message}`;
}

/** What AWS said, to stand in a sentence: `Rate exceeded (Throttling)`. */
export function saidBy({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${withoutStop(message)} (${code})`;
}
