/** A failed call in words: `autoscaling:DescribeAutoScalingGroups answered Throttling: Rate exceeded`. */
export function faultText(fault: {
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}): string {
  return `${fault.operation} answered ${fault.code}: ${fault.message}`;
}
