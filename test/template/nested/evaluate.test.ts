import { expect } from 'chai';
import { checkTemplate } from '../../../src/template/check.js';
import { evaluateWith, type KnownValues } from '../../../src/template/nested/evaluate.js';
import { parseTemplate } from '../../../src/template/parse.js';
import { mapAt } from '../../../src/template/tree.js';

const known = (parameters: Readonly<Record<string, string>> = {}, unknown: readonly string[] = []): KnownValues => ({
  parameters: new Map(Object.entries(parameters)),
  unknown: new Set(unknown),
  pseudo: new Map([
    ['AWS::Region', 'eu-west-1'],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]),
});

const HEAD = `Parameters:
  Env: {Type: String, Default: test}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  ImageId: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /ami}
  Key: {Type: String}
Mappings:
  Sizes: {test: {min: "1"}, prod: {min: "4"}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Test: !Not [!Condition Prod]
  Both: !And [!Condition Prod, !Equals [!Ref Key, x]]
  Any: !Or [!Condition Test, !Equals [!Ref Key, x]]
  Itself: !Not [!Condition Itself]
`;

describe('what a template says with the values of a run', () => {
  const value = (expression: string, values = known()): unknown => {
    const { template } = parseTemplate(`${HEAD}Resources:\n  R: {Type: A, P: ${expression}}\n`, 't');
    return evaluateWith(template, values).value(mapAt(mapAt(template.top, 'Resources'), 'R')['P'] ?? null);
  };
  const cases: readonly (readonly [string, unknown])[] = [
    ['!Ref Env', 'test'],
    ['!Ref Names', ['a', 'b', 'c']],
    ['!Ref ImageId', undefined],
    ['!Ref Key', undefined],
    ['!Ref R', undefined],
    ['!Ref "AWS::NoValue"', null],
    [
      '!Sub "https://b.s3.${AWS::Region}.${AWS::URLSuffix}/${Env}/${!Env}.yaml"',
      'https://b.s3.eu-west-1.amazonaws.com/test/${Env}.yaml',
    ],
    ['!Sub ["${A}-${Env}", {A: !Select [1, !Ref Names]}]', 'b-test'],
    ['!Sub "${Key}"', undefined],
    ['!Join ["/", [a, !Ref Env, !Ref "AWS::NoValue"]]', 'a/test'],
    ['!Join ["-", !Ref Names]', 'a-b-c'],
    ['!Select [1, !Split [".", a.b.c]]', 'b'],
    ['!FindInMap [Sizes, !Ref Env, min]', '1'],
    ['!FindInMap [Sizes, none, min, {DefaultValue: 9}]', '9'],
    ['!FindInMap [Sizes, none, min]', undefined],
    ['!If [Prod, yes-it-is, !If [Test, not, never]]', 'not'],
    ['!If [Both, a, b]', 'b'],
    ['!If [Any, a, b]', 'a'],
    ['!If [Itself, a, b]', undefined],
    ['!If [Nowhere, a, b]', undefined],
    ['!GetAtt R.Arn', undefined],
  ];
  for (const [expression, right] of cases) it(expression, () => expect(value(expression)).to.deep.equal(right));

  it('takes what is given over a default, and guesses nothing that is kept and not shown', () => {
    expect(value('!If [Prod, a, b]', known({ Env: 'prod' }))).to.equal('a');
    expect(value('!If [Prod, a, b]', known({}, ['Env']))).to.equal(undefined);
    expect(value('!If [Both, a, b]', known({ Env: 'prod' }))).to.equal(undefined);
    expect(value('!If [Both, a, b]', known({ Env: 'prod', Key: 'x' }))).to.equal('a');
  });
});

describe('update policies with the values of a run', () => {
  const check = (
    resource: string,
    values: KnownValues,
    undecided: 'error' | 'warning' | 'leave' = 'error',
  ): string[] => {
    const { template } = parseTemplate(
      `${HEAD}Resources:\n  Web:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    ${resource}\n`,
      't',
    );
    return checkTemplate(template, { evaluate: evaluateWith(template, values), undecided }).map(
      ({ severity, code }) => `${severity} ${code}`,
    );
  };
  const rolling = '{AutoScalingRollingUpdate: {MaxBatchSize: 1}}';
  const open = known({}, ['Env']);

  it('are none where the policy is AWS::NoValue', () => {
    expect(check('UpdatePolicy: {AutoScalingRollingUpdate: !Ref "AWS::NoValue"}', known())).to.deep.equal([]);
    expect(check('UpdatePolicy: !Ref "AWS::NoValue"', known())).to.deep.equal([]);
  });

  it('are judged by the condition of the policy, of its kind, and of the group', () => {
    for (const resource of [
      `UpdatePolicy: !If [Prod, ${rolling}, !Ref "AWS::NoValue"]`,
      'UpdatePolicy: {AutoScalingRollingUpdate: !If [Prod, {MaxBatchSize: 1}, !Ref "AWS::NoValue"]}',
      `Condition: Prod\n    UpdatePolicy: ${rolling}`,
    ]) {
      expect(check(resource, known()), resource).to.deep.equal([]);
      expect(check(resource, known({ Env: 'prod' })), resource).to.deep.equal(['error template.rollingUpdate']);
      expect(check(resource, open), resource).to.deep.equal(['error template.rollingUpdate']);
      expect(check(resource, open, 'warning'), resource).to.deep.equal(['warning template.rollingUpdate']);
      expect(check(resource, open, 'leave'), resource).to.deep.equal([]);
    }
  });

  it('are found inside of loops, at their place', () => {
    const { template } = parseTemplate(
      'Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Groups:\n    - Name\n    - [A, B]\n    - Group${Name}:\n        Type: AWS::AutoScaling::AutoScalingGroup\n        UpdatePolicy: {AutoScalingRollingUpdate: {}}\n',
      't',
    );
    expect(checkTemplate(template).map(({ code, line, column }) => `${code} ${line}:${column}`)).to.deep.equal([
      'template.rollingUpdate 8:24',
    ]);
  });

  it('of the kinds that replace are judged by what WillReplace comes to', () => {
    const resource = 'UpdatePolicy: {AutoScalingReplacingUpdate: {WillReplace: !If [Prod, true, false]}}';
    expect(check(resource, known())).to.deep.equal([]);
    expect(check(resource, known({ Env: 'prod' }))).to.deep.equal(['error template.replacingUpdate']);
    expect(check(resource, open)).to.deep.equal(['warning template.replacingUpdate']);
  });
});
