import { expect } from 'chai';
import { cloud, refusal } from './cloud.js';

const resource = (properties: string): string => `Resources: { A: { Type: 'X::Y::Z', Properties: ${properties} } }`;
const withParameter = (declaration: string): string =>
  `Parameters: { P: ${declaration} }\nResources: { A: { Type: 'X::Y::Z', Properties: { V: !Ref P } } }`;
const given = (value: string, key = 'P'): object[] => [{ ParameterKey: key, ParameterValue: value }];

describe('CloudFormation: refusals in the words of the service', () => {
  const templates: [name: string, template: string, message: string][] = [
    ['bad YAML', 'Resources:\n  A: [', 'Template format error: YAML not well-formed. (line 2, column 7)'],
    ['bad JSON', '{ "Resources": ', 'Template format error: JSON not well-formed. (line 1, column 16)'],
    ['plain text', 'hello', 'Template format error: unsupported structure.'],
    ['no resources', 'Description: x', 'Template format error: At least one Resources member must be defined.'],
    ['an unknown section', 'Resource: {}', 'Invalid template property or properties [Resource]'],
    [
      'a resource without type',
      'Resources: { A: {} }',
      'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    ],
    [
      'an unknown part of a resource',
      "Resources: { A: { Type: 'X::Y::Z', Props: {} } }",
      "Invalid template resource property 'Props'",
    ],
    [
      'an undefined Ref',
      resource('{ V: !Ref B }'),
      'Template format error: Unresolved resource dependencies [B] in the Resources block of the template',
    ],
    [
      'an undefined name in Sub',
      resource("{ V: !Sub '${B}' }"),
      'Template format error: Unresolved resource dependencies [B] in the Resources block of the template',
    ],
    [
      'an undefined DependsOn',
      "Resources: { A: { Type: 'X::Y::Z', DependsOn: B } }",
      'Template format error: Unresolved resource dependencies [B] in the Resources block of the template',
    ],
    [
      'an undefined Ref in an output',
      `${resource('{}')}\nOutputs: { O: { Value: !Ref B } }`,
      'Template format error: Unresolved resource dependencies [B] in the Outputs block of the template',
    ],
    [
      'GetAtt of an undefined resource',
      resource('{ V: !GetAtt B.Arn }'),
      'Template error: instance of Fn::GetAtt references undefined resource B',
    ],
    [
      'an undefined condition',
      "Resources: { A: { Type: 'X::Y::Z', Condition: C } }",
      'Template format error: Unresolved condition dependency C in the Resources block of the template',
    ],
    [
      'a condition on a resource',
      `Conditions: { C: !Equals [!Ref A, x] }\n${resource('{}')}`,
      'Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template',
    ],
    [
      'a missing mapping',
      resource('{ V: !FindInMap [M, a, b] }'),
      "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
    ],
    [
      'a circle',
      "Resources: { A: { Type: 'X::Y::Z', DependsOn: B }, B: { Type: 'X::Y::Z', Properties: { V: !Ref A } } }",
      'Circular dependency between resources: [A, B]',
    ],
    [
      'an alias',
      'X: &x 1\nResources: { A: { Type: *x } }',
      'Template format error: YAML aliases are not allowed in CloudFormation templates',
    ],
    [
      'an unknown parameter type',
      withParameter('{ Type: Text }'),
      'Template format error: Unrecognized parameter type: Text',
    ],
  ];
  for (const [name, template, message] of templates) {
    it(`refuses ${name}, whoever reads the template`, () => {
      const { create, call } = cloud();
      expect(refusal(() => create(template))).to.equal(`ValidationError: ${message}`);
      expect(refusal(() => call('ValidateTemplate', { TemplateBody: template }))).to.equal(
        `ValidationError: ${message}`,
      );
      expect(call('ListStacks')['StackSummaries']).to.deep.equal([]);
    });
  }

  const parameters: [name: string, declaration: string, sent: object[], message: string][] = [
    ['unknown ones', '{ Type: String, Default: x }', given('x', 'Q'), 'Parameters: [Q] do not exist in the template'],
    ['missing ones', '{ Type: String }', [], 'Parameters: [P] must have values'],
    [
      'values that are not allowed',
      '{ Type: String, AllowedValues: [a, b] }',
      given('c'),
      "Parameter 'P' must be one of AllowedValues",
    ],
    [
      'values that do not match',
      "{ Type: String, AllowedPattern: '[a-z]+' }",
      given('A1'),
      "Parameter 'P' must match pattern [a-z]+",
    ],
    [
      'values against a described constraint',
      "{ Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: only letters }",
      given('1'),
      "Parameter 'P' failed to satisfy constraint: only letters",
    ],
    ['short values', '{ Type: String, MinLength: 3 }', given('ab'), "Parameter 'P' must contain at least 3 characters"],
    ['long values', '{ Type: String, MaxLength: 1 }', given('ab'), "Parameter 'P' must contain at most 1 characters"],
    ['text for a number', '{ Type: Number }', given('ab'), "Parameter 'P' must be a number"],
    ['small numbers', '{ Type: Number, MinValue: 2 }', given('1'), "Parameter 'P' must be a number not less than 2"],
    ['large numbers', '{ Type: Number, MaxValue: 2 }', given('3'), "Parameter 'P' must be a number not greater than 2"],
    [
      'ids of another kind',
      "{ Type: 'AWS::EC2::VPC::Id' }",
      given('subnet-1'),
      'Parameter validation failed: parameter value subnet-1 for parameter name P does not exist',
    ],
    [
      'SSM names without a value',
      "{ Type: 'AWS::SSM::Parameter::Value<String>' }",
      given('/no'),
      'Unable to fetch parameters [/no] from parameter store for this account.',
    ],
    [
      'a previous value on create',
      '{ Type: String }',
      [{ ParameterKey: 'P', UsePreviousValue: true }],
      'Invalid input for parameter key P. Cannot specify usePreviousValue as true for a parameter key not in the previous template',
    ],
  ];
  for (const [name, declaration, sent, message] of parameters) {
    it(`refuses parameters: ${name}`, () => {
      expect(refusal(() => cloud().create(withParameter(declaration), { Parameters: sent }))).to.equal(
        `ValidationError: ${message}`,
      );
    });
  }

  it('refuses a body over 51,200 bytes and takes it from a URL', () => {
    const long = `Metadata: {Long: '${'x'.repeat(51_200)}'}\n${resource('{}')}`;
    const { create, call, settle, stack } = cloud({ objects: { 'assets/dir/long.yaml': long } });
    expect(refusal(() => create(long))).to.match(
      /^ValidationError: .*Member must have length less than or equal to 51200$/,
    );
    for (const url of [
      'https://assets.s3.eu-west-1.amazonaws.com/dir/long.yaml',
      'https://s3.eu-west-1.amazonaws.com/assets/dir/long.yaml',
      'http://127.0.0.1:4566/assets/dir/long.yaml',
    ]) {
      expect((call('GetTemplateSummary', { TemplateURL: url })['ResourceTypes'] as string[])[0]).to.equal('X::Y::Z');
    }
    expect(refusal(() => call('ValidateTemplate', { TemplateURL: 'https://assets.s3.amazonaws.com/none' }))).to.match(
      /The specified key does not exist/,
    );
    expect(refusal(() => call('ValidateTemplate', { TemplateURL: 'https://example.com/a.yaml' }))).to.equal(
      'ValidationError: TemplateURL must be a supported URL.',
    );
    call('CreateStack', { StackName: 'web', TemplateURL: 'https://assets.s3.amazonaws.com/dir/long.yaml' });
    settle();
    expect(stack().StackStatus).to.equal('CREATE_COMPLETE');
  });

  it('asks for capabilities', () => {
    const { create, call } = cloud();
    const iam = "Resources: { R: { Type: 'AWS::IAM::Role', Properties: { RoleName: x } } }";
    expect(refusal(() => create(iam, { Capabilities: ['CAPABILITY_IAM'] }))).to.equal(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    const serverless = `Transform: AWS::Serverless-2016-10-31\n${resource('{}')}`;
    expect(refusal(() => create(serverless))).to.equal(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    );
    const set = {
      StackName: 'sam',
      ChangeSetName: 'InitialCreation',
      ChangeSetType: 'CREATE',
      TemplateBody: serverless,
    };
    expect(refusal(() => call('CreateChangeSet', set))).to.equal('accepted');
    expect(refusal(() => call('CreateChangeSet', { ...set, StackName: 'iam', TemplateBody: iam }))).to.equal(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    expect(call('GetTemplateSummary', { TemplateBody: serverless })).to.deep.include({
      Capabilities: ['CAPABILITY_AUTO_EXPAND'],
      DeclaredTransforms: ['AWS::Serverless-2016-10-31'],
    });
  });

  it('checks the assertions of rules', () => {
    const template = `Parameters: { V: { Type: String } }
Rules: { Version: { Assertions: [{ Assert: !Not [!Contains [['1', '2'], !Ref V]], AssertDescription: version 3 is needed }] } }
${resource('{}')}`;
    expect(refusal(() => cloud().create(template, { Parameters: given('2', 'V') }))).to.match(
      /^ValidationError: .*version 3 is needed/,
    );
    expect(refusal(() => cloud().create(template, { Parameters: given('3', 'V') }))).to.equal('accepted');
  });

  it('names stacks that do not exist as each call does', () => {
    const { call } = cloud();
    expect(refusal(() => call('DescribeStacks', { StackName: 'no' }))).to.equal(
      'ValidationError: Stack with id no does not exist',
    );
    expect(refusal(() => call('DescribeStackEvents', { StackName: 'no' }))).to.equal(
      'ValidationError: Stack [no] does not exist',
    );
    expect(refusal(() => call('UpdateStack', { StackName: 'no', UsePreviousTemplate: true }))).to.equal(
      'ValidationError: Stack [no] does not exist',
    );
    expect(refusal(() => call('DeleteStack', { StackName: 'no' }))).to.equal('accepted');
  });
});
