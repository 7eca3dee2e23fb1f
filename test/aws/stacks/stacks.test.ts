import { expect } from 'chai';
import { HttpResponse } from '@smithy/core/protocols';
import { Readable } from 'node:stream';
import type { StackRequest } from '../../../src/engine/gateway.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { faultOf, gatewayOver, gatewayTo } from '../support.js';

const ID = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/7';
const STACK = { StackId: ID, StackName: 'web', StackStatus: 'UPDATE_COMPLETE', CreationTime: new Date(1_000_000) };

const request: StackRequest = {
  stack: 'web',
  template: { kind: 'previous' },
  parameters: [
    { key: 'ImageId', value: 'ami-2' },
    { key: 'Password', previous: true },
  ],
  capabilities: ['CAPABILITY_IAM'],
  token: 'run-7',
};

describe('stacks', () => {
  it('come in our words, without the mask of a secret parameter', async () => {
    const { gateway } = gatewayTo({
      cloudformation: {
        DescribeStacks: {
          Stacks: [
            {
              ...STACK,
              Parameters: [
                { ParameterKey: 'ImageId', ParameterValue: 'ami-1' },
                { ParameterKey: 'Password', ParameterValue: '****' },
              ],
              Capabilities: ['CAPABILITY_IAM'],
              Outputs: [{ OutputKey: 'Url', OutputValue: 'http://web' }],
            },
          ],
        },
      },
    });
    expect(await gateway.describeStack('web')).to.deep.equal({
      id: ID,
      name: 'web',
      status: 'UPDATE_COMPLETE',
      statusReason: '',
      parameters: [
        { key: 'ImageId', value: 'ami-1', noEcho: false },
        { key: 'Password', noEcho: true },
      ],
      capabilities: ['CAPABILITY_IAM'],
      outputs: { Url: 'http://web' },
      createdAt: 1_000_000,
    });
  });

  it('one that does not exist, or not any more, is undefined; another refusal is a fault', async () => {
    const { gateway } = gatewayTo({
      cloudformation: {
        DescribeStacks: [
          new ServiceFault('ValidationError', 'Stack with id web does not exist'),
          { Stacks: [{ ...STACK, StackStatus: 'DELETE_COMPLETE' }] },
          new ServiceFault('AccessDenied', 'no', 403),
        ],
      },
    });
    expect(await gateway.describeStack('web')).to.equal(undefined);
    expect(await gateway.describeStack('web')).to.equal(undefined);
    expect((await faultOf(gateway.describeStack('web'))).kind).to.equal('denied');
  });

  it('lists all resources that are left', async () => {
    const row = (id: string, status: string): object => ({
      LogicalResourceId: id,
      PhysicalResourceId: `p-${id}`,
      ResourceType: 'AWS::AutoScaling::AutoScalingGroup',
      ResourceStatus: status,
      LastUpdatedTimestamp: new Date(0),
    });
    const { gateway } = gatewayTo({
      cloudformation: {
        ListStackResources: (input) =>
          input['NextToken'] === undefined
            ? { StackResourceSummaries: [row('A', 'CREATE_COMPLETE'), row('B', 'DELETE_COMPLETE')], NextToken: '2' }
            : { StackResourceSummaries: [row('C', 'UPDATE_COMPLETE')] },
      },
    });
    expect(
      (await gateway.listResources('web')).map(({ stack, logicalId, physicalId, status }) => [
        stack,
        logicalId,
        physicalId,
        status,
      ]),
    ).to.deep.equal([
      ['web', 'A', 'p-A', 'CREATE_COMPLETE'],
      ['web', 'C', 'p-C', 'UPDATE_COMPLETE'],
    ]);
  });

  it('reads events back to the one that was asked for, and no page more', async () => {
    const event = (n: number): object => ({
      EventId: `e${n}`,
      StackId: ID,
      StackName: 'web',
      Timestamp: new Date(n),
      ClientRequestToken: 'run-7',
    });
    const { gateway, calls } = gatewayTo({
      cloudformation: {
        DescribeStackEvents: (input) => {
          const page = Number(input['NextToken'] ?? 0);
          return { StackEvents: [event(9 - 2 * page), event(8 - 2 * page)], NextToken: String(page + 1) };
        },
      },
    });
    const events = await gateway.stackEvents(ID, (each) => each.id === 'e6');
    expect(events.map((each) => [each.id, each.at, each.token])).to.deep.equal([
      ['e9', 9, 'run-7'],
      ['e8', 8, 'run-7'],
      ['e7', 7, 'run-7'],
    ]);
    expect(calls).to.have.length(2);
  });

  it('updates with previous values, capabilities and the token', async () => {
    const { gateway, calls } = gatewayTo({ cloudformation: { UpdateStack: { StackId: ID } } });
    expect(await gateway.updateStack(request)).to.equal('started');
    expect(calls[0]?.input).to.deep.equal({
      StackName: 'web',
      UsePreviousTemplate: true,
      Parameters: [
        { ParameterKey: 'ImageId', ParameterValue: 'ami-2' },
        { ParameterKey: 'Password', UsePreviousValue: true },
      ],
      Capabilities: ['CAPABILITY_IAM'],
      ClientRequestToken: 'run-7',
    });
  });

  it('nothing to update is no failure, and a token that was used means that it started before', async () => {
    const { gateway } = gatewayTo({
      cloudformation: {
        UpdateStack: [
          new ServiceFault('ValidationError', 'No updates are to be performed.'),
          new ServiceFault('TokenAlreadyExistsException', 'A client request token already exists'),
          new ServiceFault('ValidationError', 'Parameters: [Nope] do not exist in the template'),
        ],
        CreateStack: new ServiceFault('TokenAlreadyExistsException', 'A client request token already exists'),
        DescribeStacks: { Stacks: [STACK] },
        CancelUpdateStack: new ServiceFault('TokenAlreadyExistsException', 'A client request token already exists'),
      },
    });
    expect(await gateway.updateStack(request)).to.equal('unchanged');
    expect(await gateway.updateStack(request)).to.equal('started');
    expect((await faultOf(gateway.updateStack(request))).message).to.contain('[Nope]');
    expect(await gateway.createStack(request)).to.equal(ID);
    await gateway.cancelUpdate('web', 'run-7');
  });

  it('asks about a template by its text, its address, or the stack that has it', async () => {
    const { gateway, inputsOf } = gatewayTo({
      cloudformation: {
        GetTemplateSummary: {
          Parameters: [
            { ParameterKey: 'ImageId', ParameterType: 'String' },
            { ParameterKey: 'Size', ParameterType: 'Number', DefaultValue: '', NoEcho: true },
          ],
          Capabilities: ['CAPABILITY_IAM'],
          CapabilitiesReason: 'because',
          DeclaredTransforms: ['AWS::LanguageExtensions'],
          ResourceTypes: ['AWS::IAM::Role'],
        },
        ValidateTemplate: [{}, new ServiceFault('ValidationError', 'Template format error: unsupported structure.')],
      },
    });
    expect(await gateway.templateSummary({ kind: 'body', text: '{}' })).to.deep.equal({
      parameters: [
        { key: 'ImageId', type: 'String', hasDefault: false, noEcho: false },
        { key: 'Size', type: 'Number', hasDefault: true, noEcho: true },
      ],
      capabilities: ['CAPABILITY_IAM'],
      capabilitiesReason: 'because',
      transforms: ['AWS::LanguageExtensions'],
      resourceTypes: ['AWS::IAM::Role'],
    });
    await gateway.templateSummary({ kind: 'url', url: 'https://s3/t' });
    await gateway.templateSummary({ kind: 'previous' }, 'web');
    expect(inputsOf('GetTemplateSummary')).to.deep.equal([
      { TemplateBody: '{}' },
      { TemplateURL: 'https://s3/t' },
      { StackName: 'web' },
    ]);
    await gateway.validateTemplate({ kind: 'body', text: '{}' });
    expect((await faultOf(gateway.validateTemplate({ kind: 'body', text: '' }))).kind).to.equal('invalid');
    await gateway.validateTemplate({ kind: 'previous' });
    expect(inputsOf('ValidateTemplate')).to.have.length(2);
  });
});

