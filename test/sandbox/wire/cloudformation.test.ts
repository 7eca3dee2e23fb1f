import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  DetectStackResourceDriftCommand,
  ListImportsCommand,
  ListStacksCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
  type CreateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { expect } from 'chai';
import { createSandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';
import { failure } from './support.js';

const sandbox = createSandbox(DEFAULT_SCENARIO);
const client = new CloudFormationClient(sandbox.clientConfig());

const PARAMETER = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'x' } };
const body = (more: object = {}): string => JSON.stringify({ Resources: { P: PARAMETER }, ...more });
const create = async (
  StackName: string,
  TemplateBody: string,
  more: Partial<CreateStackCommandInput> = {},
): Promise<void> => {
  await client.send(new CreateStackCommand({ StackName, TemplateBody, ...more }));
  sandbox.clock.advance(600_000);
};
const refused = async (TemplateBody: string, more: Partial<CreateStackCommandInput> = {}): Promise<string> => {
  const error = await failure(client.send(new CreateStackCommand({ StackName: 'refused', TemplateBody, ...more })));
  expect(error.name).to.equal('ValidationError');
  return error.message;
};
const several = (count: number, make: object): object =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`N${n}`, make]));

describe('CloudFormation: what a template may not be', () => {
  it('asks for an attribute that its type does not have', async () => {
    const Outputs = { O: { Value: { 'Fn::GetAtt': ['P', 'Nope'] } } };
    const words = 'Template error: resource P does not support attribute type Nope in Fn::GetAtt';
    expect(await refused(body({ Outputs }))).to.equal(words);
    expect(
      (await failure(client.send(new ValidateTemplateCommand({ TemplateBody: body({ Outputs }) })))).message,
    ).to.equal(words);
    await create('attribute', body({ Outputs: { O: { Value: { 'Fn::Sub': '${P.Value}' } } } }));
  });

  it('goes beyond the quotas', async () => {
    expect(await refused(body({ Parameters: several(201, { Type: 'String', Default: '' }) }))).to.contain('201');
    expect(await refused(body({ Outputs: several(201, { Value: 'x' }) }))).to.contain('201');
    expect(await refused(body({ Description: 'x'.repeat(1025) }))).to.contain('1024');
    const Parameters = { V: { Type: 'String' } };
    const given = (length: number): Partial<CreateStackCommandInput> => ({
      Parameters: [{ ParameterKey: 'V', ParameterValue: 'x'.repeat(length) }],
    });
    expect(await refused(body({ Parameters }), given(4097))).to.contain('4096');
    const most = { Parameters: { ...several(199, { Type: 'String', Default: '' }), ...Parameters } };
    await create('most', body({ ...most, Outputs: several(200, { Value: 'x' }) }), given(4096));
  });

  it('names a type that cannot be one; which types there are is not looked up', async () => {
    const typed = (Type: string): string => JSON.stringify({ Resources: { R: { Type } } });
    for (const type of ['Foo', 'AWS::EC2', 'AWS:EC2:Instance'])
      expect(await refused(typed(type)), type).to.equal(
        `Template format error: Unrecognized resource types: [${type}]`,
      );
    for (const [index, type] of ['Custom::My-Thing_1@x', 'AWS::New::Thing', 'Our::Own::Thing::MODULE'].entries())
      await create(`type${index}`, typed(type));
  });

  it('has one key for two tags, statuses that there are not, or a change set without a proper name', async () => {
    const Tags = ['1', '2'].map((Value) => ({ Key: 'team', Value }));
    expect(await refused(body(), { Tags })).to.contain('Duplicate tag keys found');
    const statuses = new ListStacksCommand({ StackStatusFilter: ['FOO' as 'CREATE_COMPLETE'] });
    expect((await failure(client.send(statuses))).name).to.equal('ValidationError');
    const named = { StackName: 'web', ChangeSetName: '1 c', ChangeSetType: 'CREATE', TemplateBody: body() } as const;
    expect((await failure(client.send(new CreateChangeSetCommand(named)))).name).to.equal('ValidationError');
  });
});

