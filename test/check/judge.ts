import { checkJournal } from '../../src/check/check-journal.js';
import { EXIT_OF } from '../../src/errors.js';
import type { Outcome, RunEvent, Stamped } from '../../src/model/event.js';
import type { GroupResult } from '../../src/model/rollout/group-result.js';

/** What `check` says is broken in the journal of one run, as sentences. It goes through JSON, as a file does. */
export function brokenByCheck(journal: readonly Stamped[]): readonly string[] {
  const lines = journal.map((stamped, index) => ({
    line: index + 1,
    stamped: JSON.parse(JSON.stringify(stamped)) as Stamped,
  }));
  return checkJournal(lines).flatMap(({ run, invariants }) =>
    invariants.flatMap(({ invariant, findings }) =>
      findings.map(({ line, at, text }) => `check of ${run}, line ${line} at ${at}: ${invariant}: ${text}`),
    ),
  );
}

/** The journal of a run of the engine alone: its events, stamped as they come, between the beginning and the end. */
export function journalOf(
  run: string,
  groups: readonly string[],
  now: () => number,
  more: { readonly byLooks?: true } = {},
): {
  readonly see: (event: RunEvent) => void;
  /** Whoever told the events since then died, and numbers them anew. */
  readonly since: () => () => void;
  readonly end: (outcome: Outcome | 'killed', results: readonly GroupResult[]) => readonly Stamped[];
} {
  const events: Stamped[] = [];
  let seq = 0;
  const see = (event: RunEvent): void => void events.push({ v: 1, seq: ++seq, at: now(), run, event });
  const identity = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/test', region: 'eu-west-1' };
  see({ type: 'run.started', run, command: 'test', version: '0.0.0', identity, groups, parameters: {}, ...more });
  return {
    see,
    since: () => {
      const before = seq;
      return () => void (seq = before);
    },
    end: (outcome, results) => {
      // As the commands that only take over call it.
      const undone = (outcome === 'swapped' || outcome === 'restarted') && results.some((one) => BACK.has(one.outcome));
      if (outcome !== 'killed')
        see({
          type: 'run.finished',
          outcome: undone ? 'undone' : outcome,
          exitCode: EXIT_OF[outcome],
          results,
          elapsedMs: 0,
        });
      return events;
    },
  };
}

const BACK: ReadonlySet<string> = new Set(['rolledBack', 'putBack']);
