import { expect } from 'chai';
import { registerFirst } from '../../../src/decide/diagnosis/unregistered.js';
import type { Balancer, Group } from '../../../src/model/rollout/group.js';
import { commandText } from '../../../src/text/commands/next-command.js';
import { BALANCER, doubledGroup, fresh, instance, RECORD, T0 } from '../../support/groups.js';

const CLASSIC: Balancer = { ...BALANCER, kind: 'classic', id: 'front', name: 'front' };
const LATER = T0 + 700_000;
const ABSENT = fresh('i-new1', { health: [] });

function told(one: Group, at = LATER): readonly string[] {
  const { text, next } = registerFirst([one], at);
  expect(text === '').to.equal(next.length === 0);
  return next.map(commandText);
}

describe('whoever was never registered with a balancer', () => {
  it('is registered by the command that is told', () => {
    expect(told(doubledGroup({ instances: [instance('i-old1'), ABSENT] }))).to.deep.equal([
      `aws elbv2 register-targets --target-group-arn ${BALANCER.id} --targets Id=i-new1`,
    ]);
    expect(told(doubledGroup({ instances: [ABSENT], balancers: [CLASSIC] }))).to.deep.equal([
      'aws elb register-instances-with-load-balancer --load-balancer-name front --instances i-new1',
    ]);
  });

  it('is registered together with the others that its balancer does not know', () => {
    const instances = [ABSENT, fresh('i-new2', { health: [] })];
    expect(told(doubledGroup({ instances, balancers: [BALANCER, CLASSIC] }))).to.deep.equal([
      `aws elbv2 register-targets --target-group-arn ${BALANCER.id} --targets Id=i-new1 Id=i-new2`,
      'aws elb register-instances-with-load-balancer --load-balancer-name front --instances i-new1 i-new2',
    ]);
  });

  it('is named with the balancer that does not know it, and why', () => {
    expect(registerFirst([doubledGroup({ instances: [ABSENT] })], LATER).text).to.match(
      /^Auto Scaling has i-new1 in service, and web does not know it: it was launched while AddToLoadBalancer was suspended/,
    );
  });

  for (const [why, differs] of [
    ['it was launched a minute ago', { instances: [{ ...ABSENT, launchedAt: LATER - 60_000 }] }],
    ['it is not in service', { instances: [{ ...ABSENT, lifecycle: 'Pending' as const }] }],
    ['Auto Scaling replaces it', { instances: [{ ...ABSENT, healthy: false }] }],
    ['the balancer judges nobody', { instances: [ABSENT], balancers: [{ ...BALANCER, judged: false }] }],
    ['the balancer is gone', { instances: [ABSENT], balancers: [{ ...BALANCER, deleted: true }] }],
    [
      'a restart took it out, and puts it back',
      { instances: [ABSENT], notes: { record: { ...RECORD, version: 2, strategy: 'restart', quorum: 1 } as const } },
    ],
  ] as const)
    it(`is left alone when ${why}`, () => expect(told(doubledGroup(differs))).to.deep.equal([]));
});
