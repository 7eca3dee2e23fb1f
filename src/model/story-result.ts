import type { Milliseconds } from '../clock.js';

/** One thing that a story compares. */
export interface Comparison {
  /** What is looked at, such as "the desired capacity after EnterStandby". */
  readonly what: string;
  readonly expected: string;
  /** What AWS said, as text. */
  readonly said: string;
  readonly agrees: boolean;
}

export const CONFORMANCE_VERDICTS = ['as expected', 'differs', 'not shown'] as const;
export type ConformanceVerdict = (typeof CONFORMANCE_VERDICTS)[number];

/** What a story is, without what it does. */
export interface StoryHead {
  readonly name: string;
  /** What is taken for true, as sentences. */
  readonly fact: string;
  /** AWS's page that says so, or a word that there is none. */
  readonly source: string;
  /** The names and files of docs/AWS-FACTS.md that it tries: `NAME in FILE`. */
  readonly facts: readonly string[];
}

/** How one story went. */
export interface StoryResult extends StoryHead {
  readonly verdict: ConformanceVerdict;
  readonly comparisons: readonly Comparison[];
  /** Why it was not shown. */
  readonly reason?: string;
  /** What was measured on the way and is not judged: it differs by image and by day. */
  readonly measured: Readonly<Record<string, Milliseconds>>;
  readonly elapsedMs: Milliseconds;
}
