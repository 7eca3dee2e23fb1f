import { expect } from 'chai';
import { guard } from '../../../src/decide/guard/guard.js';
import type { Action } from '../../../src/model/rollout/action.js';
import type { Observed, Seen } from '../../../src/model/rollout/decision.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import type { RecordGates } from '../../../src/model/rollout/record.js';
import type { HookResult } from '../../../src/model/rollout/hook.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { old, ROLLING, rollingGroup, young } from '../../support/rolling.js';
import {
  doubledGroup,
  fresh,
  group,
  instance,
  LEASE,
  observed,
  PLAN,
  PROCESSES,
  RECORD,
  sick,
  T0,
  verdict,
} from '../../support/groups.js';

/** A rolling rollout after its verdict: four old ones, the first the oldest, and one that is new. */
const rolling = (differs: Parameters<typeof rollingGroup>[1] = {}, more: readonly Instance[] = young('i-5')): Group =>
  rollingGroup([...old('i-1', 'i-2', 'i-3', 'i-4'), ...more], { desired: 5, ...differs });
const takeOut = (decrement: boolean, ...instances: string[]): Action => ({
  type: 'terminate',
  group: 'web',
  half: 'old',
  instances,
  decrement,
});
const surge = (min: number, desired: number, max: number): Action => ({
  type: 'resize',
  group: 'web',
  purpose: 'surge',
  size: { min, max, desired },
});

const NOTES = { record: RECORD, lease: LEASE };
const promoted = (differs: Partial<Group> = {}): Group =>
  doubledGroup({ notes: { ...NOTES, verdict: verdict('promote') }, ...differs });
const rolledBack = (differs: Partial<Group> = {}): Group =>
  doubledGroup({ suspended: [...PROCESSES, 'Launch'], notes: { ...NOTES, verdict: verdict('rollBack') }, ...differs });
/** Weighs 7: two old ones of 2, a new one of 3. */
const heavy = (): Group =>
  rolledBack({
    weighted: true,
    size: { min: 2, max: 8, desired: 6 },
    instances: [instance('i-old1', { weight: 2 }), instance('i-old2', { weight: 2 }), fresh('i-new1', { weight: 3 })],
  });
const terminate = (half: 'old' | 'new', ...instances: string[]): Action => ({
  type: 'terminate',
  group: 'web',
  half,
  instances,
  decrement: true,
});
const resize = (
  purpose: 'double' | 'fit' | 'restore' | 'surge',
  min: number,
  desired: number,
  max: number,
): Action => ({
  type: 'resize',
  group: 'web',
  purpose,
  size: { min, max, desired },
});
const suspend = (...processes: string[]): Action => ({ type: 'suspend', group: 'web', processes });
const resume = (...processes: string[]): Action => ({ type: 'resume', group: 'web', processes });
const clear: Action = { type: 'clear', group: 'web', notes: ['record', 'verdict', 'lease'] };
const judge = (outcome: 'promote' | 'rollBack', run = 'run-1'): Action => ({
  type: 'judge',
  groups: ['web'],
  verdict: verdict(outcome, { run }),
  lease: LEASE,
});
const record = (desired: number): Action => ({
  type: 'record',
  group: 'web',
  record: { ...RECORD, size: { min: 1, max: 4, desired } },
  lease: LEASE,
});

const shield = (on: boolean, ...instances: string[]): Action => ({ type: 'shield', group: 'web', instances, on });
const shielded = (group: Group): Group => ({
  ...group,
  notes: { ...group.notes, record: { ...RECORD, shield: true } },
});

/** A promoted swap whose record asks for its old half to be kept, as far as these say. */
const keeping = (gates: RecordGates = {}, differs: Partial<Group> = {}): Group =>
  promoted({
    notes: { ...NOTES, record: { ...RECORD, gates: { keepMs: 3_600_000, ...gates } }, verdict: verdict('promote') },
    ...differs,
  });
