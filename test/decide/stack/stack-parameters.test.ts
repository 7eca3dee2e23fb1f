import { expect } from 'chai';
import fc from 'fast-check';
import { violation } from '../../../src/decide/stack/parameter-limits.js';
import { resolveParameters } from '../../../src/decide/stack/stack-parameters.js';
import { declaredParameters } from '../../../src/template/parameters/declared.js';
import { parseTemplate } from '../../../src/template/parse.js';
import { nearest } from '../../../src/text/nearest.js';
import type { StackParameter } from '../../../src/model/stack/stack.js';
import type { TemplateParameter } from '../../../src/model/stack/template.js';

const declare = (key: string, change: Partial<TemplateParameter> = {}): TemplateParameter => ({
  key,
  type: 'String',
  hasDefault: change.default !== undefined,
  noEcho: false,
  ...change,
});
const has = (key: string, value?: string): StackParameter =>
  value === undefined ? { key, noEcho: true } : { key, value, noEcho: false };

function resolve(
  declared: readonly TemplateParameter[],
  given: Readonly<Record<string, string>>,
  existing: readonly StackParameter[] = [],
  formerDefaults?: Readonly<Record<string, string>>,
) {
  return resolveParameters({
    ...(formerDefaults !== undefined && { formerDefaults: new Map(Object.entries(formerDefaults)) }),
    given: Object.entries(given).map(([key, value]) => ({ key, value })),
    declared,
    limits: declared,
    existing,
  });
}

