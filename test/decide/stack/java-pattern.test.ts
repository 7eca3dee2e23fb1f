import { expect } from 'chai';
import { matchesJava } from '../../../src/decide/stack/java-pattern.js';

describe('a value beside the pattern that CloudFormation checks by rules of Java', () => {
  const cases: readonly (readonly [string, string, boolean | undefined])[] = [
    ['[a-z]+', 'web', true],
    ['[a-z]+', 'web1', false],
    // As a whole: a part that matches is not enough.
    ['a|b', 'ab', false],
    ['^ami-[0-9a-f]{8,17}$', 'ami-0123456789abcdef0', true],
    ['(?:a|b)*', '', true],
    ['[^a]', 'b', true],
    ['\\d{3}', '123', true],
    ['\\p{Alpha}+', 'web', undefined],
    ['[a-z&&[^x]]', 'a', undefined],
    ['[a[b]]', 'b', undefined],
    ['[]a]', 'a', undefined],
    ['[\\b]', 'a', undefined],
    ['a*+', 'aa', undefined],
    ['(?i)a', 'A', undefined],
    ['a{,3}', 'a', undefined],
    ['[a-z', 'a', undefined],
    ['(', '(', undefined],
    // What is a word or a line differs for other letters.
    ['.*', 'ä', undefined],
  ];
  for (const [pattern, value, expected] of cases)
    it(`${pattern} and ${JSON.stringify(value)}: ${expected === undefined ? 'only Java can say' : String(expected)}`, () =>
      expect(matchesJava(pattern, value)).to.equal(expected));
});
