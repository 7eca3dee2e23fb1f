import { expect } from 'chai';
import { checkJournal } from '../../src/check/check-journal.js';
import type { InvariantName } from '../../src/check/invariants.js';
import type { RunEvent, Stamped } from '../../src/model/event.js';
import type { Action } from '../../src/model/rollout/action.js';
import type { InstanceRow } from '../../src/model/rollout/instance-row.js';
import { trueJournals, type JournalName } from './journals.js';

type Journal = readonly Stamped[];

/** One way to falsify a journal, and the invariant that is broken by what it tells then. */
interface Falsification {
  readonly name: string;
  readonly of: JournalName;
  readonly breaks: InvariantName;
  readonly falsify: (journal: Journal) => Journal;
  /** Lines keep their numbers: that is what is falsified. */
  readonly keepsNumbers?: true;
}

const isAction = (event: RunEvent, type: Action['type']): boolean =>
  'action' in event && typeof event.action === 'object' && event.action.type === type;

const drop =
  (which: (event: RunEvent) => boolean) =>
  (journal: Journal): Journal =>
    journal.filter(({ event }) => !which(event));

/** Changes each action of a type, in all of its events. */
const actionAs =
  <T extends Action['type']>(type: T, change: (action: Extract<Action, { type: T }>) => Action) =>
  (journal: Journal): Journal =>
    journal.map((stamped) =>
      isAction(stamped.event, type)
        ? {
            ...stamped,
            event: {
              ...stamped.event,
              action: change((stamped.event as never as { action: Extract<Action, { type: T }> }).action),
            } as RunEvent,
          }
        : stamped,
    );

const eventAs =
  <T extends RunEvent['type']>(type: T, change: (event: Extract<RunEvent, { type: T }>) => RunEvent) =>
  (journal: Journal): Journal =>
    journal.map((stamped) =>
      stamped.event.type === type
        ? { ...stamped, event: change(stamped.event as Extract<RunEvent, { type: T }>) }
        : stamped,
    );

const rowsAs = (change: (row: InstanceRow) => InstanceRow): ((journal: Journal) => Journal) =>
  eventAs('group.instances', (event) => ({ ...event, instances: event.instances.map(change) }));

/** The events of an action again, right before the first of another type. */
const again =
  (type: Action['type'], before: Action['type'], change: (action: Action) => Action = (action) => action) =>
  (journal: Journal): Journal => {
    const copies = journal
      .filter(({ event }) => isAction(event, type))
      .slice(0, 2)
      .map((stamped) => ({
        ...stamped,
        event: { ...stamped.event, action: change((stamped.event as never as { action: Action }).action) } as RunEvent,
      }));
    const at = journal.findIndex(({ event }) => isAction(event, before));
    return [
      ...journal.slice(0, at),
      ...copies.map((copy) => ({ ...copy, at: journal[at]?.at ?? 0 })),
      ...journal.slice(at),
    ];
  };

const firstWhere = (journal: Journal, which: (event: RunEvent) => boolean): number =>
  journal.findIndex(({ event }) => which(event));

const oldRows = (journal: Journal): readonly InstanceRow[] =>
  journal.flatMap(({ event }) => (event.type === 'group.instances' && event.all === true ? event.instances : []));

