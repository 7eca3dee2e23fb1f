import { expect } from 'chai';
import {
  isBack,
  isListed,
  isRegistered,
  noteOf,
  registeredAnywhere,
  registeredEverywhere,
  targetOf,
} from '../../../src/decide/instances/registered.js';
import type { Balancer, BalancerHealth, Instance } from '../../../src/model/rollout/group.js';
import { BALANCER, group, instance } from '../../support/groups.js';

const GROUP: Balancer = { ...BALANCER, port: 80 };
const CLASSIC: Balancer = { ...BALANCER, kind: 'classic', id: 'web-elb', name: 'web-elb' };
const at = (balancer: Balancer, verdict: BalancerHealth['verdict'], ports?: readonly number[]): BalancerHealth => ({
  balancer: balancer.id,
  verdict,
  reason: '',
  ...(ports !== undefined && { ports }),
});
const one = (...health: readonly BalancerHealth[]): Instance => instance('i-1', { health });

describe('whether an instance is registered with a balancer', () => {
  const rows: readonly (readonly [string, BalancerHealth, { registered: boolean; listed: boolean }])[] = [
    ['it is healthy there', at(GROUP, 'healthy'), { registered: true, listed: true }],
    ['it is unhealthy there', at(GROUP, 'unhealthy'), { registered: true, listed: true }],
    ['it drains', at(GROUP, 'draining'), { registered: false, listed: true }],
    ['it is not known there', at(GROUP, 'absent'), { registered: false, listed: false }],
    ['it drains on one port and stays on another', at(GROUP, 'draining', [8080]), { registered: true, listed: true }],
    ['it drains on all ports', at(GROUP, 'draining', []), { registered: false, listed: true }],
    ['another balancer lists it', at(CLASSIC, 'healthy'), { registered: false, listed: false }],
  ];
  for (const [when, row, { registered, listed }] of rows)
    it(`where ${when}: ${registered ? 'yes' : 'no'}, and ${listed ? '' : 'not '}listed`, () => {
      expect(isRegistered(one(row), GROUP)).to.equal(registered);
      expect(isListed(one(row), GROUP)).to.equal(listed);
    });

  it('is asked of all balancers of its group, or of any', () => {
    const both = group({ balancers: [GROUP, CLASSIC] });
    const half = one(at(GROUP, 'healthy'));
    expect([registeredEverywhere(both, half), registeredAnywhere(both, half)]).to.deep.equal([false, true]);
    const whole = one(at(GROUP, 'healthy'), at(CLASSIC, 'unhealthy'));
    expect([registeredEverywhere(both, whole), registeredAnywhere(both, whole)]).to.deep.equal([true, true]);
    const none = group({ balancers: [] });
    expect([registeredEverywhere(none, one()), registeredAnywhere(none, one())]).to.deep.equal([true, true]);
  });
});

describe('what is noted of an instance that is taken out of its balancers', () => {
  const web = group({ balancers: [GROUP, CLASSIC] });
  const odd = one(at(GROUP, 'healthy', [8081, 8080]), at(CLASSIC, 'healthy'));

  it('is its id, and the ports that are not as usual', () => {
    expect(noteOf(web, one(at(GROUP, 'healthy', [80])))).to.deep.equal({ id: 'i-1' });
    expect(noteOf(web, one(at(GROUP, 'healthy')))).to.deep.equal({ id: 'i-1' });
    expect(noteOf(web, odd)).to.deep.equal({ id: 'i-1', ports: { '0123456789abcdef': [8080, 8081] } });
  });

  it('is what puts it back, on each of its ports', () => {
    const out = noteOf(web, odd);
    expect(targetOf(out, GROUP)).to.deep.equal({ instance: 'i-1', ports: [8080, 8081] });
    expect(targetOf(out, CLASSIC)).to.deep.equal({ instance: 'i-1' });
    expect(isBack(one(at(GROUP, 'healthy', [8080])), GROUP, out)).to.equal(false);
    expect(isBack(one(at(GROUP, 'unhealthy', [8080, 8081, 80])), GROUP, out)).to.equal(true);
    expect(isBack(one(at(CLASSIC, 'healthy')), CLASSIC, out)).to.equal(true);
  });
});