describe('parameters of a change', () => {
  it('given ones are sent, the others keep what the stack has, new ones take the default', () => {
    const resolved = resolve(
      [declare('Image'), declare('Size'), declare('New', { default: 'x' })],
      { Image: 'ami=1' },
      [has('Image', 'ami-0'), has('Size', '2'), has('Gone', 'y')],
    );
    expect(resolved).to.deep.equal({
      parameters: [
        { key: 'Image', value: 'ami=1' },
        { key: 'Size', previous: true },
      ],
      shown: { Image: 'ami=1' },
      kept: ['Size'],
      defaulted: ['New'],
      problems: [],
      warnings: [],
    });
  });

  it('secrets survive by keeping, and are shown nowhere when given', () => {
    const declared = [declare('Password', { noEcho: true, minLength: 20 }), declare('Key', { noEcho: true })];
    const kept = resolve(declared, {}, [has('Password'), has('Key')]);
    expect(kept.parameters).to.deep.equal([
      { key: 'Password', previous: true },
      { key: 'Key', previous: true },
    ]);
    const given = resolve(declared, { Password: 'hunter2', Key: 'hunter3' }, [has('Password')]);
    expect(given.parameters).to.deep.include({ key: 'Password', value: 'hunter2' });
    const { parameters: _, ...told } = given;
    expect(JSON.stringify(told)).not.to.include('hunter');
    expect(given.problems.map(({ code }) => code)).to.deep.equal(['parameters.limit']);
  });

  it('a value that the stack hid once stays hidden, whatever the template says now', () => {
    expect(resolve([declare('Password')], { Password: 'hunter2' }, [has('Password')]).shown).to.deep.equal({});
  });

  it('SSM parameters keep their key', () => {
    const type = 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>';
    expect(resolve([declare('Image', { type })], {}, [has('Image', '/ami/latest')]).parameters).to.deep.equal([
      { key: 'Image', previous: true },
    ]);
  });

  it('says when a changed default is not taken, but not for secrets', () => {
    const declared = [
      declare('Size', { default: '3' }),
      declare('Same', { default: '1' }),
      declare('Secret', { noEcho: true, hasDefault: true }),
    ];
    const existing = [has('Size', '2'), has('Same', '1'), has('Secret')];
    const { warnings } = resolve(declared, {}, existing, { Size: '2', Same: '0' });
    expect(warnings.map(({ text, remedy }) => `${text} ${remedy}`)).to.deep.equal([
      `Size keeps "2", although the template's default is "3" now, no longer "2". ` +
        'To change it, give --use-default Size.',
    ]);
  });

  it('says nothing of a value that was set on purpose while the default stays, nor where nobody knows', () => {
    const declared = [declare('Size', { default: '3' })];
    expect(resolve(declared, {}, [has('Size', '2')], { Size: '3' }).warnings).to.deep.equal([]);
    expect(resolve(declared, {}, [has('Size', '2')], {}).warnings).to.deep.equal([]);
    expect(resolve(declared, {}, [has('Size', '2')]).warnings).to.deep.equal([]);
  });

  it('takes asterisks for no secret: it is kept, or missing where there is none to keep', () => {
    const declared = [declare('Password', { noEcho: true }), declare('Stars')];
    const kept = resolve(declared, { Password: '****', Stars: '****' }, [has('Password'), has('Stars', 'a')]);
    expect(kept.parameters).to.deep.equal([
      { key: 'Password', previous: true },
      { key: 'Stars', value: '****' },
    ]);
    expect(kept.warnings.map(({ code }) => code)).to.deep.equal(['parameters.masked']);
    expect(kept.problems).to.deep.equal([]);
    const created = resolve(declared, { Password: '****', Stars: 'a' });
    expect(created.parameters).to.deep.equal([{ key: 'Stars', value: 'a' }]);
    expect(created.problems.map(({ code }) => code)).to.deep.equal(['parameters.masked']);
  });

  describe('leaves to AWS what Java reads otherwise than JavaScript', () => {
    const limit = (allowedPattern: string, value: string): string | undefined =>
      violation(declare('P', { allowedPattern }), value, false);
    const good: readonly (readonly [string, string])[] = [
      ['\\A[a-z]+\\Z', 'abc'],
      ['\\Qa.b\\E', 'a.b'],
      ['\\p{Alnum}+', 'a1'],
      ['[a-z&&[^b]]+', 'ac'],
      ['[a-c[x-z]]+', 'ay'],
      ['(?i)abc', 'ABC'],
      ['[a-z]++', 'abc'],
      ['(?>a|ab)c', 'ac'],
      ['[]a]+', ']a'],
      ['\\h+', ' '],
      ['.*', 'a\u0085'],
      ['\\w+', 'ä'],
    ];
    for (const [pattern, value] of good) {
      it(JSON.stringify(pattern), () => {
        expect(limit(pattern, value)).to.equal(undefined);
        if (pattern !== '.*' && pattern !== '\\w+') expect(limit(pattern, '?')).to.equal(undefined);
      });
    }
    it('and refuses what both refuse', () => {
      for (const [pattern, right, wrong] of [
        ['[a-z]+', 'abc', 'abc1'],
        ['ami-[0-9a-f]{8,17}', 'ami-0123456789', 'ami-x'],
        ['^(?:\\d{1,3}\\.){3}\\d{1,3}(?:/\\d{1,2})$', '10.0.0.0/8', '10.0.0/8'],
        ['(?!-)[a-zA-Z0-9\\-]*', 'a-b', '-a'],
        ['[^\\s\\]]+', 'a', 'a b'],
        ['|a.*', 'ab', 'b'],
      ] as const) {
        expect(limit(pattern, right), pattern).to.equal(undefined);
        expect(limit(pattern, wrong), pattern).to.equal(`P="${wrong}" does not match ${pattern}.`);
      }
    });
  });

  it('holds unquoted values against a given one as CloudFormation reads them', () => {
    const { template } = parseTemplate(
      'Parameters:\n  Flag: {Type: String, AllowedValues: [Yes, No]}\n  Account: {Type: String, AllowedValues: [012345670123]}\nResources: {}\n',
      't',
    );
    const [flag, account] = declaredParameters(template);
    if (flag === undefined || account === undefined) throw new Error('both are declared');
    expect(violation(flag, 'true', false)).to.equal(undefined);
    expect(violation(flag, 'Yes', false)).to.equal('Flag="Yes" is not one of "true", "false".');
    expect(violation(account, '1402433619', false)).to.equal(undefined);
  });

  it('names unknown, missing and unfit ones all at once, with the name that was meant', () => {
    const declared = [declare('ImageId'), declare('Size', { type: 'Number' }), declare('Zone', { default: 'a' })];
    const { problems } = resolve(declared, { ImagId: 'x', Whatever: 'y', Size: 'big' });
    expect(problems.map(({ code, remedy }) => `${code} ${remedy}`)).to.deep.equal([
      'parameters.unknown Did you mean ImageId?',
      'parameters.unknown It declares ImageId, Size, Zone.',
      'parameters.missing Give ImageId=VALUE.',
      'parameters.limit ',
    ]);
  });

  it('every declared one is sent, defaulted or missed, and nothing else is', () => {
    const names = fc.subarray(['A', 'B', 'C', 'D', 'E'] as const);
    fc.assert(
      fc.property(names, names, names, names, (declared, withDefault, given, existing) => {
        const resolved = resolve(
          declared.map((key) => declare(key, withDefault.includes(key) ? { default: 'd' } : {})),
          Object.fromEntries(given.map((key) => [key, 'g'])),
          existing.map((key) => has(key, 'e')),
        );
        const sent = resolved.parameters.map(({ key }) => key);
        const missed = resolved.problems.filter(({ code }) => code === 'parameters.missing').length;
        expect(sent.length + resolved.defaulted.length + missed).to.equal(declared.length);
        expect(declared).to.include.members(sent as typeof declared);
        expect(resolved.problems.filter(({ code }) => code === 'parameters.unknown')).to.have.length(
          given.filter((key) => !declared.includes(key)).length,
        );
        for (const parameter of resolved.parameters)
          expect('value' in parameter).to.equal(given.includes(parameter.key as (typeof given)[number]));
      }),
    );
  });
});

