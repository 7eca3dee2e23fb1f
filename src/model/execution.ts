import type { Instant } from '../clock.js';

/** A durable execution of a function of Lambda. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  /** Of the function, such as `3`. */
  readonly version: string;
  readonly startedAt: Instant;
}

/** One that was just started. */
export interface StartedExecution {
  readonly arn: string;
  readonly name: string;
  /** Of the function, on which it runs to its end. */
  readonly version: string;
}

/** How an execution stands, in Lambda's words: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `STOPPED`. */
export interface ExecutionEnd {
  readonly status: string;
  /** What it was started with: JSON. */
  readonly input?: string;
  /** What its function answered: JSON. */
  readonly result?: string;
  readonly error?: string;
  readonly endedAt?: Instant;
}

/** A line of CloudWatch Logs. */
export interface LogLine {
  /** No two lines have the same one. */
  readonly id: string;
  readonly at: Instant;
  readonly text: string;
  /** That of a function holds the version in brackets. */
  readonly stream?: string;
}

/** ARN of the execution that goes on with the run, where one has handed it over. */
export function handedOverTo({ status, result = '' }: ExecutionEnd): string | undefined {
  if (status !== 'SUCCEEDED') return undefined;
  try {
    const read = JSON.parse(result) as { readonly handedOver?: { readonly arn?: unknown } } | null;
    return typeof read?.handedOver?.arn === 'string' ? read.handedOver.arn : undefined;
  } catch {
    return undefined;
  }
}