/** The old half is in standby, and the group has its size back. */
const inWindow = (gates: RecordGates = {}, differs: Partial<Group> = {}): Group =>
  keeping(
    { keptUntil: T0 + 3_600_000, ...gates },
    {
      size: RECORD.size,
      suspended: [],
      instances: [
        instance('i-old1', { lifecycle: 'Standby' }),
        instance('i-old2', { lifecycle: 'Standby' }),
        fresh('i-new1'),
        fresh('i-new2'),
      ],
      ...differs,
    },
  );
/** The same, begun and judged by an earlier run. */
const ofEarlier = (group: Group): Group => ({
  ...group,
  notes: {
    ...group.notes,
    record: { ...group.notes.record!, run: 'run-0' },
    verdict: verdict('promote', { run: 'run-0' }),
  },
});
const standby = (on: boolean, decrement: boolean, ...instances: string[]): Action => ({
  type: 'standby',
  group: 'web',
  instances,
  on,
  decrement,
});
const endOld = (decrement: boolean): Action => ({
  type: 'terminate',
  group: 'web',
  half: 'old',
  instances: ['i-old1', 'i-old2'],
  decrement,
});

/** Paused with another run's lease left on it. */
const pausedUntil = (pauseUntil: number, by: 'resume' | 'rollback'): Group =>
  doubledGroup({
    notes: {
      record: { ...RECORD, gates: { paused: 100, pauseEnds: { afterMs: 1, by }, pauseUntil } },
      lease: { ...LEASE, run: 'run-9' },
    },
  });
const goOn: Action = {
  type: 'rewrite',
  group: 'web',
  record: { ...RECORD, gates: { paused: 100, passed: 100 } },
  lease: LEASE,
};

interface Row {
  readonly when: string;
  readonly on: Group;
  readonly action: Action;
  readonly look?: Partial<Omit<Observed, 'seen'>>;
  readonly plan?: Partial<Plan>;
}

