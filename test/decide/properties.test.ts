import { expect } from 'chai';
import { remedyText } from '../../src/text/commands/remedy.js';
import { longestPause } from '../../src/decide/looks/poll-interval.js';
import fc from 'fast-check';
import { split, units, serving } from '../../src/decide/instances/classify.js';
import { decide } from '../../src/decide/decide.js';
import { guard } from '../../src/decide/guard/guard.js';
import type { Observed } from '../../src/model/rollout/decision.js';
import type { Group, HealthVerdict, Instance } from '../../src/model/rollout/group.js';
import type { RolloutRecord } from '../../src/model/rollout/record.js';
import { ROLLING } from '../support/rolling.js';
import { BALANCER, group, LEASE, observed, PLAN, PROCESSES, RECORD, T0, verdict } from '../support/groups.js';
import { withNotes } from '../../src/decide/memory/known-notes.js';

const lifecycles = [
  'InService',
  'InService',
  'InService',
  'Pending',
  'Pending:Wait',
  'Terminating',
  'Terminating:Wait',
  'Terminating:Retained',
  'Standby',
  'Detaching',
  'SomethingNew',
];
const verdicts: readonly HealthVerdict[] = [
  'healthy',
  'healthy',
  'healthy',
  'starting',
  'unhealthy',
  'draining',
  'absent',
  'unknown',
  'hopeless',
];

const anyInstance = (index: number): fc.Arbitrary<Instance> =>
  fc
    .record({
      lifecycle: fc.constantFrom(...lifecycles),
      healthy: fc.boolean(),
      zone: fc.constantFrom('a', 'b', 'c'),
      age: fc.constantFrom(-86_400_000, -1_000, 0, 15_000, 60_000, undefined),
      health: fc.constantFrom(...verdicts),
      configuration: fc.constantFrom('lc/one', 'lc/two', ''),
    })
    .map(({ age, health, ...rest }) => ({
      id: `i-${index}`,
      weight: 1,
      protectedFromScaleIn: false,
      ...(age === undefined ? {} : { launchedAt: T0 + age }),
      health: health === 'absent' ? [] : [{ balancer: BALANCER.id, verdict: health, reason: 'drawn' }],
      ...rest,
    }));

/** No record, a swap's, or one of a rolling rollout with other limits. */
const ROLLS = [
  { surge: 1, unavailable: 0 },
  { surge: 2, unavailable: 0 },
  { surge: 0, unavailable: 1 },
  { surge: 1, unavailable: 1 },
  { surge: 1, unavailable: 0, serial: true },
];
const records: readonly (RolloutRecord | undefined)[] = [
  undefined,
  undefined,
  RECORD,
  RECORD,
  ...ROLLS.map((limits) => ({ ...ROLLING, size: RECORD.size, old: RECORD.old, ...limits })),
];

const anyGroup: fc.Arbitrary<Group> = fc
  .record({
    instances: fc
      .integer({ min: 0, max: 7 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyInstance(index)))),
    desired: fc.constantFrom(0, 1, 2, 3, 4, 6),
    suspended: fc.subarray([...PROCESSES, 'Launch', 'Terminate', 'AddToLoadBalancer']),
    record: fc.constantFrom(...records),
    verdict: fc.constantFrom(undefined, 'promote' as const, 'rollBack' as const),
    lease: fc.constantFrom('run-1', 'run-2', undefined),
    frozen: fc.boolean(),
  })
  .map(({ instances, desired, suspended, record, verdict: outcome, lease, frozen }) =>
    group({
      instances,
      suspended,
      size: { min: 1, max: 6, desired },
      notes: {
        ...(record === undefined ? {} : { record }),
        ...(record !== undefined && outcome !== undefined ? { verdict: verdict(outcome) } : {}),
        ...(lease === undefined || record === undefined ? {} : { lease: { ...LEASE, run: lease } }),
        ...(frozen ? { frozen: { run: 'run-0', at: T0, processes: ['Launch', 'AZRebalance'], why: '' } } : {}),
      },
    }),
  );

