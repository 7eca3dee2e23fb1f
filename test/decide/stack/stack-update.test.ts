import { StackStatus } from '@aws-sdk/client-cloudformation';
import { expect } from 'chai';
import {
  classifyStatus,
  decideFollow,
  stackStates,
  startAdvice,
  type FollowSeen,
} from '../../../src/decide/stack/stack-update.js';
import { commandText, type NextCommand } from '../../../src/text/commands/next-command.js';
import type { Stack } from '../../../src/model/stack/stack.js';

/** The word that tells a command from the others: its flag, its operation with a dash, or `status`. */
const toldIn = (step: NextCommand): string | undefined =>
  commandText(step)
    .split(' ')
    .find((word) => /-|^status$/.test(word) && word !== 'ha-updater');
const stack = (status: string, change: Partial<Stack> = {}): Stack => ({
  id: 'arn',
  name: 'web',
  status,
  statusReason: '',
  parameters: [],
  capabilities: [],
  outputs: {},
  ...change,
});

describe('the status of a stack', () => {
  it('is known for every status of the service', () => {
    expect(Object.keys(stackStates).sort()).to.deep.equal(Object.values(StackStatus).sort());
  });
  it('of a later day is read by its ending, and else not trusted', () => {
    expect(classifyStatus('REFACTOR_IN_PROGRESS')).to.equal('inProgress');
    expect(classifyStatus('REFACTOR_COMPLETE')).to.equal('unknown');
  });
});

describe('starting from', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['CREATE_COMPLETE', 'update'],
    ['UPDATE_COMPLETE', 'update'],
    ['IMPORT_COMPLETE', 'update'],
    ['UPDATE_ROLLBACK_COMPLETE', 'update'],
    ['IMPORT_ROLLBACK_COMPLETE', 'update'],
    ['DELETE_COMPLETE', 'create'],
    ['REVIEW_IN_PROGRESS', 'stack.review: list-change-sets, delete-stack'],
    ['ROLLBACK_COMPLETE', 'stack.failed: status, update-stack, delete-stack'],
    ['ROLLBACK_FAILED', 'stack.failed: status, update-stack, delete-stack'],
    ['CREATE_FAILED', 'stack.failed: status, update-stack, delete-stack'],
    ['UPDATE_FAILED', 'stack.stuck: status, update-stack, rollback-stack'],
    ['UPDATE_ROLLBACK_FAILED', 'stack.stuck: status, update-stack, continue-update-rollback'],
    ['IMPORT_ROLLBACK_FAILED', 'stack.stuck: status'],
    ['DELETE_FAILED', 'stack.stuck: status, delete-stack'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'wait'],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'wait'],
    ...['CREATE', 'ROLLBACK', 'DELETE', 'UPDATE', 'UPDATE_ROLLBACK', 'IMPORT', 'IMPORT_ROLLBACK'].map(
      (verb) => [`${verb}_IN_PROGRESS`, 'stack.busy: status'] as const,
    ),
    ['SOMETHING_NEW', 'stack.unknown: status'],
  ];
  it('every status has its row', () =>
    expect(
      cases
        .map(([status]) => status)
        .filter((status) => status !== 'SOMETHING_NEW')
        .sort(),
    ).to.deep.equal(Object.keys(stackStates).sort()));
  for (const [status, advised] of cases) {
    it(`${status}: ${advised}`, () => {
      const advice = startAdvice('web', stack(status));
      const said = advice.kind === 'refuse' ? `${advice.code}: ${advice.next.map(toldIn).join(', ')}` : advice.kind;
      expect(said).to.equal(advised);
      if (advice.kind === 'refuse') expect(advice.text).to.include('web').and.to.include(status);
    });
  }
  it('no stack: create', () => expect(startAdvice('web', undefined)).to.deep.equal({ kind: 'create' }));
  it('a stack in progress says since when', () => {
    const advice = startAdvice(
      'web',
      stack('UPDATE_IN_PROGRESS', { updatedAt: Date.parse('2026-03-01T03:00:00Z'), createdAt: 0 }),
    );
    expect(advice).to.have.property('text').that.includes('since 2026-03-01T03:00:00Z');
  });
});

describe('following, the next step', () => {
  const timing = { warmupMs: 25_000, silenceMs: 300_000 };
  const base: FollowSeen = { startedAt: 1_000_000, action: 'update', onInterrupt: 'cancel', cancelled: false };
  const at = (seconds: number): number => 1_000_000 + seconds * 1000;
  const moving = { newsAt: at(2), status: 'UPDATE_IN_PROGRESS' };
  const cases: readonly (readonly [string, Partial<FollowSeen>, number, string])[] = [
    ['nothing seen yet', {}, 24.999, 'wait until 25'],
    ['nothing seen for the warm-up', {}, 25, 'neverStarted'],
    ['an event came', moving, 30, 'wait until 302'],
    ['no event for the action timeout', moving, 302, 'silent since 2'],
    ['settled well', { ...moving, status: 'UPDATE_COMPLETE' }, 9, 'settled UPDATE_COMPLETE'],
    ['settled badly', { ...moving, status: 'UPDATE_ROLLBACK_COMPLETE' }, 9, 'settled UPDATE_ROLLBACK_COMPLETE'],
    ['settled after a long silence', { ...moving, status: 'UPDATE_COMPLETE' }, 999, 'settled UPDATE_COMPLETE'],
    ['tidying up', { ...moving, status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' }, 9, 'wait until 302'],
    ['a signal while updating', { ...moving, interrupt: 'SIGINT' }, 9, 'cancel'],
    ['a signal before the first event', { interrupt: 'SIGINT' }, 1, 'cancel'],
    ['a signal that was answered', { ...moving, interrupt: 'SIGINT', cancelled: true }, 9, 'wait until 302'],
    ['a signal with leave', { ...moving, interrupt: 'SIGINT', onInterrupt: 'leave' }, 9, 'leave'],
    [
      'a signal while creating',
      { ...moving, action: 'create', status: 'CREATE_IN_PROGRESS', interrupt: 'SIGINT' },
      9,
      'leave',
    ],
    [
      'a signal while tidying up',
      { ...moving, status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', interrupt: 'SIGINT' },
      9,
      'leave',
    ],
    [
      'a signal while rolling back',
      { ...moving, status: 'UPDATE_ROLLBACK_IN_PROGRESS', interrupt: 'SIGINT' },
      9,
      'wait until 302',
    ],
    [
      'a signal after the end',
      { ...moving, status: 'UPDATE_COMPLETE', interrupt: 'SIGINT' },
      9,
      'settled UPDATE_COMPLETE',
    ],
  ];
  for (const [what, seen, now, expected] of cases) {
    it(`${what}: ${expected}`, () => {
      const step = decideFollow({ ...base, ...seen }, at(now), timing);
      const said = { wait: 'until', silent: 'since', settled: 'status' } as const;
      const fields: readonly [string, string | number][] = step.kind in said ? Object.entries(step) : [];
      const detail = fields.find(([key]) => key !== 'kind')?.[1];
      const shown = typeof detail === 'number' ? (detail - at(0)) / 1000 : detail;
      const word = step.kind === 'wait' ? 'wait until' : step.kind === 'silent' ? 'silent since' : step.kind;
      expect(shown === undefined ? word : `${word} ${shown}`).to.equal(expected);
    });
  }
});
