import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Decision, Observed } from '../../../src/model/rollout/decision.js';
import type { RecordGates, RolloutRecord } from '../../../src/model/rollout/record.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { told } from '../../support/told.js';
import { doubledGroup, observed, PLAN, RECORD, T0 } from '../../support/groups.js';

const HOUR = 3_600_000;
const UNTIL = T0 + HOUR;
type By = 'resume' | 'rollback';

const paused = (by: By | undefined, differs: Partial<RecordGates> = {}): RolloutRecord => ({
  ...RECORD,
  gates: {
    pauseAt: [100],
    paused: 100,
    ...(by !== undefined && { pauseEnds: { afterMs: HOUR, by }, pauseUntil: UNTIL }),
    ...differs,
  },
});

/** One group that is paused, and what a run of that kind sees of it then. */
const look = (record: RolloutRecord, at = UNTIL, mate?: RolloutRecord): Observed =>
  observed(
    [
      doubledGroup({ notes: { record } }),
      ...(mate === undefined ? [] : [doubledGroup({ name: 'api', notes: { record: mate } })]),
    ],
    { at },
  );
const UPDATE: Partial<Plan> = { run: 'run-2', groups: ['web', 'api'] };
const RESUME: Partial<Plan> = { ...UPDATE, adoptOnly: true, goOn: true };
const ROLLBACK: Partial<Plan> = { ...UPDATE, adoptOnly: true, undo: true };

const rows: readonly {
  readonly when: string;
  readonly look: Observed;
  readonly plan: Partial<Plan>;
  readonly then: string;
}[] = [
  {
    when: 'it waits for ever, and an update comes days later',
    look: look(paused(undefined), T0 + 100 * HOUR),
    plan: UPDATE,
    then: 'refuse: group.paused',
  },
  ...(['resume', 'rollback'] as const).map((by) => ({
    when: `it ends with ${by} in a second, and an update comes`,
    look: look(paused(by), UNTIL - 1_000),
    plan: UPDATE,
    then: 'refuse: group.paused',
  })),
  // Who decides is the time that is over, unless a person asks for a roll-back.
  ...(
    [
      ['resume', 'an update', UPDATE, 'rewrite web'],
      ['rollback', 'an update', UPDATE, 'renew web'],
      ['rollback', 'resume', RESUME, 'renew web'],
      ['resume', 'resume', RESUME, 'rewrite web'],
      ['resume', 'rollback', ROLLBACK, 'renew web'],
    ] as const
  ).map(([by, what, plan, then]) => ({
    when: `its time is over, with ${by}, and ${what} comes`,
    look: look(paused(by)),
    plan,
    then,
  })),
  {
    when: 'it ends with rollback in a second, and resume comes',
    look: look(paused('rollback'), UNTIL - 1_000),
    plan: RESUME,
    then: 'rewrite web',
  },
  {
    when: 'a group beside it was paused a second later',
    look: look(paused('resume'), UNTIL, paused('resume', { pauseUntil: UNTIL + 1_000 })),
    plan: UPDATE,
    then: 'refuse: group.paused group.paused',
  },
  {
    when: 'the run that began it was given an alarm, this one none, and it is to go back',
    look: look(paused('rollback', { needs: ['alarms'] })),
    plan: UPDATE,
    then: 'renew web',
  },
  {
    when: 'the run that began it was given an alarm, this one none, and it is to go on',
    look: look(paused('resume', { needs: ['alarms'] })),
    plan: UPDATE,
    then: 'refuse: group.gates',
  },
];

describe('a pause that ends by itself', () => {
  for (const { when, look: at, plan, then } of rows)
    it(`when ${when}: ${then}`, () => expect(told(decide(at, { ...PLAN, ...plan }))).to.equal(then));

  const why = (decision: Decision): readonly string[] =>
    decision.kind === 'act' ? decision.actions.map((one) => one.why) : [];

  it('says who decided to go on, and that nobody did', () => {
    const before = look(paused('resume'), UNTIL - 1_000);
    expect(why(decide(before, { ...PLAN, ...RESUME, host: 'ci-7', build: 'deploy 12' }))).to.deep.equal([
      'resumed at 100 % by resume on ci-7, deploy 12; it waited for that until 2026-11-21T04:00:00Z',
    ]);
    const [action] = (() => {
      const decision = decide(look(paused('resume')), { ...PLAN, ...UPDATE });
      return decision.kind === 'act' ? decision.actions.map((one) => one.action) : [];
    })();
    expect(action?.type === 'rewrite' && action.record.gates).to.deep.equal({
      pauseAt: [100],
      paused: 100,
      passed: 100,
      pauseEnds: { afterMs: HOUR, by: 'resume' },
      passedBy: '--pause-timeout',
    });
  });

  it('rolls back once it is taken over, and says why', () => {
    const taken = observed(
      [
        doubledGroup({
          notes: {
            record: paused('rollback'),
            lease: { run: 'run-2', host: 'agent', pid: 42, beat: 2, ttlMs: 300_000, at: UNTIL },
          },
        }),
      ],
      { at: UNTIL + 60_000, seen: { adoptedAt: { web: UNTIL }, lastLookAt: UNTIL + 55_000 } },
    );
    const decision = decide(taken, { ...PLAN, ...UPDATE, groups: ['web'] });
    expect(told(decision)).to.equal('rollBack web');
    expect(why(decision)[0]).to.include('nobody resumed it until 2026-11-21T04:00:00Z (--pause-timeout)');
  });
});
