import { expect } from 'chai';
import {
  perhapsEnded,
  perhapsGone,
  readsNeeded,
  type ReadsNeeded,
  type ShownGroup,
} from '../../../src/decide/looks/reads-needed.js';
import type { Group } from '../../../src/model/rollout/group.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { RestartRecord, RollingRecord } from '../../../src/model/rollout/record.js';
import { BALANCER, doubledGroup, group, instance, observed, PLAN, RECORD, T0, verdict } from '../../support/groups.js';

const ROLLING: RollingRecord = {
  ...RECORD,
  version: 2,
  strategy: 'rolling',
  surge: 1,
  unavailable: 0,
  serial: false,
};
const RESTART: RestartRecord = { ...RECORD, version: 2, strategy: 'restart', quorum: 1 };
const ALARMED: Plan = { ...PLAN, gates: { words: [], alarms: ['errors'] } };

function shown({ balancers, configurations, ...rest }: Group): ShownGroup {
  return { ...rest, balancerRefs: balancers };
}

function needed(one: Group, plan: Plan = PLAN): ReadsNeeded {
  return readsNeeded([shown(one)], plan, undefined);
}

describe('what a look reads', () => {
  it('before a rollout: what stands against it, what would be launched, and health', () => {
    const reads = needed(group());
    expect(reads.precautions).to.deep.equal(['web']);
    expect([...reads.configurations]).to.deep.equal(['web']);
    expect([...reads.health]).to.deep.equal([BALANCER.id]);
    expect(reads.failures).to.deep.equal([]);
  });

  it('while a group grows: launches that failed since the record, and no precautions any more', () => {
    const reads = needed(doubledGroup({ instances: [instance('i-old1'), instance('i-old2')] }));
    expect(reads.failures).to.deep.equal([{ group: 'web', since: T0 }]);
    expect(reads.precautions).to.deep.equal([]);
    expect([...reads.configurations]).to.deep.equal([]);
    expect([...reads.health], 'nothing new is there to be proven').to.deep.equal([]);
  });

  it('after the verdict of a swap: health while old instances are to go, and nothing once they are gone', () => {
    const promoted = { notes: { record: RECORD, verdict: verdict('promote') } };
    expect([...needed(doubledGroup(promoted)).health]).to.deep.equal([BALANCER.id]);
    const left = doubledGroup().instances.slice(2);
    expect([...needed(doubledGroup({ ...promoted, instances: left })).health]).to.deep.equal([]);
  });

  it('after the verdict of a rolling rollout: all that its proof takes, for it proves on', () => {
    const one = doubledGroup({ notes: { record: ROLLING, verdict: verdict('promote') }, instances: [] });
    const reads = needed(one, ALARMED);
    expect(reads.failures).to.deep.equal([{ group: 'web', since: T0 }]);
    expect([...reads.health]).to.deep.equal([BALANCER.id]);
    expect(reads.alarms).to.deep.equal(['errors']);
    expect([...reads.configurations], 'its own launches what it began with').to.deep.equal([]);
    expect([...needed(one, { ...PLAN, run: 'run-2' }).configurations]).to.deep.equal(['web']);
  });

  it('of alarms: none after the verdict of a swap, and none to take back a freeze', () => {
    expect(needed(group(), ALARMED).alarms).to.deep.equal(['errors']);
    expect(needed(doubledGroup({ notes: { record: RECORD, verdict: verdict('promote') } }), ALARMED).alarms).to.equal(
      undefined,
    );
    expect(needed(group(), { ...ALARMED, strategy: 'unfreeze' }).alarms).to.equal(undefined);
  });

  it('of a restart: what is registered, and nothing of what would be launched', () => {
    const reads = needed(group(), { ...PLAN, strategy: 'restart' });
    expect([...reads.registrations]).to.deep.equal([BALANCER.id]);
    expect([...reads.configurations]).to.deep.equal([]);
    expect([...needed(group()).registrations]).to.deep.equal([]);
  });

  it('of a proof: failed launches from the beginning, and nothing that stands against a start', () => {
    const reads = needed(group({ instances: [] }), { ...PLAN, strategy: 'prove' });
    expect(reads.failures).to.deep.equal([{ group: 'web', since: 0 }]);
    expect(reads.precautions).to.deep.equal([]);
  });

  it('of a group that is promoted in this run: nothing but the group', () => {
    const { seen } = observed([group()], {
      seen: { results: { web: { group: 'web', outcome: 'promoted', why: '' } } },
    });
    const reads = readsNeeded([shown(group())], PLAN, seen);
    expect([...reads.health, ...reads.configurations, ...reads.failures]).to.deep.equal([]);
  });
});

describe('what a look asks EC2', () => {
  it('of unhealthy instances while new ones are to be proven, not during a restart', () => {
    const instances = [instance('i-1', { healthy: false }), instance('i-2')];
    expect(perhapsEnded([doubledGroup({ instances })])).to.deep.equal(['i-1']);
    expect(perhapsEnded([doubledGroup({ instances, notes: { record: RESTART } })])).to.deep.equal([]);
  });

  it('of instances of a restart that should be back and are registered nowhere', () => {
    const { seen } = observed([], { seen: { backSince: { 'i-1': T0, 'i-2': T0 } } });
    const instances = [instance('i-1', { health: [] }), instance('i-2'), instance('i-3', { health: [] })];
    expect(perhapsGone([group({ instances, notes: { record: RESTART } })], seen)).to.deep.equal(['i-1']);
    expect(perhapsGone([group({ instances, notes: { record: RECORD } })], seen)).to.deep.equal([]);
  });
});
