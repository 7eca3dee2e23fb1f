import type { Instant } from '../../../clock.js';
import { afterAction } from '../../../decide/memory/fold-action.js';
import type { Action } from '../../../model/rollout/action.js';
import type { Decision } from '../../../model/rollout/decision.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { LookMemory } from './look-memory.js';

/** Actions with their reasons. */
type Actions = Extract<Decision, { kind: 'act' }>['actions'];

/** What a look may send. */
interface Allowed {
  /** What the look before intended; absent where whoever looks lives on and knows what it has sent. */
  readonly intended: readonly Action[] | undefined;
  readonly kept: LookMemory;
  /** Service time of the look. */
  readonly at: Instant;
}

/**
 * What of the decided actions is sent now. Where a look may be taken twice, an action is kept as an intent first and
 * sent by the next look that decides the same, just as it was intended: so what may have been sent is known, whatever
 * happens.
 */
export function sendable(decided: Actions, { intended, kept, at }: Allowed): Actions {
  // rule: sent-unintended
  if (intended === undefined) return decided;
  const byKey = new Map(intended.map((action) => [keyOf(action), action]));
  const now = decided.flatMap(({ action, why }) => {
    const same = action.type === 'renew' ? action : byKey.get(keyOf(action));
    return same === undefined ? [] : [{ action: same, why }];
  });
  const next = decided.flatMap(({ action }) => (action.type === 'renew' ? [] : [action]));
  const sendsSome = now.some(({ action }) => action.type !== 'renew');
  if (!sendsSome && next.length > 0) kept.intent = { at, actions: next };
  return now;
}

/** Takes what was intended by a look for sent without an answer: nobody heard how the next one has ended. */
export function afterUnheard(kept: LookMemory, plan: Plan): void {
  const { intent, observer } = kept;
  delete kept.intent;
  if (intent === undefined || observer.seen === undefined) return;
  kept.changed = true;
  for (const action of intent.actions) {
    // rule: command-unheard
    if (action.type === 'run') kept.commands.unsure.add(action.instance);
    observer.seen = afterAction(observer.seen, { action, at: intent.at, sure: false }, plan);
  }
}

/** Stamps, and sentences that may hold a time: they differ from look to look, and the action is the same. */
const STAMPS: ReadonlySet<string> = new Set(['at', 'startedAt', 'beat', 'since', 'until', 'why']);

function keyOf(action: Action): string {
  return JSON.stringify(action, (name, value: unknown) => (STAMPS.has(name) ? undefined : value));
}
