import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Decision, Observed } from '../../../src/model/rollout/decision.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import type { HookResult } from '../../../src/model/rollout/hook.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../../src/model/rollout/record.js';
import { told } from '../../support/told.js';
import {
  BALANCER,
  doubledGroup,
  fresh,
  instance,
  LEASE,
  observed,
  PLAN,
  RECORD,
  T0,
  verdict,
} from '../../support/groups.js';

const HOUR = 3_600_000;
/** The time of a look within the window. */
const AT = T0 + 1_000_000;
const KEPT: RolloutRecord = { ...RECORD, gates: { keepMs: HOUR, keptUntil: T0 + HOUR, needs: ['check'] } };
const HOOKS = { check: 'check', checkTimeoutMs: 60_000, commandTimeoutMs: 300_000 };
const CHECKS: Partial<Plan> = { gates: { words: [], keepMs: HOUR, hooks: HOOKS } };

const standby = (id: string): Instance => instance(id, { lifecycle: 'Standby', health: [] });
const odd = (id: string): Instance =>
  fresh(id, { health: [{ balancer: BALANCER.id, verdict: 'healthy', reason: '', anomalous: true }] });

/** The new half serves alone; two old ones stand by. */
function window(differs: Partial<Group> = {}): Group {
  return doubledGroup({
    size: RECORD.size,
    suspended: [],
    instances: [standby('i-old1'), standby('i-old2'), fresh('i-new1'), fresh('i-new2')],
    notes: { record: KEPT, lease: { ...LEASE, at: AT - 1_000 }, verdict: verdict('promote') },
    ...differs,
  });
}

/** How the last try of the check ended. */
function check(passed: boolean, agoMs: number, differs: Partial<HookResult> = {}): HookResult {
  return { passed, at: AT - agoMs, tries: 5, words: passed ? 'exit 0' : 'exit 3', output: '', ...differs };
}

/** A look with what the checks of the two new ones said last. */
function look(first: HookResult, second = check(true, 5_000), differs: Parameters<typeof observed>[1] = {}): Observed {
  return observed([window()], {
    at: AT,
    ...differs,
    seen: { hooks: { 'check i-new1': first, 'check i-new2': second }, lastLookAt: AT - 5_000, ...differs.seen },
  });
}

/** The decision, and the checks that it asks for. */
function asked(decision: Decision): string {
  const due = 'hooks' in decision ? (decision.hooks ?? []).map(({ kind, instance: id }) => `${kind} ${id}`) : [];
  return [told(decision).startsWith('wait') ? 'wait' : told(decision), ...due].join(', ');
}

const rows: readonly {
  readonly when: string;
  readonly look: Observed;
  readonly plan?: Partial<Plan>;
  readonly then: string;
}[] = [
  { when: 'all checks passed just now', look: look(check(true, 20_000)), then: 'wait' },
  {
    when: 'one passed half a minute ago',
    look: look(check(true, 30_000)),
    then: 'wait, check i-new1',
  },
  {
    when: 'both did, the second one earlier',
    look: look(check(true, 30_000), check(true, 45_000)),
    then: 'wait, check i-new2, check i-new1',
  },
  {
    when: 'one said no, twice in a row',
    look: look(check(false, 10_000, { falls: 2 })),
    then: 'wait, check i-new1',
  },
  { when: 'one said no, three times in a row', look: look(check(false, 1_000, { falls: 3 })), then: 'rewrite web' },
  {
    when: 'one that never passed says no for a while',
    look: look(check(false, 1_000), undefined, { seen: { inServiceSince: { 'i-new1': AT - 599_000 } } }),
    then: 'wait',
  },
  {
    when: 'one that never passed says no for --healthy-timeout',
    look: look(check(false, 1_000), undefined, { seen: { inServiceSince: { 'i-new1': AT - 600_000 } } }),
    then: 'rewrite web',
  },
  {
    when: 'a check says no, and a person ends the time',
    look: look(check(false, 20_000, { falls: 3 })),
    plan: { goOn: true },
    then: 'terminate old i-old1,i-old2 to be replaced, check i-new1',
  },
  {
    when: 'a balancer calls a new one anomalous, with --anomaly refuse',
    look: observed([window({ instances: [standby('i-old1'), standby('i-old2'), fresh('i-new1'), odd('i-new2')] })], {
      at: AT,
    }),
    plan: { gates: { words: [], keepMs: HOUR, anomaly: 'refuse' } },
    then: 'rewrite web',
  },
  {
    when: 'a balancer calls a new one anomalous, with --anomaly warn',
    look: observed([window({ instances: [standby('i-old1'), standby('i-old2'), fresh('i-new1'), odd('i-new2')] })], {
      at: AT,
    }),
    plan: { gates: { words: [], keepMs: HOUR, anomaly: 'warn' } },
    then: 'wait',
  },
  {
    when: 'somebody takes the old ones out of standby before the time is over',
    look: observed(
      [
        window({
          instances: [
            instance('i-old1'),
            instance('i-old2', { lifecycle: 'Pending' }),
            fresh('i-new1'),
            fresh('i-new2'),
          ],
        }),
      ],
      { at: AT },
    ),
    plan: { gates: { words: [], keepMs: HOUR } },
    then: 'wait',
  },
  {
    when: 'the old half comes back already',
    look: observed(
      [window({ notes: { ...window().notes, record: { ...KEPT, gates: { ...KEPT.gates, backAt: AT - 1_000 } } } })],
      { at: AT, seen: { hooks: { 'check i-new1': check(false, 20_000, { falls: 3 }) } } },
    ),
    then: 'suspend AlarmNotification,ScheduledActions,AZRebalance,ReplaceUnhealthy,InstanceRefresh',
  },
];

describe('a new half that serves alone while the old one is kept', () => {
  for (const { when, look: at, plan, then } of rows)
    it(`when ${when}: ${then}`, () => expect(asked(decide(at, { ...PLAN, ...CHECKS, ...plan }))).to.equal(then));

  it('says which instance failed, and how', () => {
    const decision = decide(look(check(false, 1_000, { falls: 3, output: 'refused' })), { ...PLAN, ...CHECKS });
    expect(decision.kind === 'act' && decision.actions[0]?.why).to.equal(
      'i-new1: the check command says no: exit 3: refused (3 times in a row); the kept instances serve again',
    );
  });
});
