import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Group } from '../../../src/model/rollout/group.js';
import {
  doubledGroup,
  fresh,
  instance,
  LEASE,
  observed,
  PLAN,
  PROCESSES,
  RECORD,
  T0,
  verdict,
} from '../../support/groups.js';

/** Ids that are terminated now; a wait's reason when none are. */
function terminated(group: Group, seen: Parameters<typeof observed>[1] = {}): readonly string[] | string {
  const decision = decide(observed([group], seen), PLAN);
  if (decision.kind === 'wait') return decision.waits[0]?.why ?? '';
  return decision.kind === 'act'
    ? decision.actions.flatMap(({ action }) => (action.type === 'terminate' ? action.instances : []))
    : decision.kind;
}

/** What is sent now, with what makes it. */
function acts(group: Group, seen: Parameters<typeof observed>[1]): readonly unknown[] {
  const decision = decide(observed([group], seen), PLAN);
  if (decision.kind !== 'act') return [decision.kind];
  return decision.actions
    .filter(({ action }) => action.type !== 'renew')
    .map(({ action }) =>
      action.type === 'terminate'
        ? [action.type, action.instances, action.decrement]
        : action.type === 'resize'
          ? [action.type, action.size, action.sets, action.purpose]
          : [action.type],
    );
}

const NOTES = { record: RECORD, lease: LEASE, verdict: verdict('promote') };

describe('decide: how much of a half may go', () => {
  it('what Auto Scaling does not call InService does not stand in for an old one, whatever its balancer says', () => {
    const group = doubledGroup({
      notes: NOTES,
      instances: [
        instance('i-old1'),
        instance('i-old2'),
        fresh('i-new1'),
        fresh('i-new2', { lifecycle: 'Pending:Wait' }),
      ],
    });
    expect(terminated(group)).to.deep.equal(['i-old1']);
  });

  it('a new one that is in service but not proven (again) does not either', () => {
    const group = doubledGroup({ notes: NOTES });
    expect(
      terminated(group, { seen: { inServiceSince: { 'i-new1': T0 + 40_000, 'i-new2': T0 + 99_000 } } }),
    ).to.deep.equal(['i-old1']);
    expect(terminated(group, { seen: { inServiceSince: {} } })).to.equal(
      'terminating the old half would leave 0 proven in service, less than 2',
    );
  });

  it('no more is terminated than AWS can decrement above min; first as many are asked for again', () => {
    // One old one has left already.
    const size = { min: 2, max: 4, desired: 3 };
    const record = { ...RECORD, size: { min: 2, max: 4, desired: 2 } };
    const instances = [instance('i-old1'), fresh('i-new1'), fresh('i-new2')];
    expect(terminated(doubledGroup({ size, instances, notes: { ...NOTES, record } }))).to.deep.equal(['i-old1']);
    const none = doubledGroup({ size: { ...size, desired: 2 }, notes: { ...NOTES, record } });
    expect(acts(none, {})).to.deep.equal([['resize', { min: 2, max: 4, desired: 4 }, ['max', 'desired'], 'surge']]);
  });

  it('a group that may not fall below min lets its old ones be replaced when no more can be had', () => {
    const size = { min: 2, max: 4, desired: 2 };
    const record = { ...RECORD, size };
    const late = { at: T0 + 1_000_000 };
    expect(acts(doubledGroup({ size, notes: { ...NOTES, record } }), late)).to.deep.equal([
      ['terminate', ['i-old1', 'i-old2'], false],
    ]);
  });

  it('none goes while a replacement beside it is on its way: Auto Scaling would take out the new one that serves', () => {
    const of = (lifecycle: string, desired = 4): Group =>
      doubledGroup({
        size: { min: 1, max: 4, desired },
        notes: NOTES,
        instances: [
          instance('i-old1'),
          ...(desired < 4 ? [] : [instance('i-old2')]),
          fresh('i-new1'),
          fresh('i-new2'),
          fresh('i-beside', { lifecycle }),
        ],
      });
    // One of two may: 4 - 1 are as many as are new.
    expect(terminated(of('Pending'))).to.deep.equal(['i-old1']);
    expect(terminated(of('Pending', 3))).to.match(/^more new instances are there than should stay/);
    expect(terminated(of('InService'))).to.deep.equal(['i-old1', 'i-old2']);
  });

  it('a roll-back takes out those beside the doubled ones without falling below what is old', () => {
    const instances = [
      ...['i-old1', 'i-old2'].map((id) => instance(id)),
      ...['i-new1', 'i-new2', 'i-beside'].map((id) => fresh(id)),
    ];
    const acts = (desired: number, ids: readonly string[]): unknown => {
      const group = doubledGroup({
        size: { min: 1, max: 4, desired },
        suspended: [...PROCESSES, 'Launch'],
        instances: instances.filter(({ id }) => ids.includes(id)),
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      });
      const decision = decide(observed([group]), PLAN);
      const action = decision.kind === 'act' ? decision.actions[0]?.action : undefined;
      return action?.type === 'terminate' ? [action.instances, action.decrement] : decision.kind;
    };
    const all = instances.map(({ id }) => id);
    expect(acts(4, all)).to.deep.equal([['i-beside', 'i-new1'], true]);
    expect(acts(2, ['i-old1', 'i-old2', 'i-new2'])).to.deep.equal([['i-new2'], false]);
  });

  it('one that weighs more than that goes once the desired capacity is as high as what is there', () => {
    const told = (weight: number, min: number): unknown => {
      const size = { min, max: 8, desired: 6 };
      const instances = [
        instance('i-old1', { weight: 2 }),
        instance('i-old2', { weight: 2 }),
        fresh('i-new1', { weight }),
      ];
      const record = { ...RECORD, old: 4, size: { min, max: 8, desired: 4 } };
      const decision = decide(
        observed([
          doubledGroup({
            weighted: true,
            size,
            instances,
            suspended: [...PROCESSES, 'Launch'],
            notes: { record, lease: LEASE, verdict: verdict('rollBack') },
          }),
        ]),
        PLAN,
      );
      const action = decision.kind === 'act' ? decision.actions[0]?.action : undefined;
      return action?.type === 'terminate'
        ? action.instances
        : action?.type === 'resize'
          ? [action.purpose, action.size.desired]
          : decision.kind;
    };
    expect(told(2, 4)).to.deep.equal(['i-new1']);
    expect(told(3, 4)).to.deep.equal(['fit', 7]);
    expect(told(3, 2)).to.deep.equal(['i-new1']);
    // More than is there would be launched.
    expect(told(3, 5)).to.equal('wait');
  });

  it('a dead one that EC2 has forgotten leaves before the size is given back: an old one that serves would go for it', () => {
    const told = (dead: Partial<Group['instances'][number]>): unknown => {
      const { launchedAt: _launchedAt, ...forgotten } = fresh('i-dead', { healthy: false, ...dead });
      const group = doubledGroup({
        size: { min: 1, max: 4, desired: 3 },
        suspended: [...PROCESSES, 'Launch'],
        instances: [instance('i-old1'), instance('i-old2'), forgotten],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      });
      return acts(group, { seen: { clean: { [group.name]: { looks: 3, since: T0 } } } });
    };
    expect(told({})).to.deep.equal([['terminate', ['i-dead'], true]]);
  });
});