describe('CloudFormation: loops', () => {
  const Transform = 'AWS::LanguageExtensions';
  const named = async (StackName: string): Promise<Record<string, string>> => {
    const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName }));
    return Object.fromEntries(StackResources!.map((row) => [row.LogicalResourceId!, row.PhysicalResourceId!]));
  };

  it('are written out: items, references to them, loops in loops, and outputs', async () => {
    const template = {
      Transform,
      Resources: {
        'Fn::ForEach::Stages': [
          'Stage',
          ['Dev', 'Prod-Eu'],
          {
            'Fn::ForEach::Names': [
              'Name',
              ['A', 'B'],
              {
                '&{Stage}${Name}': {
                  Type: 'AWS::SSM::Parameter',
                  Properties: {
                    Type: 'String',
                    Name: { 'Fn::Sub': '/${Stage}/${Name}' },
                    Value: { Ref: 'Stage' },
                  },
                },
              },
            ],
          },
        ],
      },
      Outputs: {
        'Fn::ForEach::Shown': [
          'Name',
          ['A', 'B'],
          { 'Of${Name}': { Value: { 'Fn::GetAtt': ['Dev${Name}', 'Value'] } } },
        ],
      },
    };
    await create('loops', JSON.stringify(template));
    expect(await named('loops')).to.deep.equal({
      DevA: '/Dev/A',
      DevB: '/Dev/B',
      ProdEuA: '/Prod-Eu/A',
      ProdEuB: '/Prod-Eu/B',
    });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'loops' }));
    expect(Stacks![0]!.Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])).to.deep.equal([
      ['OfA', 'Dev'],
      ['OfB', 'Dev'],
    ]);
  });

  it('go over the values of a list parameter and of a mapping, as they are given and as they were', async () => {
    const template = (collection: object): string =>
      JSON.stringify({
        Transform,
        Parameters: { Names: { Type: 'CommaDelimitedList', Default: 'one' } },
        Mappings: { M: { all: { names: ['x', 'y'] } } },
        Resources: { 'Fn::ForEach::L': ['Name', collection, { 'P${Name}': PARAMETER }] },
      });
    await create('listed', template({ Ref: 'Names' }), {
      Parameters: [{ ParameterKey: 'Names', ParameterValue: 'a, b' }],
    });
    expect(Object.keys(await named('listed'))).to.deep.equal(['Pa', 'Pb']);
    const again = { ParameterKey: 'Names', UsePreviousValue: true };
    const same = { StackName: 'listed', UsePreviousTemplate: true, Parameters: [again] };
    expect((await failure(client.send(new UpdateStackCommand(same)))).message).to.equal(
      'No updates are to be performed.',
    );
    await create('mapped', template({ 'Fn::FindInMap': ['M', 'all', 'names'] }));
    expect(Object.keys(await named('mapped'))).to.deep.equal(['Px', 'Py']);
    expect(await refused(template({ 'Fn::Split': [',', 'a,b'] }))).to.contain(
      'The sandbox cannot expand Fn::ForEach::L',
    );
  });

  it('are no loops without the transform', async () => {
    const loop = { 'Fn::ForEach::L': ['Name', ['a'], { 'P${Name}': PARAMETER }] };
    expect(await refused(JSON.stringify({ Resources: loop }))).to.contain('Fn::ForEach::L is non alphanumeric');
  });
});

describe('CloudFormation: imports and drift', () => {
  it('tells which stacks import an export', async () => {
    await create('exporting', body({ Outputs: { O: { Value: 'x', Export: { Name: 'shared' } } } }));
    const list = (ExportName: string): Promise<{ Imports?: string[] | undefined }> =>
      client.send(new ListImportsCommand({ ExportName }));
    expect((await failure(list('shared'))).message).to.equal("Export 'shared' is not imported by any stack.");
    expect((await failure(list('none'))).name).to.equal('ValidationError');
    const imported = { ...PARAMETER, Properties: { Type: 'String', Value: { 'Fn::ImportValue': 'shared' } } };
    await create('importing', JSON.stringify({ Resources: { P: imported } }));
    expect((await list('shared')).Imports).to.deep.equal(['importing']);
  });

  it('looks for drift, and finds none', async () => {
    await create('drift', body());
    const drifts = async (): Promise<unknown> => {
      const { StackResourceDrifts } = await client.send(new DescribeStackResourceDriftsCommand({ StackName: 'drift' }));
      return StackResourceDrifts?.map((row) => [row.LogicalResourceId, row.StackResourceDriftStatus]);
    };
    expect(await drifts()).to.deep.equal([]);
    const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName: 'drift' }));
    const status = await client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
    expect(status).to.include({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'IN_SYNC',
      DriftedStackResourceCount: 0,
    });
    expect(await drifts()).to.deep.equal([['P', 'IN_SYNC']]);
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'drift' }));
    expect(Stacks![0]!.DriftInformation!.StackDriftStatus).to.equal('IN_SYNC');
    const one = { StackName: 'drift', LogicalResourceId: 'P' };
    const { StackResourceDrift } = await client.send(new DetectStackResourceDriftCommand(one));
    expect(StackResourceDrift!.StackResourceDriftStatus).to.equal('IN_SYNC');
    expect((await failure(client.send(new DetectStackDriftCommand({ StackName: 'none' })))).name).to.equal(
      'ValidationError',
    );
  });
});
