import type { Breach } from './rules.js';

/** A rule of DESIGN that was broken, when and where. */
export interface Violation {
  readonly at: number;
  readonly group: string;
  readonly rule: Breach['rule'];
  readonly text: string;
}
