import fc from 'fast-check';
import { stringify } from 'yaml';

/** A stack that somebody may make: everything here is allowed, so every command about it has to end well. */
export interface ValidStack {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** The words after `STACK` and the template. */
  readonly values: readonly string[];
}

/** A parameter with a value that its rules allow. */
interface Parameter {
  readonly declared: Readonly<Record<string, unknown>>;
  readonly value: string;
}

const plainText = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
const name = fc.stringMatching(/^[A-Z][A-Za-z0-9]{2,9}$/);
/** What words and files may hold beside letters; no line breaks, which not every form of a file can say. */
const LETTERS = [
  'a',
  'X',
  '0',
  ' ',
  '-',
  '_',
  '.',
  ':',
  '/',
  '=',
  '#',
  '@',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '&',
  '*',
  '!',
  '|',
  '>',
  '%',
  '`',
  ',',
  'é',
  '漢',
];
const anyText = fc.string({ unit: fc.constantFrom(...LETTERS) }).map((text) => `v${text}v`);

const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  anyText.map((value) => ({ declared: { Type: 'String' }, value })),
  fc.tuple(plainText, plainText).map(([value, other]) => ({
    declared: { Type: 'String', Default: other, AllowedValues: [other, value] },
    value,
  })),
  plainText.map((value) => ({
    declared: { Type: 'String', AllowedPattern: '[a-z][a-z0-9-]*', MinLength: 1, MaxLength: 12 },
    value,
  })),
  plainText.map((value) => ({ declared: { Type: 'String', NoEcho: true }, value: `secret-${value}` })),
  fc.integer({ min: -5, max: 500 }).map((value) => ({
    declared: { Type: 'Number', MinValue: -5, MaxValue: 500, Default: 1 },
    value: String(value),
  })),
  fc.array(plainText, { minLength: 1, maxLength: 3 }).map((list) => ({
    declared: { Type: 'CommaDelimitedList', Description: 'A list' },
    value: list.join(','),
  })),
);

/** How a property says a parameter; a list is joined. */
const usesOf = (key: string, { declared }: Parameter): readonly unknown[] =>
  declared['Type'] === 'CommaDelimitedList'
    ? [{ 'Fn::Join': ['-', { Ref: key }] }, { 'Fn::Select': ['0', { Ref: key }] }]
    : [
        { Ref: key },
        { 'Fn::Sub': `\${${key}} of \${AWS::StackName}` },
        { 'Fn::If': ['Live', { Ref: key }, { Ref: 'AWS::NoValue' }] },
        { 'Fn::Sub': ['${Name} ${!Kept}', { Name: { Ref: key } }] },
      ];

/** The same parameters in each form that a file of them may have. */
const VALUE_FILES: Readonly<Record<string, (values: Readonly<Record<string, string>>) => string>> = {
  'values.json': (values) =>
    JSON.stringify(Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }))),
  'flat.json': (values) => JSON.stringify(values, null, 2),
  'codepipeline.json': (Parameters) => JSON.stringify({ Parameters, Tags: { team: 'web' } }),
  'values.yaml': (values) => stringify(values, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
};

/** A template of topics whose properties say the parameters, with values on the command line or in a file. */
export const validStack: fc.Arbitrary<ValidStack> = fc
  .record({
    stack: fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/),
    parameters: fc.dictionary(name, parameter, { minKeys: 1, maxKeys: 4 }),
    live: fc.boolean(),
    pick: fc.nat(),
    written: fc.constantFrom('json', 'yaml', 'block'),
    form: fc.constantFrom('words', ...Object.keys(VALUE_FILES)),
  })
  .map(({ stack, parameters, live, pick, written, form }) => {
    const template = templateOf(parameters, live, pick);
    const values = Object.fromEntries(Object.entries(parameters).map(([key, { value }]) => [key, value]));
    const file = VALUE_FILES[form];
    const text =
      written === 'json' ? JSON.stringify(template) : stringify(template, { lineWidth: written === 'yaml' ? 80 : 0 });
    return {
      name: stack,
      files: { 'template.yaml': text, ...(file === undefined ? {} : { [form]: file(values) }) },
      values:
        file === undefined
          ? Object.entries(values).map(([key, value]) => `${key}=${value}`)
          : ['--parameters-file', form],
    };
  });

function templateOf(parameters: Readonly<Record<string, Parameter>>, live: boolean, pick: number): object {
  const uses = Object.entries(parameters).map(([key, one], index) => {
    const all = usesOf(key, one);
    return [`Use${index}`, all[(pick + index) % all.length]] as const;
  });
  const topic = (property: unknown): object => ({ Type: 'AWS::SNS::Topic', Properties: { DisplayName: property } });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Topics',
    Parameters: Object.fromEntries(Object.entries(parameters).map(([key, { declared }]) => [key, declared])),
    Mappings: { Words: { all: { short: 'Y', date: '2012-02-30' } } },
    Conditions: { Live: { 'Fn::Equals': [live ? 'a' : 'b', 'a'] }, Never: { 'Fn::Not': [{ Condition: 'Live' }] } },
    Resources: {
      Always: topic({ 'Fn::FindInMap': ['Words', 'all', 'short'] }),
      Sometimes: { ...topic('x'), Condition: 'Live', DependsOn: 'Always' },
      Otherwise: { ...topic('x'), Condition: 'Never', Metadata: { a: [1, null, true] } },
      ...Object.fromEntries(uses.map(([id, property]) => [id, topic(property)])),
    },
    Outputs: { Name: { Value: { 'Fn::GetAtt': ['Always', 'TopicName'] }, Description: 'Its name' } },
  };
}

/** Ways to replace the instances of a good stack that all have to end well. */
export const validRollout: fc.Arbitrary<readonly string[]> = fc
  .record({
    strategy: fc.constantFrom(
      [],
      ['--canary', '1'],
      ['--strategy', 'rolling'],
      ['--strategy', 'rolling', '--surge', '50%'],
      ['--strategy', 'rolling', '--serial'],
      ['--strategy', 'rolling', '--surge', '0', '--unavailable', '1'],
    ),
    bake: fc.nat({ max: 120 }),
    warmup: fc.nat({ max: 90 }),
    poll: fc.integer({ min: 1, max: 20 }),
    more: fc.subarray(['--no-console', '--together', '--no-together', '--debug'], { maxLength: 2 }),
  })
  .map(({ strategy, bake, warmup, poll, more }) => [
    ...strategy,
    ...(bake > 0 ? ['--bake', String(bake)] : []),
    ...['--warmup', String(warmup), '--poll', String(poll)],
    ...more,
  ]);
