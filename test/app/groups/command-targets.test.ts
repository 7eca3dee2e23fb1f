import { expect } from 'chai';
import { quote } from '../../../src/text/shell-quote.js';
import { tagProblems, targetProblems } from '../../../src/app/groups/command-targets.js';
import { choiceProblems, chosenWords, targetWordsOf, type TargetFlags } from '../../../src/config/target.js';

describe('which groups a command is about', () => {
  const rows: readonly [string, Partial<TargetFlags>, RegExp | undefined][] = [
    ['a stack', { stack: 'web' }, undefined],
    ['a group', { asgs: ['web'] }, undefined],
    ['several groups', { asgs: ['web', 'api'] }, undefined],
    ['a prefix', { asgs: ['web-*'] }, undefined],
    ['a tag', { 'asg-tag': ['env=prod'] }, undefined],
    ['a tag with an empty value', { 'asg-tag': ['env='] }, undefined],
    ['a tag whose value has a =', { 'asg-tag': ['env=a=b'] }, undefined],
    ['a tag among a prefix', { asgs: ['web-*'], 'asg-tag': ['env=prod'] }, undefined],
    ['all of a prefix', { asgs: ['web-*'], 'all-matching': true }, undefined],
    ['nothing', {}, /^Say which groups: give STACK, or --asg NAME\.$/],
    ['a stack without a name', { stack: '' }, /^STACK must not be empty\.$/],
    ['a group without a name', { asgs: [''] }, /^--asg must not be empty\.$/],
    ['a stack and a group', { stack: 'web', asgs: ['x'] }, /^Give either STACK or --asg, not both \(STACK is "web"\)/],
    ['a stack and a tag', { stack: 'web', 'asg-tag': ['a=b'] }, /^Give either STACK or --asg-tag, not both/],
    [
      'every group',
      { asgs: ['*'] },
      /^--asg takes the beginning of a name and a \* at its end, such as web-\*, not "\*"/,
    ],
    ['a * in the middle', { asgs: ['we*b'] }, /not "we\*b"/],
    ['a tag without a value', { 'asg-tag': ['env'] }, /^--asg-tag must be KEY=VALUE, not "env"/],
    ['a tag without a key', { 'asg-tag': ['=prod'] }, /^--asg-tag must be KEY=VALUE, not "=prod"/],
    ['a tag among names', { asgs: ['web'], 'asg-tag': ['a=b'] }, /not among names/],
    ['all of one name', { asgs: ['web'], 'all-matching': true }, /^--all-matching is for a prefix/],
    ['all of a stack', { stack: 'web', 'all-matching': true }, /^--all-matching is for a prefix/],
  ];
  for (const [what, flags, problem] of rows)
    it(`${what}: ${problem === undefined ? 'taken' : 'refused'}`, () => {
      const problems = targetProblems({ asgs: [], ...flags });
      expect(problems).to.have.length(problem === undefined ? 0 : 1);
      if (problem !== undefined) expect(problems[0]?.text).to.match(problem);
    });

  it('tells every problem of several tags and prefixes, and what else may be given', () => {
    expect(targetProblems({ asgs: ['*'], 'asg-tag': ['a', '=b'] })).to.have.length(3);
    expect(tagProblems(['a', 'b=', '=c'])).to.have.length(2);
    expect(targetProblems({ asgs: [] }, '--asg or --elb').map(({ text }) => text)).to.deep.equal([
      'Say which groups: give STACK, --asg or --elb.',
    ]);
  });
});

describe('the choice among the groups of a stack', () => {
  it('may name groups and prefixes', () => {
    expect(choiceProblems({ only: ['Web', 'Wor*'], except: ['Api'] })).to.deep.equal([]);
    expect(choiceProblems({})).to.deep.equal([]);
  });

  it('is refused where a word is empty or means everything', () => {
    const problems = choiceProblems({ only: ['', '*'], except: ['W*b'] });
    expect(problems.map(({ text }) => text.split(/[: ]/)[0])).to.deep.equal(['--only', '--only', '--except']);
  });

  it('is said again for a shell as it was, quoted where the shell would read it otherwise', () => {
    for (const [asked, text] of [
      [{ stack: 'web', asgs: [] }, 'web'],
      [
        { asgs: ['web-*'], 'asg-tag': ['app=a b'], 'all-matching': true },
        "--asg 'web-*' --asg-tag 'app=a b' --all-matching",
      ],
    ] as const)
      expect(targetWordsOf(asked).map(quote).join(' ')).to.equal(text);
    expect(
      chosenWords({ stack: 'web', asgs: [], only: ['Wor*'], except: ["a'b"] })
        .map(quote)
        .join(' '),
    ).to.equal(`web --only 'Wor*' --except 'a'\\''b'`);
  });
});
