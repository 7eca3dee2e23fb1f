import type { Action, Phase } from '../model/rollout/action.js';
import type { Wait, Why } from '../model/rollout/decision.js';

/** An action with its reason, for the person who reads the log. */
export interface ReasonedAction {
  readonly action: Action;
  readonly why: string;
}

/** The next step of one group that has a record. */
export type GroupStep =
  | { readonly kind: 'act'; readonly phase: Phase; readonly acts: readonly ReasonedAction[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  | ProvingStep
  | StuckStep;

/** The group cannot go on; its record is kept. */
interface StuckStep extends Why {
  readonly kind: 'stuck';
}

/** The group is grown and its new instances are being proven; what follows is judged together with other groups. */
export interface ProvingStep {
  readonly kind: 'proving';
  /** All that the verdict takes is proven. */
  readonly proven: boolean;
  /** The capacity units that the proof takes. */
  readonly needed: number;
  /** Why the new instances of the group cannot be waited for any longer. */
  readonly failing?: Why;
  readonly wait: Wait;
  /** The group's canary, or all that would be one, is still to be proven. */
  readonly canaryOpen?: boolean;
  /** What follows the canary once those of all groups are through. */
  readonly next?: ReasonedAction;
  /** The part of the group that is new and proven, in percent, once a stage is through. */
  readonly share?: number;
}

/**
 * Why a group begins nothing further for now. `stop`: what is under way is brought to a safe end, then the run stops
 * with the record kept; otherwise the group waits until nothing blocks it any more.
 */
export interface Block {
  readonly why: string;
  readonly stop: boolean;
}

/** The sentence, and behind a colon what is said of single instances; '' where there is nothing to say of any. */
export function withInstances(why: string, rows: string): Why {
  return rows === '' ? { why } : { why: `${why}: ${rows}`, brief: why };
}

/** The reason alone, of what has one. */
export function whyOf(one: Why): Why {
  return inSentence(one, (text) => text);
}

/** The reason in a longer sentence, and so is what is told of it without single instances. */
export function inSentence({ why, brief }: Why, whole: (text: string) => string): Why {
  return { why: whole(why), ...(brief !== undefined && { brief: whole(brief) }) };
}

/** The step that sends one action. */
export function act(phase: Phase, action: Action, why: string): GroupStep {
  return { kind: 'act', phase, acts: [{ action, why }] };
}
