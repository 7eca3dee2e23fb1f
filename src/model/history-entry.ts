import type { Milliseconds } from '../clock.js';
import type { GroupResult } from './rollout/group-result.js';
import type { Outcome } from './event.js';

/** What a stack is made of at one moment, as far as it may be kept. */
export interface StackState {
  /** SHA-256 of its template's text, in hexadecimal digits; absent where it could not be read. */
  readonly template?: string;
  /** Values by parameter, without those of `secrets`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters whose values are kept nowhere: NoEcho ones, and those that hold the same value. */
  readonly secrets: readonly string[];
  /** Images that the instances of its groups run; absent where nobody asked. */
  readonly images?: readonly string[];
}

/** One run as its history keeps it. Fields are only ever added. */
export interface HistoryEntry {
  readonly v: 1;
  readonly run: string;
  readonly command: string;
  /** Version of the tool. */
  readonly version: string;
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  /** Who ran it: the ARN of the identity. */
  readonly by: string;
  /** The machine, and the build of the pipeline. */
  readonly host?: string;
  readonly build?: string;
  /** When it began, by AWS's clock, as ISO 8601. */
  readonly at: string;
  readonly elapsedMs: Milliseconds;
  readonly outcome: Outcome;
  readonly exitCode: number;
  /** Of a failure: its code, and what happened. */
  readonly failure?: { readonly code: string; readonly what: string };
  readonly groups: readonly Pick<GroupResult, 'group' | 'outcome' | 'why'>[];
  /** The run whose template and parameters this one gave back. */
  readonly to?: string;
  /** The stack before its change; absent where the run changed none. */
  readonly before?: StackState;
  /** The stack as the run left it; absent where it could not be read, or was too large to keep. */
  readonly after?: StackState;
}

/** One value that is another one after a run; absent on the side where there was none. */
export interface HistoryChange {
  readonly key: string;
  readonly before?: string;
  readonly after?: string;
}
