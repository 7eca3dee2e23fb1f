import { expect } from 'chai';
import { evaluate, type Scope } from '../../../../src/sandbox/world/cloudformation/template/intrinsics.js';
import { parseTemplate, type Json } from '../../../../src/sandbox/world/cloudformation/template/template.js';
import { refusal } from './cloud.js';

/** The value of an expression written as YAML, next to a few parameters, mappings and conditions. */
function value(expression: string): Json {
  const template = parseTemplate(`
Mappings:
  Sizes: { prod: { type: m5.large, zones: [a, b] } }
Conditions:
  Yes: !Equals [!Ref Env, prod]
  No: !Not [!Condition Yes]
Resources:
  It: { Type: 'X::Y::Z' }
Outputs:
  Out:
    Value: ${expression.replaceAll('\n', '\n      ')}
`);
  const scope: Scope = {
    template,
    values: new Map<string, string | string[]>([
      ['Env', 'prod'],
      ['Zones', ['a', 'b', 'c']],
    ]),
    pseudo: { 'AWS::Region': 'eu-west-1', 'AWS::StackName': 'web' },
    resource: (name, attribute) => (attribute === undefined ? `<${name}>` : `<${name}:${attribute}>`),
    importValue: (name) => `imported ${name}`,
    zones: (region) => [`${region}a`, `${region}b`],
  };
  return evaluate(template.outputs['Out']?.value as Json, scope);
}

describe('CloudFormation: intrinsic functions', () => {
  const cases: [expression: string, expected: Json][] = [
    ['!Ref Env', 'prod'],
    ['!Ref It', '<It>'],
    ['!Ref AWS::Region', 'eu-west-1'],
    ['!Ref Zones', ['a', 'b', 'c']],
    ['!GetAtt It.Endpoint.Port', '<It:Endpoint.Port>'],
    ['{ "Fn::GetAtt": [It, Arn] }', '<It:Arn>'],
    ['!Sub "${Env}-${AWS::Region}-${It}-${It.Arn}-${!Literal}"', 'prod-eu-west-1-<It>-<It:Arn>-${Literal}'],
    ['!Sub ["${X}/${Env}", { X: !Ref It }]', '<It>/prod'],
    ['!Join ["-", [a, !Ref Env, 3]]', 'a-prod-3'],
    ['!Join [",", !Ref Zones]', 'a,b,c'],
    ['!Select [1, !Ref Zones]', 'b'],
    ['!Select ["0", !GetAZs ""]', 'eu-west-1a'],
    ['!GetAZs us-east-1', ['us-east-1a', 'us-east-1b']],
    ['!Split [",", "x,y"]', ['x', 'y']],
    ['!Base64 hello', 'aGVsbG8='],
    ['!FindInMap [Sizes, !Ref Env, type]', 'm5.large'],
    ['!FindInMap [Sizes, prod, zones]', ['a', 'b']],
    ['!FindInMap [Sizes, dev, type, { DefaultValue: t3.micro }]', 't3.micro'],
    ['!ImportValue net', 'imported net'],
    ['!Cidr ["10.0.0.0/16", 3, 8]', ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
    ['!Length [1, 2, 3]', 3],
    ['!ToJsonString { a: !Ref Env }', '{"a":"prod"}'],
    ['!If [Yes, one, two]', 'one'],
    ['!If [No, one, two]', 'two'],
    ['{ kept: 1, gone: !If [No, x, !Ref AWS::NoValue] }', { kept: 1 }],
    ['[a, !If [No, x, !Ref AWS::NoValue]]', ['a']],
    ['!And [!Condition Yes, !Equals [1, "1"]]', true],
    ['!Or [!Condition No, !Equals [a, b]]', false],
  ];
  for (const [expression, expected] of cases)
    it(`${expression} gives ${JSON.stringify(expected)}`, () => expect(value(expression)).to.deep.equal(expected));

  const refused: [expression: string, message: RegExp][] = [
    ['!FindInMap [Sizes, dev, type]', /Unable to get mapping for Sizes::dev::type/],
    ['!FindInMap [Other, dev, type]', /Mapping named 'Other' is not present in the 'Mappings' section of template\./],
    ['!Select [7, !Ref Zones]', /Fn::Select cannot select nonexistent value at index 7/],
    ['!Sub "${Zones}"', /variable Zones in Fn::Sub expression does not resolve to a string/],
    ['{ "Fn::Nope": 1 }', /Unrecognized intrinsic function Fn::Nope/],
  ];
  for (const [expression, message] of refused)
    it(`${expression} is refused`, () => expect(refusal(() => value(expression))).to.match(message));
});