/** What must never be sent, whatever decided it, and the words with which it is stopped. */
const STOPPED: readonly (Row & { readonly why: RegExp })[] = [
  {
    when: 'promoting before the gate command says so',
    on: doubledGroup(),
    action: { type: 'judge', groups: ['web'], verdict: verdict('promote'), lease: LEASE },
    plan: { gates: { words: [], gate: { command: 'gate', timeoutMs: 1, commandTimeoutMs: 1 } } },
    why: /the gate command has not said yes/,
  },
  {
    when: 'the end of what is kept before the gate command says so',
    on: inWindow({ keptUntil: T0 - 1 }),
    action: endOld(false),
    plan: { gates: { words: [], gate: { command: 'gate', timeoutMs: 1, commandTimeoutMs: 1 } } },
    why: /has not said yes to the end of the kept half/,
  },
  {
    when: 'going on with a pause before its time is over',
    on: pausedUntil(T0 + 200_000, 'resume'),
    action: goOn,
    why: /run run-9 holds it/,
  },
  {
    when: 'going on with a pause that is to end with a roll-back',
    on: pausedUntil(T0, 'rollback'),
    action: goOn,
    why: /run run-9 holds it/,
  },
  {
    when: 'rolled back: an old one that serves, although new ones stay and enough are there',
    on: rolledBack(),
    action: terminate('old', 'i-old1'),
    why: /i-old1 is not given up/,
  },
  {
    when: 'the group is not in the plan',
    on: group({ name: 'db' }),
    action: { ...clear, group: 'db' },
    why: /db is not in the plan/,
  },
  { when: 'the group is gone', on: group({ name: 'api' }), action: clear, why: /web is not there/ },
  {
    when: 'its stack is in progress',
    on: promoted(),
    action: terminate('old', 'i-old1'),
    look: { stackStatus: 'UPDATE_IN_PROGRESS' },
    why: /its stack is in UPDATE_IN_PROGRESS/,
  },
  {
    when: 'its stack was not asked for',
    on: promoted(),
    action: terminate('old', 'i-old1'),
    look: { stackStatus: 'UPDATE_COMPLETE', leftOut: 'stack' },
    why: /the look did not read the stack/,
  },
  {
    when: 'another run holds it',
    on: promoted({ notes: { ...NOTES, verdict: verdict('promote'), lease: { ...LEASE, run: 'run-9' } } }),
    action: terminate('old', 'i-old1'),
    why: /run run-9 holds it/,
  },
  {
    when: 'nobody holds it',
    on: doubledGroup({ notes: { record: RECORD } }),
    action: judge('promote'),
    why: /run \(nobody\) holds it/,
  },
  {
    when: 'a record with a lease of another run',
    on: group(),
    action: record(2),
    plan: { run: 'run-2' },
    why: /the lease is not ours/,
  },
  { when: 'a second record', on: doubledGroup(), action: record(4), why: /there is a record already/ },
  {
    when: 'a record of other sizes',
    on: group({ notes: { lease: LEASE } }),
    action: record(3),
    why: /not the ones in the record/,
  },
  {
    when: 'suspending before the record',
    on: group({ notes: { lease: LEASE } }),
    action: suspend('AZRebalance'),
    why: /no record yet/,
  },
  {
    when: 'suspending what the swap needs',
    on: doubledGroup(),
    action: suspend('Terminate'),
    why: /Terminate is needed/,
  },
  { when: 'suspending Launch while proving', on: doubledGroup(), action: suspend('Launch'), why: /only to roll back/ },
  { when: 'suspending Launch to promote', on: promoted(), action: suspend('Launch'), why: /only to roll back/ },
  {
    when: 'suspending what the record does not name',
    on: rolledBack({ suspended: [] }),
    action: suspend('Launch', 'SomethingElse'),
    why: /does not name these/,
  },
  {
    when: 'resuming what an operator suspended',
    on: promoted({ size: RECORD.size }),
    action: resume('HealthCheck'),
    why: /HealthCheck was not suspended by us/,
  },
  {
    when: 'resuming before the sizes are restored',
    on: promoted({ instances: [fresh('i-new1'), fresh('i-new2')] }),
    action: resume('AZRebalance'),
    why: /sizes are not restored/,
  },
  {
    when: 'resuming scaling while old ones are left',
    on: promoted({ size: RECORD.size }),
    action: resume('AlarmNotification'),
    why: /the old half is still there/,
  },
  {
    when: 'resuming after a roll-back',
    on: rolledBack({ size: RECORD.size }),
    action: resume('AZRebalance'),
    why: /stays frozen/,
  },
  {
    when: 'resizing without a record',
    on: group({ notes: { lease: LEASE } }),
    action: resize('double', 1, 4, 4),
    why: /no record of the original sizes/,
  },
  {
    when: 'doubling with a higher min',
    on: doubledGroup({ size: RECORD.size }),
    action: resize('double', 4, 4, 4),
    why: /leave min alone/,
  },
  {
    when: 'more than double',
    on: doubledGroup({ size: RECORD.size }),
    action: resize('double', 1, 6, 6),
    why: /not double/,
  },
  { when: 'doubling after the verdict', on: promoted(), action: resize('double', 1, 4, 4), why: /judged already/ },
  {
    when: 'restoring before the verdict',
    on: doubledGroup(),
    action: resize('restore', 1, 2, 4),
    why: /not judged yet/,
  },
  {
    when: 'raising the desired capacity above what is there',
    on: heavy(),
    action: resize('fit', 2, 8, 8),
    why: /7 units are there/,
  },
  {
    when: 'raising it for other reasons than weights',
    on: promoted(),
    action: resize('fit', 1, 5, 5),
    why: /only weights/,
  },
  { when: 'raising min with it', on: heavy(), action: resize('fit', 3, 7, 8), why: /only the desired capacity/ },
  { when: 'lowering it', on: heavy(), action: resize('fit', 2, 5, 8), why: /7 units/ },
  {
    when: 'restoring other sizes',
    on: promoted({ instances: [fresh('i-new1'), fresh('i-new2')] }),
    action: resize('restore', 1, 1, 4),
    why: /not the desired capacity of before/,
  },
  {
    when: 'restoring what somebody else set',
    on: promoted({
      instances: [fresh('i-new1'), fresh('i-new2')],
      size: { min: 1, max: 9, desired: 5 },
      notes: { record: { ...RECORD, theirs: { desired: 5, max: 9 } }, lease: LEASE, verdict: verdict('promote') },
    }),
    action: resize('restore', 1, 2, 9),
    why: /nor what somebody asked for/,
  },
  {
    when: 'writing min',
    on: promoted({ instances: [fresh('i-new1'), fresh('i-new2')], size: { min: 2, max: 4, desired: 4 } }),
    action: resize('restore', 1, 2, 4),
    why: /min was never changed by us/,
  },
  {
    when: 'making up more than was asked for',
    on: promoted({ size: { min: 1, max: 4, desired: 4 } }),
    action: resize('surge', 1, 5, 5),
    why: /nobody asked for more than 2 beside 2 old/,
  },
  {
    when: 'decrementing below what somebody asked for',
    on: promoted({
      notes: { record: { ...RECORD, theirs: { desired: 3 } }, lease: LEASE, verdict: verdict('promote') },
    }),
    action: { type: 'terminate', group: 'web', half: 'old', instances: ['i-old1', 'i-old2'], decrement: true },
    why: /somebody asked for 3/,
  },
  {
    when: 'restoring while the other half is there',
    on: promoted(),
    action: resize('restore', 1, 2, 4),
    why: /other half is still there/,
  },
  {
    when: 'a verdict without a record',
    on: group({ notes: { lease: LEASE } }),
    action: judge('promote'),
    why: /no record/,
  },
  { when: 'turning a verdict', on: promoted(), action: judge('rollBack'), why: /the verdict promote stands/ },
  {
    when: 'the verdict of another rollout',
    on: doubledGroup(),
    action: judge('promote', 'run-9'),
    why: /not of this rollout/,
  },
  { when: 'terminating without a verdict', on: doubledGroup(), action: terminate('old', 'i-old1'), why: /no verdict/ },
  {
    when: 'terminating the half that the verdict spares',
    on: promoted(),
    action: terminate('new', 'i-new1'),
    why: /spares the new half/,
  },
  {
    when: 'terminating an old one as new',
    on: rolledBack(),
    action: terminate('new', 'i-old1'),
    why: /i-old1 is not of the new half/,
  },
  {
    when: 'terminating a foreign instance',
    on: promoted(),
    action: terminate('old', 'i-foreign'),
    why: /i-foreign is not an instance of the group/,
  },
  {
    when: 'terminating whom somebody put aside',
    on: promoted({
      instances: [instance('i-old1', { lifecycle: 'Standby' }), fresh('i-new1'), fresh('i-new2')],
    }),
    action: terminate('old', 'i-old1'),
    why: /i-old1 was put aside, and the record does not say that it goes/,
  },
  {
    when: 'terminating whom nobody knows the age of',
    on: promoted({
      instances: [(({ launchedAt, ...rest }) => rest)(instance('i-old1')), fresh('i-new1'), fresh('i-new2')],
    }),
    action: terminate('old', 'i-old1'),
    why: /nobody knows when i-old1 was launched/,
  },
  {
    when: 'terminating more than a hundred at once',
    on: promoted(),
    action: terminate('old', ...Array.from({ length: 101 }, (_, index) => `i-${index}`)),
    why: /more than 100/,
  },
  {
    when: 'going below the original desired capacity',
    on: promoted({
      instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2', { health: sick() })],
    }),
    action: terminate('old', 'i-old1', 'i-old2'),
    why: /1 would stay in service, less than 2/,
  },
  {
    when: 'relying on one that Auto Scaling does not call InService',
    on: promoted({
      instances: [
        instance('i-old1'),
        instance('i-old2'),
        fresh('i-new1'),
        fresh('i-new2', { lifecycle: 'Pending:Wait' }),
      ],
    }),
    action: terminate('old', 'i-old1', 'i-old2'),
    why: /1 would stay in service/,
  },
  {
    when: 'rolling back into nothing',
    on: rolledBack({ instances: [instance('i-old1', { health: sick() }), fresh('i-new1')] }),
    action: terminate('new', 'i-new1'),
    why: /no old instance would be left/,
  },
  {
    when: 'shielding by a record that does not say so',
    on: doubledGroup(),
    action: shield(true, 'i-old1'),
    why: /no record says/,
  },
  {
    when: 'shielding a new one',
    on: shielded(doubledGroup()),
    action: shield(true, 'i-new1'),
    why: /i-new1 is not of the old half/,
  },
  {
    when: 'shielding after the verdict',
    on: shielded(promoted()),
    action: shield(true, 'i-old1'),
    why: /judged already/,
  },
  {
    when: 'taking the shield off a half that leaves',
    on: shielded(promoted()),
    action: shield(false, 'i-old1'),
    why: /the old half is leaving/,
  },
  {
    when: 'taking the shield off before the sizes are restored',
    on: shielded(rolledBack()),
    action: shield(false, 'i-old1'),
    why: /sizes are not restored/,
  },
  {
    when: 'terminating in a swap without decrement',
    on: promoted(),
    action: takeOut(false, 'i-old1'),
    why: /more would be launched/,
  },
  {
    when: 'doubling a rolling rollout',
    on: rolling({ judged: false }),
    action: resize('double', 1, 8, 8),
    why: /only a swap doubles/,
  },
  {
    when: 'surging a swap',
    on: doubledGroup(),
    action: surge(1, 5, 5),
    why: /only a rolling rollout surges, and a swap that is promoted/,
  },
  {
    when: 'more than the surge',
    on: rolling({ judged: false, desired: 4 }),
    action: surge(1, 6, 6),
    why: /more than 1 above 4/,
  },
  {
    when: 'a surge that makes the group smaller',
    on: rolling(),
    action: surge(1, 4, 5),
    why: /must not make the group smaller/,
  },
  { when: 'a surge with a higher min', on: rolling(), action: surge(4, 5, 5), why: /leave min alone/ },
  {
    when: 'a surge after a roll-back',
    on: rolling({ group: { notes: { record: ROLLING, lease: LEASE, verdict: verdict('rollBack') } } }),
    action: surge(1, 5, 5),
    why: /judged already/,
  },
  {
    when: 'rolling: more than the proven new ones stand in for',
    on: rolling(),
    action: takeOut(false, 'i-1', 'i-2'),
    why: /3 would stay in service, less than 4/,
  },
  {
    when: 'rolling: below what may be unavailable',
    on: rolling({ surge: 0, unavailable: 1, desired: 4 }, []),
    action: takeOut(false, 'i-1', 'i-2'),
    why: /2 would stay in service, less than 3/,
  },
  { when: 'rolling: a younger one first', on: rolling(), action: takeOut(false, 'i-2'), why: /i-1 is older/ },
  {
    when: 'rolling: the desired capacity below the original',
    on: rolling({ desired: 4 }),
    action: takeOut(true, 'i-1'),
    why: /fall to 3, below 4/,
  },
  {
    when: 'rolling: two at a time where one was asked for',
    on: rolling({ serial: true, desired: 6 }, young('i-5', 'i-6')),
    action: takeOut(false, 'i-1', 'i-2'),
    why: /one instance at a time/,
  },
  {
    when: 'rolling: a new one',
    on: rolling(),
    action: { ...takeOut(false, 'i-5') },
    why: /i-5 is not of the old half/,
  },
  {
    when: 'freezing without a roll-back',
    on: promoted(),
    action: { type: 'freeze', group: 'web', note: { run: 'run-1', at: T0, processes: ['Launch'], why: '' } },
    why: /only a roll-back freezes/,
  },
  {
    when: 'clearing a doubled group without a verdict',
    on: doubledGroup(),
    action: clear,
    why: /sizes are not restored/,
  },
  {
    when: 'standby: no record asks for it',
    on: promoted(),
    action: standby(true, true, 'i-old1'),
    why: /no record says that an old half is kept/,
  },
  {
    when: 'standby: before the verdict',
    on: doubledGroup({ notes: { ...NOTES, record: { ...RECORD, gates: { keepMs: 3_600_000 } } } }),
    action: standby(true, true, 'i-old1'),
    why: /only a promoted swap/,
  },
  { when: 'standby: a new one', on: keeping(), action: standby(true, true, 'i-new1'), why: /not the old half/ },
  {
    when: 'standby: too few others serve',
    on: keeping(
      {},
      { instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2', { health: sick() })] },
    ),
    action: standby(true, true, 'i-old1', 'i-old2'),
    why: /1 would stay in service, less than 2/,
  },
  {
    when: 'standby: without a decrement, which launches others in their place',
    on: keeping(),
    action: standby(true, false, 'i-old1', 'i-old2'),
    why: /without decrement more would be launched/,
  },
  {
    when: 'standby: the desired capacity below what somebody asked for',
    on: keeping({}, { size: { min: 3, max: 4, desired: 4 } }),
    action: standby(true, true, 'i-old1', 'i-old2'),
    why: /2 is less than asked for/,
  },
  {
    when: 'standby: out of it, and nobody decided that',
    on: inWindow(),
    action: standby(false, false, 'i-old1'),
    why: /nobody decided/,
  },
  {
    when: 'standby: out of it while Launch is suspended',
    on: inWindow({ backAt: T0 }, { suspended: ['Launch'] }),
    action: standby(false, false, 'i-old1', 'i-old2'),
    why: /while Launch is suspended/,
  },
  {
    when: 'standby: out of it without room',
    on: inWindow({ backAt: T0 }, { size: { min: 1, max: 3, desired: 2 } }),
    action: standby(false, false, 'i-old1', 'i-old2'),
    why: /no room for them in max/,
  },
  {
    when: 'kept: terminated before their time is over',
    on: inWindow(),
    action: endOld(false),
    why: /kept until later/,
  },
  {
    when: 'kept: by this run itself, where the time of an earlier one was to be ended',
    on: inWindow(),
    action: endOld(false),
    plan: { finishKept: true },
    why: /kept until later/,
  },
  {
    when: 'kept: terminated with a decrement, which takes serving capacity',
    on: inWindow({ keptUntil: T0 - 1 }),
    action: endOld(true),
    why: /has left the desired capacity already/,
  },
  { when: 'kept: terminated in place of standby', on: keeping(), action: endOld(true), why: /is to be kept/ },
  {
    when: 'kept: forgotten',
    on: inWindow(),
    action: clear,
    why: /the kept half is still there/,
  },
  {
    when: 'clearing a roll-back that is not noted as frozen',
    on: rolledBack({ size: RECORD.size }),
    action: clear,
    why: /not noted yet/,
  },
];

const HOOKS = { checkTimeoutMs: 60_000, commandTimeoutMs: 300_000 };
const over = (passed: boolean): HookResult => ({ passed, at: T0, tries: 1, words: '', output: '' });

describe("the guard over the user's commands", () => {
  const look = (on: Group, hooks: Seen['hooks']): Observed => observed([on], { seen: { hooks } });
  const before: Plan = { ...PLAN, gates: { words: [], hooks: { ...HOOKS, beforeTerminate: 'before' } } };
  const check: Plan = { ...PLAN, gates: { words: [], hooks: { ...HOOKS, check: 'check' } } };

  it('stops a termination before the command that has to precede it', () => {
    expect(
      guard(look(promoted(), { 'beforeTerminate i-old1': over(true) }), before, terminate('old', 'i-old1', 'i-old2')),
    ).to.match(/before the termination of i-old2 has not run/);
    expect(
      guard(look(promoted(), { 'beforeTerminate i-old1': over(true) }), before, terminate('old', 'i-old1')),
    ).to.equal(undefined);
  });

  it('stops a promotion of what the check command has not said yes of', () => {
    const yes = { 'check i-new1': over(true) };
    expect(guard(look(doubledGroup(), yes), check, judge('promote'))).to.match(/passed for 1 of 2/);
    expect(guard(look(doubledGroup(), { ...yes, 'check i-new2': over(false) }), check, judge('promote'))).to.match(
      /passed for 1 of 2/,
    );
    expect(guard(look(doubledGroup(), { ...yes, 'check i-new2': over(true) }), check, judge('promote'))).to.equal(
      undefined,
    );
    expect(guard(look(doubledGroup(), {}), check, judge('rollBack'))).to.equal(undefined);
  });

  it('asks that of no more of a rolling rollout than its surge, also where old ones were missing from the start', () => {
    const short = { old: 3, judged: false };
    const none = rollingGroup(old('i-1', 'i-2', 'i-3'), { ...short, surge: 0, unavailable: 1 });
    expect(guard(look(none, {}), check, judge('promote'))).to.equal(undefined);
    const one = rollingGroup([...old('i-1', 'i-2', 'i-3'), ...young('i-4', 'i-5')], { ...short, desired: 5 });
    expect(guard(look(one, {}), check, judge('promote'))).to.match(/passed for 0 of 1/);
    expect(guard(look(one, { 'check i-4': over(true) }), check, judge('promote'))).to.equal(undefined);
  });
});

/** Their neighbours, which the swap cannot do without. */
const SENT: readonly Row[] = [
  { when: 'going on with a pause once its time is over', on: pausedUntil(T0, 'resume'), action: goOn },
  {
    when: 'rolled back: an old one that Auto Scaling has given up, where new ones stay for it',
    on: rolledBack({
      size: { min: 1, max: 4, desired: 3 },
      instances: [instance('i-old1', { healthy: false }), instance('i-old2'), fresh('i-new1')],
    }),
    action: terminate('old', 'i-old1'),
  },
  {
    when: 'rolled back, and no old one is left: a new one that nobody misses',
    on: rolledBack({ instances: [fresh('i-new1'), fresh('i-new2'), fresh('i-new3')] }),
    action: terminate('new', 'i-new3'),
  },
  {
    when: 'evening out zones at last, where scaling asks for as many as two halves were',
    on: promoted({ suspended: ['AZRebalance'], instances: [fresh('i-new1'), fresh('i-new2')] }),
    action: { type: 'resume', group: 'web', processes: ['AZRebalance'] },
  },
  { when: 'a record of the sizes that are there', on: group(), action: record(2) },
  { when: 'suspending by the record', on: doubledGroup({ suspended: [] }), action: suspend(...PROCESSES) },
  { when: 'shielding', on: shielded(doubledGroup()), action: shield(true, 'i-old1') },
  {
    when: 'taking the shield off in the end',
    on: shielded(rolledBack({ size: RECORD.size })),
    action: shield(false, 'i-old1'),
  },
  { when: 'doubling', on: doubledGroup({ size: RECORD.size }), action: resize('double', 1, 4, 4) },
  { when: 'a verdict', on: doubledGroup(), action: judge('promote') },
  { when: 'the old half after a promotion', on: promoted(), action: terminate('old', 'i-old1', 'i-old2') },
  { when: 'the new half after a roll-back', on: rolledBack(), action: terminate('new', 'i-new1', 'i-new2') },
  { when: 'a surge', on: rolling({ judged: false, desired: 4 }), action: surge(1, 5, 5) },
  { when: 'rolling: the oldest, for one that is proven', on: rolling(), action: takeOut(false, 'i-1') },
  {
    when: 'rolling: the last with decrement',
    on: rollingGroup([...old('i-4'), ...young('i-5', 'i-6', 'i-7', 'i-8')], { desired: 5 }),
    action: takeOut(true, 'i-4'),
  },
  {
    when: 'rolling: as many as may be unavailable',
    on: rolling({ surge: 0, unavailable: 2, desired: 4 }, []),
    action: takeOut(false, 'i-1', 'i-2'),
  },
  {
    when: 'rolling: one that does not serve before older ones',
    on: rollingGroup([...old('i-1', 'i-2', 'i-3'), instance('i-4', { health: sick() }), ...young('i-5')], {
      desired: 5,
    }),
    action: takeOut(false, 'i-4'),
  },
  {
    when: 'rolling: any of those that were launched together',
    on: rollingGroup(
      [
        instance('i-1'),
        instance('i-2', { launchedAt: T0 - 86_400_000 + 59_000 }),
        instance('i-3'),
        instance('i-4'),
        ...young('i-5'),
      ],
      { desired: 5 },
    ),
    action: takeOut(false, 'i-2'),
  },
  {
    when: 'a sign of life while the stack is in progress',
    on: doubledGroup(),
    action: { type: 'renew', groups: ['web'], lease: LEASE },
    look: { stackStatus: 'UPDATE_IN_PROGRESS' },
  },
  { when: 'raising the desired capacity to what is there', on: heavy(), action: resize('fit', 2, 7, 8) },
  {
    when: 'restoring what somebody asked for, which is less than those that stay old',
    on: rolledBack({
      size: { min: -1, max: 2, desired: 2 },
      instances: [instance('i-old1')],
      notes: {
        ...NOTES,
        record: { ...RECORD, size: { min: -1, max: 2, desired: 1 }, old: 1, kept: 2, theirs: { desired: -1 } },
        verdict: verdict('rollBack'),
      },
    }),
    action: resize('restore', -1, -1, 2),
  },
  {
    when: 'restoring less than what stands in, where that weighs more than is missing',
    on: rolledBack({
      weighted: true,
      size: { min: 0, max: 3, desired: 3 },
      instances: [fresh('i-new1', { weight: 2 })],
      notes: {
        ...NOTES,
        record: { ...RECORD, size: { min: 0, max: 1, desired: 1 }, old: 2 },
        verdict: verdict('rollBack'),
      },
    }),
    action: resize('restore', 0, 1, 1),
  },
  {
    when: 'restoring',
    on: promoted({ instances: [fresh('i-new1'), fresh('i-new2')] }),
    action: resize('restore', 1, 2, 4),
  },
  {
    when: 'resuming once the old half is on its way out',
    on: promoted({
      size: RECORD.size,
      instances: [instance('i-old1', { lifecycle: 'Terminating' }), fresh('i-new1'), fresh('i-new2')],
    }),
    action: resume(...PROCESSES),
  },
  { when: 'replacing dead new ones before the end', on: promoted(), action: resume('ReplaceUnhealthy') },
  {
    when: 'standby for the old half, with enough new ones in service',
    on: keeping(),
    action: standby(true, true, 'i-old1', 'i-old2'),
  },
  {
    when: 'out of standby where that was decided, with room',
    on: inWindow({ backAt: T0 }),
    action: standby(false, false, 'i-old1', 'i-old2'),
  },
  {
    when: 'the end of what is kept, once its time is over',
    on: inWindow({ keptUntil: T0 - 1 }),
    action: endOld(false),
  },
  {
    when: 'the end of what is kept, when a person ends it',
    on: inWindow(),
    action: endOld(false),
    plan: { goOn: true },
  },
  {
    when: 'the end of what an earlier run keeps, asked for',
    on: ofEarlier(inWindow()),
    action: endOld(false),
    plan: { finishKept: true },
  },
  { when: 'clearing at the end', on: promoted({ size: RECORD.size, suspended: [] }), action: clear },
];

describe('the guard', () => {
  const answer = ({ on, action, look, plan }: Row): string | undefined =>
    guard(observed([on], look), { ...PLAN, ...plan }, action);

  for (const row of STOPPED) it(`stops: ${row.when}`, () => expect(answer(row)).to.match(row.why));
  for (const row of SENT) it(`lets through: ${row.when}`, () => expect(answer(row)).to.equal(undefined));
});