describe('limits of a parameter', () => {
  const cases: readonly (readonly [string, Partial<TemplateParameter>, string, boolean])[] = [
    ['allowed value', { allowedValues: ['a', 'b'] }, 'a', true],
    ['other value', { allowedValues: ['a', 'b'] }, 'c', false],
    ['list of allowed values', { type: 'CommaDelimitedList', allowedValues: ['a', 'b'] }, 'a, b', true],
    ['list with another', { type: 'CommaDelimitedList', allowedValues: ['a', 'b'] }, 'a,c', false],
    ['pattern', { allowedPattern: 'ami-.*' }, 'ami-1', true],
    ['pattern, whole value', { allowedPattern: 'ami' }, 'ami-1', false],
    ['alternatives, whole value', { allowedPattern: 'a|b' }, 'ab', false],
    ['a pattern that only Java reads', { allowedPattern: '(?i)\\p{Alpha}+' }, '1', true],
    ['too short', { minLength: 2 }, 'a', false],
    ['too long', { maxLength: 2 }, 'abc', false],
    ['long enough', { minLength: 2, maxLength: 2 }, 'ab', true],
    ['a number', { type: 'Number' }, '-1.5', true],
    ['no number', { type: 'Number' }, 'two', false],
    ['empty is no number', { type: 'Number' }, '', false],
    ['too small', { type: 'Number', minValue: 0 }, '-1', false],
    ['too big', { type: 'Number', maxValue: 3 }, '3.1', false],
    ['just right', { type: 'Number', minValue: 0, maxValue: 3 }, '0', true],
    ['list of numbers', { type: 'List<Number>', maxValue: 3 }, '1, 4', false],
    [
      'the key of an SSM parameter',
      { type: 'AWS::SSM::Parameter::Value<String>', allowedPattern: 'ami-.*' },
      '/ami',
      true,
    ],
    ['types of AWS are left to AWS', { type: 'AWS::EC2::Image::Id', minLength: 99 }, 'ami-1', true],
  ];
  for (const [what, limits, value, fits] of cases) {
    it(what, () => expect(violation(declare('P', limits), value, false) === undefined).to.equal(fits));
  }
  it('are told without the value of a secret', () => {
    expect(violation(declare('P', { minLength: 99 }), 'hunter2', true)).to.equal(
      'The value of P has fewer than 99 characters.',
    );
  });
});

describe('the nearest word', () => {
  const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['ImagId', ['ImageId', 'Size'], 'ImageId'],
    ['imageid', ['ImageId'], 'ImageId'],
    ['Whatever', ['ImageId'], undefined],
    ['AB', ['AC'], undefined],
    ['Imageld', ['ImageIds', 'ImageId'], 'ImageId'],
    ['', ['A'], undefined],
  ];
  for (const [word, candidates, found] of cases)
    it(`${word}: ${found}`, () => expect(nearest(word, candidates)).to.equal(found));
});