const anyLook: fc.Arbitrary<Observed> = fc
  .record({
    one: anyGroup,
    two: anyGroup.map((each) => ({
      ...each,
      name: 'api',
      instances: each.instances.map((instance) => ({ ...instance, id: `${instance.id}b` })),
    })),
    both: fc.boolean(),
    at: fc.constantFrom(T0 + 30_000, T0 + 100_000, T0 + 700_000, T0 + 4_000_000),
    wish: fc.boolean(),
    busy: fc.constantFrom(undefined, 'UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS'),
  })
  .map(({ one, two, both, at, wish, busy }) =>
    observed(both ? [one, two] : [one], {
      at,
      ...(busy === undefined ? {} : { stackStatus: busy }),
      ...(wish ? { cancellation: { outcome: 'rollBack' as const, why: 'drawn' } } : {}),
    }),
  );

const plan = { ...PLAN, stack: 'web', groups: ['web', 'api'] };

describe('decide: what holds in every state', () => {
  const everyAct = (check: (look: Observed, act: ReturnType<typeof actsOf>[number]) => void): void =>
    fc.assert(
      fc.property(anyLook, (look) => {
        for (const one of actsOf(look)) check(look, one);
      }),
      { numRuns: 3_000 },
    );
  const actsOf = (look: Observed): Extract<ReturnType<typeof decide>, { kind: 'act' }>['actions'] => {
    const decision = decide(look, plan);
    return decision.kind === 'act' ? decision.actions : [];
  };
  const groupOf = (look: Observed, name: string): Group =>
    withNotes(look.groups.find((one) => one.name === name) ?? group(), look.seen);

  it('nothing is decided that the guard would stop', () => {
    everyAct((look, { action }) => expect(guard(look, plan, action)).to.equal(undefined));
  });

  it('terminates only one half, the one that the verdict names, and never takes service below the original desired', () => {
    everyAct((look, { action }) => {
      if (action.type !== 'terminate') return;
      const target = groupOf(look, action.group);
      const { record } = target.notes;
      if (record === undefined) throw new Error('a termination without a record');
      const halves = split(target, record);
      const mine = (target.notes.verdict?.outcome === 'promote' ? halves.old : halves.new).map((one) => one.id);
      expect(mine).to.include.members([...action.instances]);
      const before = units(serving(target));
      const after = units(
        serving(
          target,
          target.instances.filter((one) => !action.instances.includes(one.id)),
        ),
      );
      const floor =
        record.size.desired - (record.strategy === 'rolling' && action.half === 'old' ? record.unavailable : 0);
      expect(after === before || after >= floor).to.equal(true);
      if (record.strategy === 'swap') return;
      // What does not serve may come back: no more goes than the limits allow, whatever a look shows of health.
      const gone = units(target.instances.filter((one) => action.instances.includes(one.id)));
      if (action.half === 'old') expect(units(halves.old) + units(halves.new) - gone).to.be.at.least(floor);
    });
  });

  it('touches no group whose stack is in progress, and none that another run holds', () => {
    everyAct((look, { action }) => {
      if (action.type === 'renew') return;
      expect(look.stackStatus).not.to.equal('UPDATE_IN_PROGRESS');
      if (action.type !== 'record')
        for (const name of 'groups' in action ? action.groups : [action.group])
          expect(groupOf(look, name).notes.lease?.run).to.equal('run-1');
    });
  });

  it('every act, wait, refusal and end says why', () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        const decision = decide(look, plan);
        const reasons =
          decision.kind === 'act'
            ? decision.actions.map((one) => one.why)
            : decision.kind === 'wait'
              ? decision.waits.map((one) => one.why)
              : decision.kind === 'refuse'
                ? decision.reasons.flatMap((one) => [one.text, remedyText(one.remedy)])
                : decision.kind === 'finish'
                  ? decision.results.map((one) => one.why)
                  : [decision.by];
        expect(reasons.length).to.be.greaterThan(0);
        for (const why of reasons) expect(why).not.to.equal('');
        if (decision.kind === 'wait') expect(decision.forMs).to.be.within(100, longestPause(PLAN.timing));
      }),
      { numRuns: 3_000 },
    );
  });

  it('every group of the run has an end when the run ends', () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        const decision = decide(look, plan);
        if (decision.kind !== 'finish') return;
        expect(decision.results.map((result) => result.group)).to.have.members(look.groups.map((one) => one.name));
      }),
      { numRuns: 3_000 },
    );
  });
});
