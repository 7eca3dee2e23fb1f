import { expect } from 'chai';
import { tagsFull } from '../../src/decide/rollout/start/free-tags.js';
import { group } from '../support/groups.js';

const tags = (count: number, prefix = 'team-'): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'x']));

describe('room for the tags of a run', () => {
  it('is six of fifty for one that replaces instances, and those of AWS do not count', () => {
    expect(tagsFull(group({ tags: { ...tags(44), ...tags(9, 'aws:') } }), 'replacing')).to.deep.equal([]);
    const [reason] = tagsFull(group({ tags: tags(45) }), 'replacing');
    expect(reason?.code).to.equal('group.tagsFull');
    expect(reason?.text).to.contain('45 tags of at most 50');
  });

  it('is seven of ten on a classic load balancer', () => {
    expect(tagsFull(group({ name: 'elb:web', tags: tags(3) }), 'restarting')).to.deep.equal([]);
    expect(tagsFull(group({ name: 'elb:web', tags: tags(4) }), 'restarting')).to.have.length(1);
  });
});
