import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { group, observed, LEASE as OURS, PLAN, RECORD } from '../../support/groups.js';

const LOCK = 'dynamodb://locks?region=eu-west-1';
const LEASE = { ...OURS, run: 'run-0', host: 'agent-7', build: 'Jenkins web/118' };

describe('a rollout that was made under a strict lock', () => {
  const left = (lock: string | undefined): ReturnType<typeof observed> =>
    // The lease ran out long ago: only the lock keeps it from being taken over.
    observed(
      [
        group({
          notes: { record: { ...RECORD, run: 'run-0' }, lease: { ...LEASE, ...(lock !== undefined && { lock }) } },
        }),
      ],
      { abandoned: ['web'], seen: {} },
    );
  const decided = (guardedBy: string | undefined, differs: Partial<Plan>): ReturnType<typeof decide> =>
    decide(left(guardedBy), { ...PLAN, run: 'run-9', ...differs });

  for (const differs of [{}, { adoptOnly: true }, { adoptOnly: true, undo: true }] as const) {
    it(`is left alone by whoever does not hold that lock, with advice (${JSON.stringify(differs)})`, () => {
      for (const lock of [undefined, 'redis://cache:6379/0']) {
        const decision = decided(LOCK, { ...differs, ...(lock !== undefined && { lock }) });
        expect(decision.kind === 'refuse' ? decision.reasons : decision).to.deep.equal([
          {
            code: 'group.locked',
            group: 'web',
            text: `the rollout of run run-0 on agent-7 (pid 42, Jenkins web/118) is guarded by the lock ${LOCK}, and this run holds ${lock ?? 'no lock'}`,
            remedy: `Say --lock '${LOCK}'.`,
          },
        ]);
      }
    });

    it(`is taken over by whoever holds it, and one without a lock by anybody (${JSON.stringify(differs)})`, () => {
      for (const [guardedBy, lock] of [
        [LOCK, LOCK],
        [undefined, LOCK],
        [undefined, undefined],
      ] as const) {
        const decision = decided(guardedBy, { ...differs, ...(lock !== undefined && { lock }) });
        expect(decision.kind).to.equal('act');
        const [first] = decision.kind === 'act' ? decision.actions : [];
        expect(first?.action.type === 'renew' && first.action.lease.lock).to.equal(lock);
      }
    });
  }
});