describe('objects of S3', () => {
  const object = (chunks: Iterable<Buffer>): ReturnType<typeof gatewayOver> =>
    gatewayOver(() =>
      Promise.resolve({
        response: new HttpResponse({ statusCode: 200, headers: { etag: '"1"' }, body: Readable.from(chunks) }),
      }),
    );

  it('are read as text, also when a character is torn between two pieces', async () => {
    const bytes = Buffer.from('Name: größe\n');
    expect(await object([bytes.subarray(0, 9), bytes.subarray(9)]).readObject('bucket', 'key')).to.equal(
      'Name: größe\n',
    );
  });

  it('are not read to the end when they are too large', async () => {
    let sent = 0;
    const endless = function* (): Iterable<Buffer> {
      for (;;) {
        sent += 1;
        yield Buffer.alloc(65_536);
      }
    };
    const fault = await faultOf(object(endless()).readObject('bucket', 'key'));
    expect([fault.kind, fault.code]).to.deep.equal(['invalid', 'TooLarge']);
    expect(sent).to.be.lessThan(40);
  });

  it('a body that breaks off is a fault like any other', async () => {
    const torn = function* (): Iterable<Buffer> {
      yield Buffer.from('half');
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    };
    expect((await faultOf(object(torn()).readObject('bucket', 'key'))).kind).to.equal('transient');
  });
});
