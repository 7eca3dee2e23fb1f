import { expect } from 'chai';
import { emptyLists } from '../../support/empty-lists.js';

describe('the look for empty lists', () => {
  it('sees what an empty list leaves in a sentence, wherever it stands', () => {
    for (const text of [
      'a balancer did not settle: ',
      'web ( suspended)',
      'i-1 () was taken away',
      'zones: , eu-west-1b',
      'not proven within 600 s: ; 2 were not launched',
      'the rollout waits because .',
      'it is behind ',
      '.',
      'The rollout of ; it goes on',
      '',
    ])
      expect(emptyLists({ failure: { reasons: [{ text }] } }), text).to.have.length(1);
  });

  it('lets whole sentences be', () => {
    for (const text of [
      '1 of its instances is protected from scale-in',
      'web-group: 4 of 4 serve (2 old, 2 new), min 2, desired 4, max 6.',
      'Pending (since 03:10:40), then web: absent (not registered yet).',
      'Health checks failed with ...',
      'Health checks failed with these codes: ...',
      'the desired capacity 6 may fall by; as much as is there launches nobody',
      'AWS said "nothing is in: " and no more',
    ])
      expect(emptyLists({ events: [{ wait: { why: text } }], left: '', code: 'a:' }), text).to.deep.equal([]);
  });
});
