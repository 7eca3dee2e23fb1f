import type { Clock } from '../../clock.js';
import type { Aws } from '../../conformance/aws.js';
import type { Story } from '../../conformance/stage.js';

/** What the other parts of the command work with. */
export interface ConformancePlace {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly profile: string | undefined;
  readonly say: (line: string) => void;
}

/** What was asked for, checked. */
export interface ConformanceOrder {
  readonly accounts: readonly string[];
  readonly stories: readonly Story[];
  readonly subnets: readonly string[];
  readonly instanceType: string;
  readonly image: string;
  readonly deadlineMs: number;
}
