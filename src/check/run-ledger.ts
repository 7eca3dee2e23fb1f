import type { Instant } from '../clock.js';
import type { Told, GroupLedger } from './ledger.js';
import { emptyLedger } from './ledger.js';
import type { Tally } from './tally.js';

/** One run as its events have told it so far. */
export interface RunLedger {
  readonly run: string;
  /** Service time of the event that is checked. */
  at: Instant;
  readonly groups: Map<string, GroupLedger>;
  /** Names of the groups that the run is for; empty while none were told. */
  readonly scope: Set<string>;
  /** The stack's change that is under way, by what was asked of CloudFormation. */
  stackBusy?: string;
  /** The run was told to begin. */
  started: boolean;
  /** Its looks are taken one by one; a look that nobody heard the end of is taken again, and numbered as before. */
  byLooks?: true;
  /** The run asked for any change of a group. */
  changed: boolean;
  /** Protection from scale-in could not be set or lifted, and a warning says so. */
  unshielded: boolean;
  finished?: Told<'run.finished'>;
}

/** What a rule sees: the group as it was told before the event, and where to say what it finds. */
export interface RuleInput {
  readonly run: RunLedger;
  readonly ledger: GroupLedger;
  readonly tally: Tally;
}

/** The group of that name, whether anything was told of it before or not. */
export function groupIn({ groups }: Pick<RunLedger, 'groups'>, name: string): GroupLedger {
  const known = groups.get(name) ?? emptyLedger(name);
  groups.set(name, known);
  return known;
}
