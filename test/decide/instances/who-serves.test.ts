import { expect } from 'chai';
import { serveSideBySide, whoServes } from '../../../src/decide/instances/who-serves.js';
import { sayServing } from '../../../src/model/rollout/group-words.js';
import type { Group } from '../../../src/model/rollout/group.js';
import { BALANCER, RECORD, T0, group, instance, sick } from '../../support/groups.js';

const CLASSIC = { ...BALANCER, kind: 'classic' as const, id: 'web-classic', name: 'web-classic' };
const UNJUDGED = { ...BALANCER, judged: false, note: 'no listener' };
const NOTED = { record: RECORD };
const old = (id: string, differs = {}): ReturnType<typeof instance> => instance(id, differs);
const fresh = (id: string, differs = {}): ReturnType<typeof instance> =>
  instance(id, { launchedAt: T0 + 60_000, ...differs });
const without = (...instances: Group['instances']): Partial<Group> => ({
  notes: NOTED,
  instances,
  balancers: [],
});
const SIZES = 'min 1, desired 2, max 4';

const CASES: readonly { readonly when: string; readonly of: Partial<Group>; readonly said: string }[] = [
  {
    when: 'terminate first, and the new one is unhealthy behind the balancer although Auto Scaling calls it InService',
    of: { notes: NOTED, instances: [old('i-1'), fresh('i-2', { health: sick() })] },
    said: `web: 1 of 2 serve (1 old, 0 of 1 new), ${SIZES}`,
  },
  {
    when: 'all serve',
    of: { notes: NOTED, instances: [old('i-1'), fresh('i-2')] },
    said: `web: 2 of 2 serve (1 old, 1 new), ${SIZES}`,
  },
  {
    when: 'nobody does',
    of: { notes: NOTED, instances: [old('i-1', { health: sick() }), fresh('i-2', { health: [] })] },
    said: `web: 0 of 2 serve (0 of 1 old, 0 of 1 new), ${SIZES}`,
  },
  {
    when: 'one of two balancers does not call it healthy',
    of: {
      notes: NOTED,
      balancers: [BALANCER, CLASSIC],
      instances: [
        old('i-1', {
          health: [BALANCER, CLASSIC].map(({ id }) => ({ balancer: id, verdict: 'healthy' as const, reason: '' })),
        }),
        fresh('i-2'),
      ],
    },
    said: `web: 1 of 2 serve (1 old, 0 of 1 new), ${SIZES}`,
  },
  {
    when: 'Auto Scaling calls one Unhealthy that the balancer still sends requests to',
    of: { notes: NOTED, instances: [old('i-1', { healthy: false }), old('i-2')] },
    said: `web: 2 of 2 serve (2 old), ${SIZES}`,
  },
  {
    when: 'one leaves and one was put aside: neither belongs to the group any more',
    of: {
      notes: NOTED,
      instances: [old('i-1', { lifecycle: 'Terminating:Wait' }), old('i-2', { lifecycle: 'Standby' }), fresh('i-3')],
    },
    said: `web: 1 of 1 serve (1 new), ${SIZES}`,
  },
  {
    when: 'EC2 does not list one of them',
    of: { notes: NOTED, instances: [old('i-1'), { ...old('i-2'), launchedAt: undefined } as never] },
    said: `web: 2 of 2 serve (1 old, 1 of unknown age), ${SIZES}`,
  },
  {
    when: 'no rollout is under way: nobody is old or new',
    of: { instances: [old('i-1'), old('i-2', { health: sick() })] },
    said: `web: 1 of 2 serve, ${SIZES}`,
  },
  {
    when: 'a restart: nobody is old or new either',
    of: {
      notes: { record: { ...RECORD, strategy: 'restart', quorum: 1 } as never },
      instances: [old('i-1'), old('i-2', { health: sick() })],
    },
    said: `web: 1 of 2 serve, ${SIZES}`,
  },
  {
    when: 'there is no balancer',
    of: without(old('i-1'), fresh('i-2', { lifecycle: 'Pending' })),
    said:
      'web: 1 of 2 serve (1 old, 0 of 1 new) by the word of Auto Scaling alone, as no balancer judges them, ' + SIZES,
  },
  {
    when: 'no balancer judges',
    of: { balancers: [UNJUDGED], instances: [old('i-1'), old('i-2', { healthy: false })] },
    said: `web: 1 of 2 serve by the word of Auto Scaling alone, as no balancer judges them, ${SIZES}`,
  },
  {
    when: 'the balancer was not asked',
    of: { notes: NOTED, unread: [BALANCER.id], instances: [old('i-1', { health: [] }), fresh('i-2', { health: [] })] },
    said: 'web: how many of 2 serve is not known, because no balancer was asked (there are 1 old, 1 new), ' + SIZES,
  },
  {
    when: 'what stands behind a balancer that does not judge: there is no Auto Scaling to ask',
    of: { balancerOnly: true, balancers: [UNJUDGED] },
    said: `web: how many of 2 serve is not known, because no balancer was asked, ${SIZES}`,
  },
  {
    when: 'none is there',
    of: { notes: NOTED, instances: [] },
    said: `web: nothing serves: none of its 2 instances is there, ${SIZES}`,
  },
  {
    when: 'none shall be there',
    of: { instances: [], size: { min: 0, desired: 0, max: 4 } },
    said: 'web: it has no instances, and should have none, min 0, desired 0, max 4',
  },
];

describe('who serves', () => {
  for (const { when, of, said } of CASES) it(when, () => expect(sayServing([whoServes(group(of))])).to.equal(said));

  it('old and new are told apart by a rollout that is over, when its start is known', () => {
    const over = group({ instances: [old('i-1'), fresh('i-2', { health: sick() })] });
    expect(sayServing([whoServes(over, T0)])).to.equal(`web: 1 of 2 serve (1 old, 0 of 1 new), ${SIZES}`);
  });

  it('group by group', () => {
    const rows = [group(), group({ name: 'api', notes: NOTED })].map((one) => whoServes(one));
    expect(sayServing(rows)).to.equal(`web: 2 of 2 serve, ${SIZES}; api: 2 of 2 serve (2 old), ${SIZES}`);
  });

  it('side by side only when both halves are known to', () => {
    const both = (differs: Partial<Group>): boolean =>
      serveSideBySide([whoServes(group({ notes: NOTED, ...differs }))]);
    const pair = [old('i-1'), fresh('i-2')];
    expect(both({ instances: pair })).to.equal(true);
    expect(both({ instances: pair, unread: [BALANCER.id] })).to.equal(false);
    expect(both({ instances: [old('i-1'), fresh('i-2', { health: sick() })] })).to.equal(false);
    expect(both({ instances: [old('i-1', { health: sick() }), fresh('i-2')] })).to.equal(false);
    expect(both({ instances: pair, notes: {} })).to.equal(false);
  });
});