const FALSIFICATIONS: readonly Falsification[] = [
  {
    name: 'a line is cut out',
    of: 'swap',
    breaks: 'journal',
    falsify: (journal) => journal.filter((_, index) => index !== 7),
    keepsNumbers: true,
  },
  {
    name: 'a line of another run stands in between',
    of: 'swap',
    breaks: 'journal',
    falsify: (journal) =>
      journal.map((stamped, index) => (index === 7 ? { ...stamped, run: 'run-of-others' } : stamped)),
  },
  {
    name: 'its beginning is missing',
    of: 'swap',
    breaks: 'journal',
    falsify: (journal) => journal.slice(3),
    keepsNumbers: true,
  },
  {
    name: 'something stands after its end',
    of: 'swap',
    breaks: 'journal',
    falsify: (journal) => [...journal, journal[5]!],
  },
  {
    name: 'two times are swapped',
    of: 'swap',
    breaks: 'time',
    falsify: (journal) =>
      journal.map((stamped, index) => (index === 9 ? { ...stamped, at: stamped.at - 600_000 } : stamped)),
  },
  {
    name: 'a termination was never decided',
    of: 'swap',
    breaks: 'decided',
    falsify: drop((event) => event.type === 'action.started' && event.action.type === 'terminate'),
  },
  {
    name: 'an action has no reason',
    of: 'swap',
    breaks: 'decided',
    falsify: eventAs('action.started', (event) => ({ ...event, why: '' })),
  },
  {
    name: 'another group is changed',
    of: 'swap',
    breaks: 'scope',
    falsify: actionAs('resize', (action) => ({ ...action, group: 'of-others' })),
  },
  {
    name: 'the stack is in progress',
    of: 'swap',
    breaks: 'stack',
    falsify: eventAs('group.state', (event) => ({ ...event, stackStatus: 'UPDATE_IN_PROGRESS' })),
  },
  {
    name: 'the stack is being changed by the run itself',
    of: 'swap',
    breaks: 'stack',
    falsify: (journal) => [
      ...journal.slice(0, 2),
      { ...journal[2]!, event: { type: 'stack.started', stack: 'web', action: 'update', token: 't' } },
      ...journal.slice(2),
    ],
  },
  { name: 'no record is written', of: 'swap', breaks: 'record', falsify: drop((event) => isAction(event, 'record')) },
  { name: 'the record is written twice', of: 'swap', breaks: 'record', falsify: again('record', 'resize') },
  {
    name: 'another run had taken over',
    of: 'swap',
    breaks: 'holder',
    falsify: eventAs('group.state', (event) =>
      event.verdict === undefined ? event : { ...event, holder: 'run-of-others' },
    ),
  },
  {
    name: 'an instance of others is terminated',
    of: 'swap',
    breaks: 'members',
    falsify: actionAs('terminate', (action) => ({ ...action, instances: ['i-0123456789abcdef0'] })),
  },
  {
    name: 'new ones are terminated although it was promoted',
    of: 'swap',
    breaks: 'half',
    falsify: actionAs('terminate', (action) => ({ ...action, half: 'new' })),
  },
  {
    name: 'new ones are terminated under the name of old ones',
    of: 'swap',
    breaks: 'half',
    falsify: (journal) => {
      const old = new Set(oldRows(journal).map(({ id }) => id));
      const fresh = journal.flatMap(({ event }) =>
        event.type === 'group.instances' ? event.instances.map(({ id }) => id).filter((id) => !old.has(id)) : [],
      );
      return actionAs('terminate', (action) => ({ ...action, instances: [fresh[0] ?? ''] }))(journal);
    },
  },
  {
    name: 'old ones are terminated although it was rolled back',
    of: 'rolledBack',
    breaks: 'half',
    falsify: (journal) =>
      actionAs('terminate', (action) => ({ ...action, half: 'old', instances: [oldRows(journal)[0]?.id ?? ''] }))(
        journal,
      ),
  },
  {
    name: 'nobody judged before the termination',
    of: 'swap',
    breaks: 'half',
    falsify: (journal) =>
      eventAs(
        'group.state',
        ({ verdict: _verdict, ...event }) => event,
      )(drop((event) => isAction(event, 'judge'))(journal)),
  },
  {
    name: 'there are two verdicts',
    of: 'swap',
    breaks: 'verdict',
    falsify: again('judge', 'terminate', (action) =>
      action.type === 'judge' ? { ...action, verdict: { ...action.verdict, outcome: 'rollBack' } } : action,
    ),
  },
  {
    name: 'the verdict is of another rollout',
    of: 'swap',
    breaks: 'verdict',
    falsify: actionAs('judge', (action) => ({ ...action, verdict: { ...action.verdict, run: 'run-of-others' } })),
  },
  {
    name: 'a verdict is there that nobody wrote',
    of: 'swap',
    breaks: 'verdict',
    falsify: drop((event) => isAction(event, 'judge')),
  },
  {
    name: 'it is promoted and nothing is proven',
    of: 'swap',
    breaks: 'proven',
    falsify: rowsAs((row) => (row.state === 'proven' ? { ...row, state: 'serving' } : row)),
  },
  {
    name: 'the new ones do not serve when the old ones go',
    of: 'swap',
    breaks: 'capacity',
    falsify: rowsAs((row) => (row.half === 'new' && row.state === 'proven' ? { ...row, state: 'unhealthy' } : row)),
  },
  {
    name: 'a rolling rollout goes below what it promised',
    of: 'rolling',
    breaks: 'capacity',
    falsify: rowsAs((row) => (row.half === 'new' ? { ...row, state: 'booting' } : row)),
  },
  {
    name: 'more than the double is asked for',
    of: 'swap',
    breaks: 'total',
    falsify: actionAs('resize', (action) =>
      action.purpose === 'double' ? { ...action, size: { ...action.size, desired: action.size.desired + 1 } } : action,
    ),
  },
  {
    name: 'a rolling rollout asks for more than its surge',
    of: 'rolling',
    breaks: 'total',
    falsify: actionAs('resize', (action) =>
      action.purpose === 'surge' ? { ...action, size: { ...action.size, desired: action.size.desired + 2 } } : action,
    ),
  },
  {
    name: 'the youngest leaves first',
    of: 'rolling',
    breaks: 'order',
    falsify: (journal) => {
      const ids = oldRows(journal).map(({ id }) => id);
      const turned = new Map(ids.map((id, index) => [id, ids[ids.length - 1 - index] ?? id]));
      return actionAs('terminate', (action) => ({
        ...action,
        instances: action.instances.map((id) => turned.get(id) ?? id),
      }))(journal);
    },
  },
  {
    name: 'two of a serial rollout leave at once',
    of: 'serial',
    breaks: 'serial',
    falsify: (journal) => {
      const [first, second] = oldRows(journal);
      return actionAs('terminate', (action) => ({ ...action, instances: [first?.id ?? '', second?.id ?? ''] }))(
        journal,
      );
    },
  },
  {
    name: 'a serial rollout lets one of each group go at once',
    of: 'serial',
    breaks: 'serial',
    falsify: (journal) => journal.map((stamped) => withoutGone(stamped)),
  },
  {
    name: 'a restart terminates',
    of: 'restart',
    breaks: 'membership',
    falsify: actionAs('run', ({ group, instance }) => ({
      type: 'terminate',
      group,
      half: 'old',
      instances: [instance],
      decrement: false,
    })),
  },
  {
    name: 'a restart takes out all at once',
    of: 'restart',
    breaks: 'quorum',
    falsify: (journal) => {
      const instances = oldRows(journal).map(({ id }) => ({ id }));
      return actionAs('note', (action) => ({ ...action, out: { ...action.out, instances } }))(journal);
    },
  },
  {
    name: 'a restart takes somebody out unnoted',
    of: 'restart',
    breaks: 'registered',
    falsify: (journal) =>
      eventAs('group.state', ({ out: _out, ...event }) => event)(drop((event) => isAction(event, 'note'))(journal)),
  },
  {
    name: 'a restart leaves somebody out',
    of: 'restart',
    breaks: 'registered',
    falsify: (journal) => {
      const from = firstWhere(journal, (event) => isAction(event, 'register'));
      return journal.filter(
        ({ event }, index) => index < from || !(isAction(event, 'register') || event.type === 'group.instances'),
      );
    },
  },
  {
    name: 'an old half is kept that nobody asked for',
    of: 'kept',
    breaks: 'kept',
    falsify: (journal) => journal.map(withoutKeeping),
  },
  {
    name: 'a kept half is brought back that nobody decided on',
    of: 'kept',
    breaks: 'kept',
    falsify: actionAs('standby', (action) => ({ ...action, on: false })),
  },
  {
    name: 'the sizes are not given back',
    of: 'swap',
    breaks: 'sizes',
    falsify: (journal) => {
      const at = firstWhere(journal, (event) => isAction(event, 'terminate'));
      const shown = journal.slice(0, at).findLast(({ event }) => event.type === 'group.state')?.event;
      const size = shown?.type === 'group.state' ? shown.size : undefined;
      const asIs = (event: Extract<RunEvent, { type: 'group.state' }>): RunEvent => ({
        ...event,
        size: size ?? event.size,
      });
      const rest = drop((event) => isAction(event, 'resize'))(journal.slice(at));
      const kept = actionAs('terminate', (action) => ({ ...action, decrement: false }))(rest);
      return [...journal.slice(0, at), ...eventAs('group.state', asIs)(kept)];
    },
  },
  {
    name: 'min is changed',
    of: 'swap',
    breaks: 'sizes',
    falsify: actionAs('resize', ({ sets: _sets, ...action }) => ({ ...action, size: { ...action.size, min: 0 } })),
  },
  {
    name: 'processes stay suspended',
    of: 'swap',
    breaks: 'processes',
    falsify: (journal) => {
      const suspended = ['AZRebalance', 'AlarmNotification', 'ScheduledActions'];
      return eventAs('group.state', (event) => ({ ...event, suspended }))(
        drop((event) => isAction(event, 'resume'))(journal),
      );
    },
  },
  {
    name: 'a process of others is resumed',
    of: 'swap',
    breaks: 'processes',
    falsify: actionAs('resume', (action) => ({ ...action, processes: [...action.processes, 'Terminate'] })),
  },
  {
    name: 'Launch is suspended, and nothing was rolled back',
    of: 'swap',
    breaks: 'processes',
    falsify: actionAs('suspend', (action) => ({ ...action, processes: [...action.processes, 'Launch'] })),
  },
  {
    name: 'an old one is left at the end',
    of: 'swap',
    breaks: 'halves',
    falsify: (journal) => {
      const left = oldRows(journal)[0]?.id ?? '';
      const stays = actionAs('terminate', (action) => ({
        ...action,
        instances: action.instances.filter((id) => id !== left),
      }))(journal);
      return eventAs('group.instances', (event) => ({
        ...event,
        instances: event.instances.filter(({ id, lifecycle }) => id !== left || lifecycle === 'InService'),
        gone: event.gone.filter((id) => id !== left),
      }))(stays);
    },
  },
  {
    name: 'it is called rolled back and was promoted',
    of: 'swap',
    breaks: 'ending',
    falsify: eventAs('group.finished', (event) => ({
      ...event,
      result: { group: event.result.group, outcome: 'rolledBack', why: '', frozen: [] },
    })),
  },
  {
    name: 'the last words say another thing than the group did',
    of: 'rolledBack',
    breaks: 'ending',
    falsify: eventAs('run.finished', (event) => ({
      ...event,
      results: [{ group: 'web', outcome: 'promoted', why: '' }],
    })),
  },
  {
    name: 'its exit code is another',
    of: 'swap',
    breaks: 'ending',
    falsify: eventAs('run.finished', (event) => ({ ...event, exitCode: 5 })),
  },
  {
    name: 'the notes are never removed',
    of: 'shared',
    breaks: 'ending',
    falsify: (journal) => {
      const from = firstWhere(journal, (event) => isAction(event, 'clear'));
      return journal.filter(
        ({ event }, index) => index < from || !(isAction(event, 'clear') || event.type === 'group.state'),
      );
    },
  },
];

