import { expect } from 'chai';
import fc from 'fast-check';
import { decide } from '../../../src/decide/decide.js';
import { guard } from '../../../src/decide/guard/guard.js';
import { floorOf } from '../../../src/decide/strategies/restart/quorum.js';
import type { CommandState, GroupResult, Observed } from '../../../src/model/rollout/decision.js';
import type { Balancer, Group, HealthVerdict, Instance } from '../../../src/model/rollout/group.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { OutNote, RestartRecord } from '../../../src/model/rollout/record.js';
import { BALANCER, group, instance, LEASE, observed, PLAN, RECORD, T0 } from '../../support/groups.js';

const SUSPENDED = [
  'AlarmNotification',
  'ScheduledActions',
  'AZRebalance',
  'ReplaceUnhealthy',
  'InstanceRefresh',
  'HealthCheck',
];
const CLASSIC: Balancer = {
  kind: 'classic',
  id: 'web-classic',
  name: 'web-classic',
  judged: true,
  note: '',
  drainMs: 30_000,
  slowStartMs: 0,
  healthFloorMs: 20_000,
};
const TARGETS: Balancer = { ...BALANCER, port: 80 };
const RESTART: Plan = {
  ...PLAN,
  strategy: 'restart',
  restart: { quorum: 0.5, attempts: 3, onError: 'stop', commandMs: 60_000 },
};

const record = (differs: Partial<RestartRecord> = {}): RestartRecord => {
  const { run, startedAt, size, old, together } = RECORD;
  const base = { run, startedAt, size, old, together, suspended: SUSPENDED };
  return { ...base, version: 2, strategy: 'restart', quorum: 0.5, ...differs };
};

/** What both balancers say: a word for both, or one each. */
function says(
  classic: HealthVerdict,
  target: HealthVerdict = classic,
  ports: readonly number[] = [80],
): Instance['health'] {
  const row = (balancer: string, verdict: HealthVerdict, more: object): Instance['health'] =>
    verdict === 'absent' ? [] : [{ balancer, verdict, reason: '', ...more }];
  return [...row(CLASSIC.id, classic, {}), ...row(TARGETS.id, target, { ports: target === 'draining' ? [] : ports })];
}

function member(id: string, health: Instance['health'] = says('healthy'), differs: Partial<Instance> = {}): Instance {
  return instance(id, { health, ...differs });
}

function web(instances: readonly Instance[], out?: readonly string[], differs: Partial<Group> = {}): Group {
  const note: OutNote | undefined =
    out === undefined ? undefined : { run: 'run-1', number: 1, instances: out.map((id) => ({ id })) };
  return group({
    size: { min: 1, max: 4, desired: 4 },
    instances,
    balancers: [CLASSIC, TARGETS],
    suspended: SUSPENDED,
    notes: { record: record(), lease: LEASE, ...(note === undefined ? {} : { out: note }) },
    ...differs,
  });
}

const FOUR = ['i-1', 'i-2', 'i-3', 'i-4'];
const four = (differs: Readonly<Record<string, Instance['health']>> = {}): readonly Instance[] =>
  FOUR.map((id) => member(id, differs[id]));
const ok: CommandState = { state: 'ended', ok: true, how: 'exit 0', output: '', elapsedMs: 1_000 };
const bad: CommandState = { ...ok, ok: false, how: 'exit 1' };

