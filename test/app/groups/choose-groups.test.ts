import { expect } from 'chai';
import { chooseGroups } from '../../../src/app/groups/choose-groups.js';
import { choiceProblems, type ChoiceFlags } from '../../../src/config/target.js';
import { Failure } from '../../../src/errors.js';

const groups = [
  { name: 'shop-Web-1A2B', logicalId: 'Web' },
  { name: 'shop-WebAdmin-3C4D', logicalId: 'WebAdmin' },
  { name: 'batch', logicalId: 'Workers' },
];
const chosen = (flags: ChoiceFlags): readonly string[] => chooseGroups(groups, flags, 'Stack shop').groups;
const refusal = (flags: ChoiceFlags): Failure['facts'] => {
  try {
    chooseGroups(groups, flags, 'Stack shop');
  } catch (error) {
    if (error instanceof Failure && error.outcome === 'refused') return error.facts;
  }
  throw new Error('it was not refused');
};

describe('--only and --except', () => {
  it('take logical ids, names and the beginning of either, and what is left out is known', () => {
    expect(chosen({})).to.deep.equal(['shop-Web-1A2B', 'shop-WebAdmin-3C4D', 'batch']);
    expect(chosen({ only: ['Web'] })).to.deep.equal(['shop-Web-1A2B']);
    expect(chosen({ only: ['Web*'] })).to.deep.equal(['shop-Web-1A2B', 'shop-WebAdmin-3C4D']);
    expect(chosen({ only: ['batch', 'shop-Web-*'] })).to.deep.equal(['shop-Web-1A2B', 'batch']);
    expect(chosen({ except: ['Workers'] })).to.deep.equal(['shop-Web-1A2B', 'shop-WebAdmin-3C4D']);
    expect(chosen({ only: ['Web*'], except: ['WebAdmin'] })).to.deep.equal(['shop-Web-1A2B']);
    expect(chooseGroups(groups, { except: ['Web*'] }, '').leftOut).to.deep.equal([
      'shop-Web-1A2B',
      'shop-WebAdmin-3C4D',
    ]);
  });

  it('means nothing by a word in another case: names of groups are told apart by it', () => {
    expect(refusal({ only: ['web'] }).what).to.equal(
      'Stack shop has no group web, which --only names. Did you mean Web?',
    );
  });

  it('refuse a word that means no group, with the nearest and all that there are', () => {
    const { code, what, reasons } = refusal({ except: ['Web', 'Wokers'] });
    expect(code).to.equal('target.unknown');
    expect(what).to.equal('Stack shop has no group Wokers, which --except names. Did you mean Workers?');
    expect(reasons.map(({ group, text }) => `${group}: ${text}`)).to.deep.equal([
      'shop-Web-1A2B: it may be named, or as Web',
      'shop-WebAdmin-3C4D: it may be named, or as WebAdmin',
      'batch: it may be named, or as Workers',
    ]);
    expect(refusal({ only: ['Db*'] }).code).to.equal('target.unknown');
  });

  it('refuse to leave nothing', () => {
    expect(refusal({ only: ['Web'], except: ['Web*'] }).what).to.equal(
      'Stack shop has 3 groups, and --only and --except leave out all of them: shop-Web-1A2B, shop-WebAdmin-3C4D, batch.',
    );
  });

  it('refuse words that cannot be', () => {
    expect(choiceProblems({ only: [''], except: ['*', 'W*b', 'Web*'] }).map(({ text }) => text)).to.deep.equal([
      '--only must not be empty.',
      '--except takes the beginning of a name and a * at its end, such as web-*, not "*".',
      '--except takes the beginning of a name and a * at its end, such as web-*, not "W*b".',
    ]);
  });
});
