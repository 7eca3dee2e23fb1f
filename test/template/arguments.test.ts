import { expect } from 'chai';
import fc from 'fast-check';
import type { Reason } from '../../src/model/rollout/decision.js';
import type { GivenParameter } from '../../src/model/stack/template.js';
import { splitArguments } from '../../src/template/arguments.js';

describe('KEY=VALUE', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['A=b', 'A', 'b'],
    ['A=b=c', 'A', 'b=c'],
    ['A=', 'A', ''],
    ['A==', 'A', '='],
    ['A=1,2', 'A', '1,2'],
    ['A= b ', 'A', ' b '],
    ['A=--foo', 'A', '--foo'],
    ['A=@@x', 'A', '@@x'],
    ['A1=a\nb', 'A1', 'a\nb'],
  ];
  for (const [argument, key, value] of cases) {
    it(JSON.stringify(argument), () => expect(split([argument])).to.deep.equal([{ key, value }]));
  }

  const wrong: readonly (readonly [string, readonly string[], string])[] = [
    ['no =', ['A=1', 'secret'], 'parameters.syntax'],
    ['no name', ['=secret'], 'parameters.name'],
    ['a name that is none', ['My-Key=secret'], 'parameters.name'],
    ['a flag', ['--passwort=secret'], 'parameters.flag'],
    ['the same twice', ['A=secret', 'A=secret'], 'parameters.twice'],
  ];
  for (const [what, args, code] of wrong) {
    it(`refuses ${what} without repeating the value`, () => {
      const problems = problemsOf(args);
      expect(problems.map((problem) => problem.code)).to.deep.equal([code]);
      expect(JSON.stringify(problems)).not.to.include('secret');
    });
  }

  it('names all that is wrong at once', () => {
    expect(problemsOf(['a', '=b', 'C=1', 'C=2', '-x']).map(({ code }) => code)).to.deep.equal([
      'parameters.syntax',
      'parameters.name',
      'parameters.twice',
      'parameters.flag',
    ]);
  });

  it('recognises a parameter with blanks around its =, and names its key alone', () => {
    for (const args of [
      ['Key', '=', 'secret'],
      ['Key=', 'secret'],
    ]) {
      const problems = problemsOf(['A=1', ...args, 'B=2']);
      expect(problems.map(({ text, remedy }) => `${text} ${remedy}`)).to.deep.equal([
        'There are blanks around the "=" of Key. Write Key=VALUE without blanks.',
      ]);
    }
    // An empty value is one, as long as no word without an = follows.
    expect(problemsOf(['Key=', 'B=2'])).to.deep.equal([]);
    expect(problemsOf(['Key='])).to.deep.equal([]);
  });

  it('gives back every value that it is given', () => {
    const parameters = fc.dictionary(fc.stringMatching(/^[A-Za-z0-9]{1,9}$/), fc.string({ unit: 'binary' }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(parameters, (values) => {
        const given = Object.entries(values).map(([key, value]) => ({ key, value }));
        expect(split(given.map(({ key, value }) => `${key}=${value}`))).to.deep.equal(given);
      }),
    );
  });
});

function split(args: readonly string[]): readonly GivenParameter[] {
  const problems: Reason[] = [];
  const given = splitArguments(args, problems);
  expect(problems).to.deep.equal([]);
  return given;
}

function problemsOf(args: readonly string[]): readonly Reason[] {
  const problems: Reason[] = [];
  splitArguments(args, problems);
  return problems;
}