/** The decision in one line. */
function told(look: Observed, plan: Plan = RESTART): string {
  const decision = decide(look, plan);
  switch (decision.kind) {
    case 'act': {
      for (const { action } of decision.actions) expect(guard(look, plan, action)).to.equal(undefined);
      return decision.actions
        .map(({ action }) => {
          if (action.type === 'note') return `note ${action.out.instances.map(({ id }) => id).join(',')}`;
          if (action.type === 'register' || action.type === 'deregister')
            return `${action.type} ${action.balancer.name} ${action.targets.map(({ instance: id, ports }) => `${id}${ports === undefined ? '' : `:${ports.join(':')}`}`).join(',')}`;
          if (action.type === 'run' || action.type === 'cancel') return `${action.type} ${action.instance}`;
          if (action.type === 'clear') return `clear ${action.result?.outcome ?? ''}`.trim();
          return action.type;
        })
        .join(' + ');
    }
    case 'wait':
      return `wait: ${decision.waits.map((wait) => `${wait.why}${wait.instances.length === 0 ? '' : ` [${wait.instances.map(({ id, why }) => `${id} ${why}`).join('; ')}]`}`).join(' | ')}`;
    case 'refuse':
      return `refuse: ${decision.reasons.map(({ code }) => code).join(' ')}`;
    case 'held':
      return 'held';
    case 'finish':
      return `finish: ${decision.results.map(({ outcome }) => outcome).join(' ')}`;
  }
}

