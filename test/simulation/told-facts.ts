import type { Failure } from '../../src/errors.js';
import { asTold } from '../../src/text/commands/remedy.js';

/** The facts of a failure with remedies as they are read, for journals that are compared. */
export function toldFacts(failure: Failure | undefined): object | undefined {
  return failure && { ...failure.facts, reasons: failure.facts.reasons.map((reason) => asTold(reason)) };
}
