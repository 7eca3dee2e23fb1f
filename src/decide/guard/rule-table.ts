import type { Action } from '../../model/rollout/action.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';

/** An action of that type. */
export type Of<T extends Action['type']> = Extract<Action, { readonly type: T }>;

/** A group as it is, and what is to be done with it: all that a rule sees. */
export interface Deed<A extends Action> {
  /** The group with our notes as we know them. */
  readonly group: Group;
  readonly verdict: Verdict | undefined;
  readonly action: A;
}

/** The same where a rollout is on the group. */
export interface RecordedDeed<A extends Action, R extends RolloutRecord = RolloutRecord> extends Deed<A> {
  readonly record: R;
}

/** One rule: answers in words what would be broken, or undefined. */
export type Rule<D> = (deed: D) => string | undefined;

/** The rules of one type of action, in their order: the first one that is broken is told. */
interface ActionRules<A extends Action> {
  /** What holds while no record is on the group; a text where the action then never may be. */
  readonly withoutRecord: string | readonly Rule<Deed<A>>[];
  readonly rules: readonly Rule<RecordedDeed<A>>[];
}

/** The rules of all actions. */
export type RuleTable = { readonly [T in Action['type']]: ActionRules<Of<T>> };

/** The first rule that is broken. */
export function firstBroken<D>(deed: D, rules: readonly Rule<D>[]): string | undefined {
  for (const rule of rules) {
    const broken = rule(deed);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** The first rule of a table that an action would break. */
export function brokenIn(table: RuleTable, group: Group, action: Action): string | undefined {
  const { record, verdict } = group.notes;
  // The row is that of the action's own type, which no type can say of a table.
  const { withoutRecord, rules } = table[action.type] as unknown as ActionRules<Action>;
  if (record !== undefined) return firstBroken({ group, verdict, action, record }, rules);
  return typeof withoutRecord === 'string' ? withoutRecord : firstBroken({ group, verdict, action }, withoutRecord);
}
