/**
 * AWS's prices in US East (N. Virginia), in dollars, without free tiers, as of November 2026. Sources: the pages
 * "AWS Lambda pricing", "Amazon CloudWatch pricing" and "AWS Step Functions pricing".
 */
const PRICES = {
  lambdaRequest: 0.2 / 1e6,
  /** Arm, first tier. */
  lambdaGbSecond: 0.0000133334,
  durableOperation: 8 / 1e6,
  durableGbWritten: 0.25,
  durableGbMonth: 0.15,
  logsGb: 0.5,
} as const;

/** What an execution takes of Lambda. */
export interface Taken {
  readonly looks: number;
  readonly operations: number;
  readonly bytesWritten: number;
  readonly bytesLogged: number;
}

/** templates/server.yaml: memory of the function, and how long Lambda keeps what an execution has written. */
export const FUNCTION = { gb: 0.5, retentionDays: 14 } as const;

const GB = 1e9;

/** What an execution costs, in dollars. @param secondsPerLook how long one call of the function is taken to last */
export function costOf({ looks, operations, bytesWritten, bytesLogged }: Taken, secondsPerLook: number): number {
  return (
    looks * (PRICES.lambdaRequest + secondsPerLook * FUNCTION.gb * PRICES.lambdaGbSecond) +
    operations * PRICES.durableOperation +
    (bytesWritten / GB) * (PRICES.durableGbWritten + (PRICES.durableGbMonth * FUNCTION.retentionDays) / 30) +
    (bytesLogged / GB) * PRICES.logsGb
  );
}