/** Nobody who was terminated is ever gone: then the next one leaves beside it. */
function withoutGone(stamped: Stamped): Stamped {
  const { event } = stamped;
  if (event.type !== 'group.instances') return stamped;
  return { ...stamped, event: { ...event, gone: [] } };
}

/** The record says nothing of an old half that is kept. */
function withoutKeeping(stamped: Stamped): Stamped {
  return JSON.parse(
    JSON.stringify(stamped, (key, value: unknown) => (key === 'keepMs' ? undefined : value)),
  ) as Stamped;
}

function renumbered(journal: Journal): Journal {
  return journal.map((stamped, index) => ({ ...stamped, seq: index + 1 }));
}

function brokenIn(journal: Journal): readonly InvariantName[] {
  const lines = journal.map((stamped, index) => ({ line: index + 1, stamped }));
  return checkJournal(lines).flatMap(({ invariants }) =>
    invariants.filter(({ verdict }) => verdict === 'broken').map(({ invariant }) => invariant),
  );
}

describe('a journal', function () {
  this.timeout(60_000);
  let journals: ReadonlyMap<JournalName, Journal>;
  before(async () => void (journals = await trueJournals()));

  it('of a true run holds, whatever its strategy, and leaves nothing unknown', () => {
    for (const [name, journal] of journals) {
      const [checked] = checkJournal(journal.map((stamped, index) => ({ line: index + 1, stamped })));
      const wrong = checked?.invariants.filter(({ verdict }) => verdict !== 'held');
      expect(wrong, name).to.deep.equal([]);
    }
  });

  for (const { name, of, breaks, falsify, keepsNumbers } of FALSIFICATIONS)
    it(`of a ${of} is refused where ${name}`, () => {
      const falsified = falsify(journals.get(of) ?? []);
      expect(brokenIn(keepsNumbers === true ? falsified : renumbered(falsified))).to.include(breaks);
    });

  it('that breaks off is not refused: it says what it cannot tell', () => {
    for (const [name, journal] of journals)
      for (let length = 1; length < journal.length; length += 5) {
        const part = journal.slice(0, length);
        expect(brokenIn(part), `${name}, ${length} lines`).to.deep.equal([]);
        const [checked] = checkJournal(part.map((stamped, index) => ({ line: index + 1, stamped })));
        expect(checked?.invariants.find(({ invariant }) => invariant === 'ending')?.verdict).to.equal('unknown');
      }
  });

  it('of an older version, without the state of groups, holds as far as it tells', () => {
    for (const [name, journal] of journals) {
      const older = renumbered(drop((event) => event.type === 'group.state')(journal));
      expect(brokenIn(older), name).to.deep.equal([]);
      const [checked] = checkJournal(older.map((stamped, index) => ({ line: index + 1, stamped })));
      expect(checked?.invariants.find(({ invariant }) => invariant === 'sizes')?.verdict, name).to.equal('unknown');
    }
  });
});
