import type { Milliseconds } from '../clock.js';

/** What a file says of many stacks, or groups, that are rolled out one wave after the other. */
export interface Fleet {
  /** The file, as it was typed. */
  readonly file: string;
  readonly waves: readonly Wave[];
}

/** Targets that are rolled out before those of the next wave. */
export interface Wave {
  readonly name: string;
  /** How many of its targets may be under way at once, from 1 to 20. */
  readonly concurrency: number;
  /** How long to wait after it, before the next one begins. */
  readonly bakeMs: Milliseconds;
  /** CloudWatch alarms that have to be quiet through that time, in the account and region of each target. */
  readonly alarms: readonly string[];
  /** A person has to let it begin. */
  readonly approval: boolean;
  /** So many of its targets may fail, and the next wave begins anyway. */
  readonly tolerated: number;
  readonly targets: readonly Target[];
}

/** One stack, or the groups of one place, and how they are rolled out. */
export interface Target {
  readonly name: string;
  /** The name of its wave. */
  readonly wave: string;
  /** A stack by its name or ARN; absent where groups are named. */
  readonly stack?: string;
  readonly asgs: readonly string[];
  readonly region?: string;
  readonly profile?: string;
  /** Values of the stack's parameters as `KEY=VALUE`, as a command line has them. */
  readonly parameters: readonly string[];
  /** Every other flag of `update-stack`, or of `update-asgs`, by its name. */
  readonly settings: Readonly<Record<string, string | boolean | readonly string[]>>;
  /** Where it stands in the file: `fleet.yaml:12:5`. */
  readonly at: string;
}

/** Every target, in the order of the waves. */
export function targetsOf({ waves }: Pick<Fleet, 'waves'>): readonly Target[] {
  return waves.flatMap(({ targets }) => targets);
}

/** What a target is, for people: `stack web in eu-west-1, profile prod`. */
export function placeOf({ stack, asgs, region, profile }: Target): string {
  const what = stack === undefined ? `${asgs.length === 1 ? 'group' : 'groups'} ${asgs.join(', ')}` : `stack ${stack}`;
  return `${what}${region === undefined ? '' : ` in ${region}`}${profile === undefined ? '' : `, profile ${profile}`}`;
}
