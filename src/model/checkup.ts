import type { Instant, Milliseconds } from '../clock.js';
import type { AdvisedReason, Reason } from './rollout/decision.js';
import type { Size } from './rollout/size.js';

/** Actions of IAM that a run takes on one thing, and what is known of that thing. */
export interface PermissionQuestion {
  /** What they are needed for, such as `reading groups`. */
  readonly purpose: string;
  readonly actions: readonly string[];
  /** ARN; absent: any thing. */
  readonly resource?: string;
  /** Keys of the context that policies may ask for, such as `aws:ResourceTag/env`. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** What IAM says of one action. */
export interface PermissionAnswer {
  readonly action: string;
  readonly allowed: boolean;
  /** Keys of the context that a policy asks for and nobody gave: then a denial may be none. */
  readonly missingContext: readonly string[];
}

/** What IAM said of one question; `unknown` is why it said nothing, as a clause. */
export interface AnsweredPermissions {
  readonly question: PermissionQuestion;
  readonly answers: readonly PermissionAnswer[] | { readonly unknown: string };
}

/** An instance as quotas count it. */
export interface CountedInstance {
  readonly id: string;
  readonly type: string;
  readonly spot: boolean;
  readonly vcpus: number;
}

/** A subnet and the addresses that are free in it. */
export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly free: number;
}

/** What a group needs room for: from its size now to the largest one while old and new instances serve. */
export interface Growth {
  readonly group: string;
  readonly size: Size;
  readonly peak: Size;
  /** Capacity units of the instances that are there. */
  readonly units: number;
  readonly instances: readonly string[];
  /** Ids of the subnets that it launches into. */
  readonly subnets: readonly string[];
}

/** What AWS says of the room that there is; a text is why it could not be asked. */
export interface Room {
  readonly counted: readonly CountedInstance[] | string;
  /** vCPUs by the code of the quota. */
  readonly quotas: Readonly<Record<string, number>> | string;
  readonly subnets: readonly Subnet[] | string;
}

/** The clock of this machine and that of AWS, read at the same moment. */
export interface Clocks {
  readonly here: Instant;
  readonly there: Instant;
  /** How long the call took that read AWS's. */
  readonly tookMs: Milliseconds;
}

/** What `doctor` found about one topic. */
export interface Check {
  /** Such as `permissions`. */
  readonly topic: string;
  /** `unknown`: it could not be found out. */
  readonly state: 'ok' | 'warning' | 'against' | 'unknown';
  /** The short answer, as a clause. */
  readonly says: string;
  readonly findings: readonly Reason[];
}

/** The same before it is told: the commands in its remedies are data. */
export interface AdvisedCheck extends Omit<Check, 'findings'> {
  readonly findings: readonly AdvisedReason[];
}
