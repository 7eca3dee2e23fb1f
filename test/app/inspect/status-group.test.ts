import { expect } from 'chai';
import { groupStatus, type GroupStatus } from '../../../src/app/inspect/status-group.js';
import type { Group } from '../../../src/model/rollout/group.js';
import { LEASE, RECORD, T0, group, instance, sick } from '../../support/groups.js';

const PROMOTE = { run: 'run-1', outcome: 'promote', why: 'all are proven', at: T0 } as const;

function statusOf(differs: Partial<Group>, { after = 1_000, gone = false } = {}): GroupStatus {
  return groupStatus(group(differs), {
    at: T0 + after,
    place: { region: 'eu-west-1' },
    holderIsGone: () => gone,
    failures: [],
  });
}

describe('the command that helps, by who works on the group', () => {
  const target = '--asg web --region eu-west-1';
  const cases: readonly {
    readonly when: string;
    readonly notes: Group['notes'];
    readonly later?: { readonly after?: number; readonly gone?: boolean };
    readonly next: readonly string[];
  }[] = [
    {
      when: 'a live run holds it: it can be asked to go back, nothing else',
      notes: { record: RECORD, lease: LEASE },
      next: ['cancel'],
    },
    {
      when: 'a live run holds it and its verdict stands: one waits',
      notes: { record: RECORD, lease: LEASE, verdict: PROMOTE },
      next: [],
    },
    {
      when: 'a live rolling rollout past its verdict can still be stopped',
      notes: {
        record: { ...RECORD, strategy: 'rolling', surge: 1, unavailable: 0, serial: false } as never,
        lease: LEASE,
        verdict: PROMOTE,
      },
      next: ['cancel'],
    },
    {
      when: 'its holder is gone',
      notes: { record: RECORD, lease: LEASE },
      later: { gone: true },
      next: ['resume', 'rollback'],
    },
    {
      when: 'its holder shows no sign of life any more',
      notes: { record: RECORD, lease: LEASE },
      later: { after: LEASE.ttlMs + 1 },
      next: ['resume', 'rollback'],
    },
    {
      when: 'nobody works on it, and it was judged',
      notes: { record: RECORD, verdict: PROMOTE },
      next: ['resume'],
    },
    {
      when: 'it is paused as asked, whoever paused it',
      notes: { record: { ...RECORD, gates: { paused: 50, passed: 0 } }, lease: LEASE },
      next: ['resume', 'rollback'],
    },
  ];
  const kept = {
    ...RECORD,
    version: 2,
    strategy: 'keep-size',
    changed: [],
    suspended: ['Terminate', 'AZRebalance'],
  } as const;

  it('a live run keeps its size while the stack changes: nothing but the stack can be called back', () => {
    const { next, remarks } = statusOf({ notes: { record: kept, lease: LEASE } });
    expect(next).to.deep.equal([]);
    expect(remarks.join(' ')).to.contain('keeps its size').and.to.contain('nothing unhealthy is replaced');
  });

  it('a size that a dead run kept is given back, and nothing is rolled back', () =>
    expect(statusOf({ notes: { record: kept, lease: LEASE } }, { gone: true }).next).to.deep.equal([
      `ha-updater resume ${target}`,
    ]));

  for (const { when, notes, later, next } of cases)
    it(when, () =>
      expect(statusOf({ notes }, later).next).to.deep.equal(next.map((command) => `ha-updater ${command} ${target}`)),
    );
});

describe('what status says of a group', () => {
  it('what a verdict that stands leaves to be done', () => {
    const rolling = { ...RECORD, strategy: 'rolling', surge: 1, unavailable: 0, serial: false };
    const said = (record: Group['notes']['record']): string | undefined =>
      statusOf({ notes: { ...(record !== undefined && { record }), lease: LEASE, verdict: PROMOTE } }).remarks.find(
        (remark) => remark.startsWith('Its verdict'),
      );
    expect(said(RECORD)).to.equal('Its verdict stands: wait until it is through.');
    expect(said(rolling as never)).to.equal('Its verdict stands: cancel stops it where it is, and undoes nothing.');
  });

  it('who serves, old and new told apart', () => {
    const status = statusOf({
      notes: { record: RECORD, lease: LEASE },
      instances: [instance('i-1'), instance('i-2', { launchedAt: T0 + 1_000, health: sick() })],
    });
    expect(status.serves).to.equal('1 of 2 serve (1 old, 0 of 1 new)');
  });

  it('why instances are outdated that run the configuration of the group', () => {
    const way = { configuration: 'lt/lt-1:1', type: 'm5.large' };
    const status = statusOf({
      configurations: ['lt/lt-1:1'],
      ways: [way],
      instances: [instance('i-1', { ...way, type: 't3.large' }), instance('i-2', way)],
    });
    expect([status.outdated, ...status.remarks]).to.deep.equal([
      1,
      '1 of 2 instances are outdated (i-1 is of type t3.large, and the overrides name m5.large).',
    ]);
  });

  it('that a group has none of its instances', () => {
    expect(statusOf({ instances: [] }).remarks).to.deep.equal(['It has none of its 2 instances.']);
  });
});