describe('restart, step by step', () => {
  const rows: readonly (readonly [string, Observed, string, Plan?])[] = [
    ['nothing is noted: the record first', observed([web(four(), undefined, { notes: {}, suspended: [] })]), 'record'],
    ['recorded: processes before anybody goes', observed([web(four(), undefined, { suspended: [] })]), 'suspend'],
    ['half may go, oldest first, noted before', observed([web(four())]), 'note i-1,i-2'],
    [
      'noted and registered: out of both balancers',
      observed([web(four(), ['i-1', 'i-2'])]),
      'deregister web-classic i-1,i-2 + deregister web i-1,i-2',
    ],
    [
      'one died meanwhile: nobody goes after all',
      observed([web(four({ 'i-3': says('unhealthy') }), ['i-1', 'i-2'])]),
      'note ',
    ],
    [
      'draining: waits',
      observed([web(four({ 'i-1': says('draining') }), ['i-1'])]),
      'wait: 1 of 1 instances that were taken out are not in service again yet [i-1 draining from web-classic, web]',
    ],
    [
      'drained from one alone: waits for the other',
      observed([web(four({ 'i-1': says('absent', 'draining') }), ['i-1'])]),
      'wait: 1 of 1 instances that were taken out are not in service again yet [i-1 draining from web]',
    ],
    ['drained everywhere: the command', observed([web(four({ 'i-1': says('absent') }), ['i-1'])]), 'run i-1'],
    [
      'the command runs: waits',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        commands: { 'i-1': { state: 'running', since: T0 + 90_000 } },
      }),
      'wait: 1 of 1 instances that were taken out are not in service again yet [i-1 the command runs]',
    ],
    [
      'it succeeded: back into both',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], { commands: { 'i-1': ok } }),
      'register web-classic i-1 + register web i-1',
    ],
    [
      'registered: waits until it serves',
      observed([web(four({ 'i-1': says('starting') }), ['i-1'])], { commands: { 'i-1': ok } }),
      'wait: 1 of 1 instances that were taken out are not in service again yet [i-1 web-classic: starting]',
    ],
    ['proven: the next ones', observed([web(four(), ['i-1'])], { commands: { 'i-1': ok } }), 'note i-2,i-3'],
    [
      'all are through: processes back',
      observed([web(four(), FOUR)], { commands: Object.fromEntries(FOUR.map((id) => [id, ok])) }),
      'resume',
    ],
    [
      'processes are back: the notes go',
      observed([web(four(), FOUR, { suspended: [] })], { commands: Object.fromEntries(FOUR.map((id) => [id, ok])) }),
      'clear restarted',
    ],
    [
      'who does not serve goes first and costs nothing',
      observed([web(four({ 'i-4': says('unhealthy') }))]),
      'note i-4,i-1',
    ],
    [
      'below the quorum nobody goes, not even the sick',
      observed([web(four({ 'i-2': says('unhealthy'), 'i-3': says('unhealthy'), 'i-4': says('unhealthy') }))]),
      'wait: the quorum lets nobody go: 1 of 4 are in service, at least 2 must stay so (look 0 of 3) [i-2 not in service; i-3 not in service; i-4 not in service]',
    ],
    [
      'too many looks below the quorum: gives up, processes back',
      observed([web(four({ 'i-2': says('unhealthy'), 'i-3': says('unhealthy'), 'i-4': says('unhealthy') }))], {
        seen: { short: { web: { looks: 3, at: T0 } } },
      }),
      'resume',
    ],
    [
      'failed, stop: it stays out, the run ends',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        commands: { 'i-1': bad },
        seen: { failed: { 'i-1': 'x' } },
      }),
      'finish: stuck',
    ],
    [
      'failed after it was registered, stop: out again',
      observed([web(four({ 'i-1': says('unhealthy') }), ['i-1'])], {
        commands: { 'i-1': ok },
        seen: { failed: { 'i-1': 'x' } },
      }),
      'deregister web-classic i-1 + deregister web i-1',
    ],
    [
      'failed, reregister: back',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        commands: { 'i-1': bad },
        seen: { failed: { 'i-1': 'x' } },
      }),
      'register web-classic i-1 + register web i-1',
      { ...RESTART, restart: { quorum: 0.5, attempts: 3, onError: 'reregister', commandMs: 60_000 } },
    ],
    [
      'its command was refused, so nothing ran on it: back',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        commands: { 'i-1': { ...bad, refused: true } },
        seen: { failed: { 'i-1': 'x' } },
      }),
      'register web-classic i-1 + register web i-1',
    ],
    [
      'failed, continue: it counts as out, and one more may go',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        commands: { 'i-1': bad },
        seen: { failed: { 'i-1': 'x' } },
      }),
      'note i-1,i-2',
      { ...RESTART, restart: { quorum: 0.5, attempts: 3, onError: 'continue', commandMs: 60_000 } },
    ],
    [
      'too late: a hanging command is stopped',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        commands: { 'i-1': { state: 'running', since: T0 } },
        seen: { failed: { 'i-1': 'x' } },
      }),
      'cancel i-1',
    ],
    [
      'a signal: what is out goes back',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
      }),
      'register web-classic i-1 + register web i-1',
    ],
    [
      'a signal while it drains: back at once',
      observed([web(four({ 'i-1': says('draining') }), ['i-1'])], {
        cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
      }),
      'register web-classic i-1 + register web i-1',
    ],
    [
      'EC2 runs it no more: nobody waits for it',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'], { suspended: [] })], {
        gone: ['i-1'],
        cancellation: { outcome: 'rollBack', why: 'x' },
      }),
      'clear putBack',
    ],
    [
      'no balancer took it back in time: it stays out, and the note says so',
      observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
        cancellation: { outcome: 'rollBack', why: 'x' },
        seen: { backSince: { 'i-1': 0 } },
      }),
      'finish: stuck',
    ],
    [
      'one of two did not, and the other says that it serves: it stays out as well',
      observed([web(four({ 'i-1': says('healthy', 'absent') }), ['i-1'])], {
        cancellation: { outcome: 'rollBack', why: 'x' },
        seen: { backSince: { 'i-1': 0 } },
      }),
      'finish: stuck',
    ],
    [
      'the same of one that Auto Scaling is about to replace: nothing is held up for it',
      observed(
        [web([member('i-1', says('absent'), { healthy: false }), ...four().slice(1)], ['i-1'], { suspended: [] })],
        { cancellation: { outcome: 'rollBack', why: 'x' }, seen: { backSince: { 'i-1': 0 } } },
      ),
      'clear putBack',
    ],
    [
      'somebody removed the notes: nothing is taken out until they are there again',
      observed([web(four({ 'i-1': says('unhealthy') }), ['i-1'], { notes: {} })], {
        commands: { 'i-1': ok },
        seen: {
          failed: { 'i-1': 'x' },
          known: { web: web(four(), ['i-1']).notes },
          unnoted: { web: observed([]).at },
        },
      }),
      'wait: waiting until AWS shows the notes of this rollout again',
    ],
    [
      'two and next to no quorum: one goes, the other stays',
      observed([web(four().slice(0, 2), undefined, { notes: { record: record({ quorum: 0.01 }), lease: LEASE } })]),
      'note i-1',
      { ...RESTART, restart: { quorum: 0.01, attempts: 3, onError: 'stop', commandMs: 1 } },
    ],
    [
      'a replacement is on its way: it counts for the quorum',
      observed([web([...four().slice(0, 2), { ...member('i-9'), lifecycle: 'Pending' }])]),
      'wait: the quorum lets nobody go: 2 of 3 are in service, at least 2 must stay so (look 0 of 3) [i-9 not in service]',
    ],
    [
      'a replacement is registered with one of two balancers: it counts too',
      observed([web([...four().slice(0, 2), member('i-9', says('absent', 'starting'))])]),
      'wait: the quorum lets nobody go: 2 of 3 are in service, at least 2 must stay so (look 0 of 3) [i-9 not in service]',
    ],
    [
      'only one: the last is never taken',
      observed([web([member('i-1')], undefined, { notes: {}, suspended: [] })]),
      'refuse: restart.last',
    ],
    [
      'a quorum that keeps all',
      observed([web(four(), undefined, { notes: {}, suspended: [] })]),
      'refuse: restart.quorum',
      { ...RESTART, restart: { quorum: 4, attempts: 3, onError: 'stop', commandMs: 1 } },
    ],
  ];
  for (const [name, look, expected, plan] of rows) it(name, () => expect(told(look, plan)).to.equal(expected));

  it('ends with the instances that went wrong as data: what explains the failure reads no sentence', () => {
    const results = (look: Observed): readonly GroupResult[] => {
      const decision = decide(look, RESTART);
      if (decision.kind === 'finish') return decision.results;
      const actions = decision.kind === 'act' ? decision.actions : [];
      return actions.flatMap(({ action }) => (action.type === 'clear' && action.result ? [action.result] : []));
    };
    const out = observed([web(four({ 'i-1': says('absent') }), ['i-1'])], {
      commands: { 'i-1': bad },
      seen: { failed: { 'i-1': 'x' } },
    });
    expect(results(out)[0]).to.deep.include({ outcome: 'stuck', failed: ['i-1'] });
    const late = observed([web(four({ 'i-1': says('absent', 'healthy') }), ['i-1'])], {
      cancellation: { outcome: 'rollBack', why: 'x' },
      seen: { backSince: { 'i-1': 0 } },
    });
    expect(results(late)[0]).to.deep.include({ outcome: 'stuck', failed: ['i-1'] });
    expect(results(late)[0]?.why).to.match(/^1 instance \(i-1\) stays out of the balancers: web-classic did not take/);
    const gone = observed([web(four({ 'i-1': says('absent') }), ['i-1'], { suspended: [] })], {
      gone: ['i-1'],
      cancellation: { outcome: 'rollBack', why: 'x' },
    });
    expect(results(gone)[0]).to.deep.include({ outcome: 'putBack', open: ['i-1'], failed: ['i-1'] });
  });

  it('goes back on the ports that it was on', () => {
    const odd = web([member('i-1', says('healthy', 'healthy', [8080, 80])), ...four().slice(1)]);
    const decision = decide(observed([odd]), RESTART);
    const [first] = decision.kind === 'act' ? decision.actions : [];
    expect(first?.action).to.deep.include({ type: 'note' });
    const out = first?.action.type === 'note' ? first.action.out : undefined;
    expect(out?.instances[0]).to.deep.equal({ id: 'i-1', ports: { '0123456789abcdef': [80, 8080] } });
    const half = web([member('i-1', says('healthy', 'healthy', [80])), ...four().slice(1)], ['i-1']);
    const noted = {
      ...half,
      notes: { ...half.notes, ...(out === undefined ? {} : { out: { ...out, instances: out.instances.slice(0, 1) } }) },
    };
    expect(told(observed([noted], { commands: { 'i-1': ok } }))).to.equal('register web i-1:80:8080');
  });

  it('what a dead run left is put back by whoever finds it, and nothing else begins before', () => {
    const theirs = web(four({ 'i-1': says('absent') }), ['i-1']);
    const other = { ...RESTART, run: 'run-2' };
    expect(told(observed([theirs], { abandoned: ['web'] }), other)).to.equal('renew');
    const taken = { ...theirs, notes: { ...theirs.notes, lease: { ...LEASE, run: 'run-2' } } };
    const look = observed([taken], { seen: { adoptedAt: { web: T0 }, known: { web: { ...taken.notes } } } });
    expect(told(look, other)).to.equal('register web-classic i-1 + register web i-1');
    const swap: Plan = { ...PLAN, run: 'run-2' };
    expect(told(look, swap)).to.equal('register web-classic i-1 + register web i-1');
  });
});

describe('restart, whatever the look', () => {
  const verdicts: readonly HealthVerdict[] = [
    'healthy',
    'healthy',
    'healthy',
    'healthy',
    'starting',
    'unhealthy',
    'draining',
    'absent',
  ];
  const states: readonly (CommandState | undefined)[] = [
    undefined,
    undefined,
    ok,
    bad,
    { state: 'running', since: T0 + 80_000 },
  ];
  const anyMember = (
    index: number,
  ): fc.Arbitrary<{
    readonly instance: Instance;
    readonly out: boolean;
    readonly command: CommandState | undefined;
    readonly failed: boolean;
  }> =>
    fc
      .record({
        classic: fc.constantFrom(...verdicts),
        target: fc.constantFrom(...verdicts),
        lifecycle: fc.constantFrom(
          'InService',
          'InService',
          'InService',
          'InService',
          'Terminating',
          'Pending',
          'Standby',
        ),
        healthy: fc.boolean(),
        out: fc.boolean(),
        command: fc.constantFrom(...states),
        failed: fc.boolean(),
        same: fc.boolean(),
      })
      .map(({ classic, target, lifecycle, healthy, out, command, failed, same }) => ({
        instance: member(`i-${index}`, says(classic, same ? classic : target), {
          lifecycle,
          healthy: healthy || index % 3 > 0,
          zone: `z${index % 2}`,
        }),
        out,
        command: out ? command : undefined,
        failed: out && failed && command?.state === 'ended',
      }));

  it('keeps the quorum, never takes the last one, notes before it takes, and does nothing that the guard forbids', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 9 })
          .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyMember(index)))),
        fc.constantFrom(0.1, 0.34, 0.5, 0.66, 0.9, 1, 2, 4),
        fc.constantFrom('stop' as const, 'reregister' as const, 'continue' as const),
        fc.boolean(),
        (members, quorum, onError, wished) => {
          const out = members.filter((one) => one.out).map(({ instance: { id } }) => id);
          const seen = web(
            members.map((one) => one.instance),
            out,
          );
          const restart = { ...seen, notes: { ...seen.notes, record: record({ quorum }) } };
          const plan: Plan = { ...RESTART, restart: { quorum, attempts: 3, onError, commandMs: 60_000 } };
          const commands = Object.fromEntries(
            members.flatMap(({ instance: { id }, command }) => (command === undefined ? [] : [[id, command]])),
          );
          const failed = Object.fromEntries(members.flatMap((one) => (one.failed ? [[one.instance.id, 'drawn']] : [])));
          const look = observed([restart], {
            commands,
            seen: { failed, inServiceSince: Object.fromEntries(members.map(({ instance: { id } }) => [id, T0])) },
            ...(wished ? { cancellation: { outcome: 'rollBack', why: 'drawn' } } : {}),
          });
          const decision = decide(look, plan);
          if (decision.kind !== 'act') return;
          const serving = members
            .filter(
              ({ instance: one }) =>
                one.lifecycle === 'InService' &&
                one.healthy &&
                [CLASSIC, TARGETS].every(({ id }) =>
                  one.health.some((row) => row.balancer === id && row.verdict === 'healthy'),
                ),
            )
            .map(({ instance: { id } }) => id);
          const total = members.filter(
            ({ instance: one, out: isOut }) =>
              one.lifecycle === 'InService' &&
              (isOut ||
                [CLASSIC, TARGETS].every(({ id }) =>
                  one.health.some((row) => row.balancer === id && row.verdict !== 'draining'),
                )),
          ).length;
          const going = new Set<string>();
          for (const { action } of decision.actions) {
            expect(guard(look, plan, action), action.type).to.equal(undefined);
            if (action.type === 'deregister') for (const { instance: id } of action.targets) going.add(id);
            if (action.type === 'note') for (const { id } of action.out.instances) if (!out.includes(id)) going.add(id);
            if (action.type === 'deregister')
              expect(action.targets.every(({ instance: id }) => out.includes(id))).to.equal(true);
            expect(['terminate', 'resize', 'judge', 'freeze']).not.to.include(action.type);
          }
          const after = serving.filter((id) => !going.has(id)).length;
          if (after < serving.length) expect(after).to.be.at.least(floorOf(total, quorum));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('the guard of a restart', () => {
  const rows: readonly (readonly [string, Group, Parameters<typeof guard>[2], RegExp])[] = [
    [
      'taking out who is not noted',
      web(four()),
      { type: 'deregister', group: 'web', balancer: CLASSIC, targets: [{ instance: 'i-1' }] },
      /not noted/,
    ],
    [
      'taking out more than the quorum allows',
      web(four(), FOUR.slice(0, 3)),
      {
        type: 'deregister',
        group: 'web',
        balancer: CLASSIC,
        targets: FOUR.slice(0, 3).map((id) => ({ instance: id })),
      },
      /less than the quorum/,
    ],
    [
      'taking out the last one',
      web([member('i-1')], ['i-1'], {
        notes: {
          record: record({ quorum: 0.01 }),
          lease: LEASE,
          out: { run: 'run-1', number: 1, instances: [{ id: 'i-1' }] },
        },
      }),
      { type: 'deregister', group: 'web', balancer: CLASSIC, targets: [{ instance: 'i-1' }] },
      /last one/,
    ],
    [
      'noting more than may go',
      web(four()),
      {
        type: 'note',
        group: 'web',
        out: { run: 'run-1', number: 1, instances: FOUR.slice(0, 3).map((id) => ({ id })) },
      },
      /less than the quorum/,
    ],
    [
      'forgetting who is out',
      web(four({ 'i-1': says('absent') }), ['i-1']),
      { type: 'note', group: 'web', out: { run: 'run-1', number: 2, instances: [] } },
      /nobody would know/,
    ],
    [
      'a command where requests come in',
      web(four(), ['i-1']),
      { type: 'run', group: 'web', instance: 'i-1' },
      /still lists/,
    ],
    [
      'a command while it drains',
      web(four({ 'i-1': says('draining') }), ['i-1']),
      { type: 'run', group: 'web', instance: 'i-1' },
      /still lists/,
    ],
    [
      'removing the notes while somebody is out',
      web(four({ 'i-1': says('absent') }), ['i-1'], { suspended: [] }),
      { type: 'clear', group: 'web', notes: ['record', 'lease', 'out'] },
      /still out/,
    ],
    [
      'resuming processes while somebody is out',
      web(four({ 'i-1': says('absent') }), ['i-1']),
      { type: 'resume', group: 'web', processes: ['HealthCheck'] },
      /still out/,
    ],
    [
      'registering who was never out',
      web(four()),
      { type: 'register', group: 'web', balancer: CLASSIC, targets: [{ instance: 'i-9' }] },
      /not taken out/,
    ],
    [
      'terminating',
      web(four()),
      { type: 'terminate', group: 'web', half: 'old', instances: ['i-1'], decrement: true },
      /never changes membership/,
    ],
    [
      'resizing',
      web(four()),
      { type: 'resize', group: 'web', size: { min: 1, max: 4, desired: 3 }, purpose: 'restore' },
      /never changes membership/,
    ],
  ];
  for (const [name, one, action, rule] of rows)
    it(`forbids ${name}`, () => expect(guard(observed([one]), RESTART, action)).to.match(rule));
});
