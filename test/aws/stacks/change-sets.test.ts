import { expect } from 'chai';
import type { ChangeSetRequest } from '../../../src/engine/gateway.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { faultOf, gatewayTo } from '../support.js';

const SET = 'arn:aws:cloudformation:eu-west-1:123456789012:changeSet/ha-updater-7/1';
const STACK = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/7';

const request: ChangeSetRequest = {
  stack: 'web',
  template: { kind: 'previous' },
  parameters: [{ key: 'ImageId', value: 'ami-2' }],
  capabilities: [],
  token: 'ha-updater-7',
  name: 'ha-updater-7',
  type: 'UPDATE',
  description: 'ours',
};

const change = (id: string, details: object[] = []): object => ({
  Type: 'Resource',
  ResourceChange: {
    Action: 'Modify',
    LogicalResourceId: id,
    PhysicalResourceId: `p-${id}`,
    ResourceType: 'T',
    Replacement: 'False',
    Details: details,
  },
});

describe('change sets', () => {
  it('are asked for with nested stacks and with a token, and nothing that was not said is on the wire', async () => {
    const { gateway, calls } = gatewayTo({ cloudformation: { CreateChangeSet: { Id: SET, StackId: STACK } } });
    expect(await gateway.createChangeSet(request)).to.deep.equal({ id: SET, stackId: STACK });
    expect(calls[0]?.input).to.deep.equal({
      StackName: 'web',
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'ImageId', ParameterValue: 'ami-2' }],
      Capabilities: [],
      ChangeSetName: 'ha-updater-7',
      ChangeSetType: 'UPDATE',
      Description: 'ours',
      ClientToken: 'ha-updater-7',
      IncludeNestedStacks: true,
    });
  });

  it('carry tags, role, notifications and roll-back triggers when they were said', async () => {
    const { gateway, calls } = gatewayTo({ cloudformation: { CreateChangeSet: { Id: SET, StackId: STACK } } });
    const alarm = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web';
    await gateway.createChangeSet({
      ...request,
      settings: {
        tags: { a: 'b' },
        roleArn: 'arn:role',
        notificationArns: ['arn:topic'],
        rollback: { triggers: [alarm], monitoringMinutes: 5 },
      },
    });
    expect(calls[0]?.input).to.deep.include({
      Tags: [{ Key: 'a', Value: 'b' }],
      RoleARN: 'arn:role',
      NotificationARNs: ['arn:topic'],
      RollbackConfiguration: {
        RollbackTriggers: [{ Arn: alarm, Type: 'AWS::CloudWatch::Alarm' }],
        MonitoringTimeInMinutes: 5,
      },
    });
  });

  it('one of the same name is the one of an earlier call whose reply was lost', async () => {
    const { gateway } = gatewayTo({
      cloudformation: {
        CreateChangeSet: new ServiceFault('AlreadyExistsException', 'ChangeSet exists'),
        DescribeChangeSet: { ChangeSetId: SET, StackId: STACK },
      },
    });
    expect(await gateway.createChangeSet(request)).to.deep.equal({ id: SET, stackId: STACK });
  });

  it('is asked for its id when the answer names none, and is not taken for made without one', async () => {
    const answers = { CreateChangeSet: {}, DescribeChangeSet: { ChangeSetId: SET, StackId: STACK } };
    expect(await gatewayTo({ cloudformation: answers }).gateway.createChangeSet(request)).to.deep.equal({
      id: SET,
      stackId: STACK,
    });
    const nameless = gatewayTo({ cloudformation: { ...answers, DescribeChangeSet: {} } });
    expect((await faultOf(nameless.gateway.createChangeSet(request))).kind).to.equal('transient');
  });

  it('are read to the last page, with values', async () => {
    const detail = {
      Target: {
        Attribute: 'Properties',
        Name: 'ImageId',
        RequiresRecreation: 'Always',
        BeforeValue: 'a',
        AfterValue: 'b',
      },
      Evaluation: 'Static',
      ChangeSource: 'ParameterReference',
      CausingEntity: 'ImageId',
    };
    const { gateway, calls } = gatewayTo({
      cloudformation: {
        DescribeChangeSet: (input) => ({
          ChangeSetId: SET,
          ChangeSetName: 'x',
          StackId: STACK,
          StackName: 'web',
          Status: 'CREATE_COMPLETE',
          ...(input['NextToken'] === undefined
            ? { Changes: [change('A', [detail])], NextToken: '2' }
            : { Changes: [change('B')] }),
        }),
      },
    });
    const read = await gateway.describeChangeSet(SET);
    expect(read.changes.map(({ logicalId }) => logicalId)).to.deep.equal(['A', 'B']);
    expect(read.changes[0]?.details).to.deep.equal([
      {
        attribute: 'Properties',
        name: 'ImageId',
        recreation: 'Always',
        evaluation: 'Static',
        source: 'ParameterReference',
        entity: 'ImageId',
        before: 'a',
        after: 'b',
      },
    ]);
    expect(
      calls.map(({ input }) => (input as { IncludePropertyValues?: boolean }).IncludePropertyValues),
    ).to.deep.equal([true, true]);
  });

  it('are read once more without values when the service left changes out for their sake', async () => {
    const { gateway } = gatewayTo({
      cloudformation: {
        DescribeChangeSet: (input) =>
          input['IncludePropertyValues'] === true
            ? {
                ChangeSetId: SET,
                Status: 'CREATE_COMPLETE',
                StatusReason:
                  '[WARN] --include-property-values option can return incomplete ChangeSet data because: Logical Id: B, failed',
                Changes: [change('A', [{ ChangeSource: 'Automatic' }])],
              }
            : { ChangeSetId: SET, Status: 'CREATE_COMPLETE', Changes: [change('A'), change('B')] },
      },
    });
    const read = await gateway.describeChangeSet(SET);
    expect(read.changes.map(({ logicalId, details }) => [logicalId, details.length])).to.deep.equal([
      ['A', 1],
      ['B', 0],
    ]);
  });

  it('are executed with a token and a word about roll-back; a token that was used means that it began', async () => {
    const { gateway, calls } = gatewayTo({
      cloudformation: {
        ExecuteChangeSet: [
          {},
          new ServiceFault('TokenAlreadyExistsException', 'used'),
          new ServiceFault('InvalidChangeSetStatus', 'no'),
        ],
      },
    });
    await gateway.executeChangeSet(SET, 't', false);
    expect(calls[0]?.input).to.deep.equal({ ChangeSetName: SET, ClientRequestToken: 't', DisableRollback: false });
    await gateway.executeChangeSet(SET, 't', false);
    expect((await faultOf(gateway.executeChangeSet(SET, 't', false))).code).to.equal('InvalidChangeSetStatus');
  });

  it('that are gone need no deleting', async () => {
    const { gateway, calls } = gatewayTo({
      cloudformation: { DeleteChangeSet: new ServiceFault('ChangeSetNotFound', 'gone', 404) },
    });
    await gateway.deleteChangeSet(SET);
    expect(calls.map(({ operation, input }) => [operation, input])).to.deep.equal([
      ['DeleteChangeSet', { ChangeSetName: SET }],
    ]);
  });
});

describe('what failed', () => {
  const event = {
    EventId: 'e',
    StackId: STACK,
    LogicalResourceId: 'Group',
    ResourceType: 'T',
    Timestamp: new Date(5),
    ResourceStatus: 'UPDATE_FAILED',
  };

  it('is told with its place in the template and the hook that objected', async () => {
    const { gateway, calls } = gatewayTo({
      cloudformation: {
        DescribeEvents: {
          OperationEvents: [
            {
              ...event,
              EventType: 'VALIDATION_ERROR',
              ValidationPath: '/Resources/Group',
              ValidationStatusReason: 'bad',
            },
          ],
        },
      },
    });
    const [found] = await gateway.failedEvents({ changeSet: SET });
    expect(found).to.deep.include({
      kind: 'VALIDATION_ERROR',
      path: '/Resources/Group',
      reason: 'bad',
      stackName: 'web',
      logicalId: 'Group',
    });
    expect(calls[0]?.input).to.deep.equal({ ChangeSetName: SET, Filters: { FailedEvents: true } });
  });

  it('comes from the stack events where DescribeEvents is denied or unknown', async () => {
    for (const fault of [new ServiceFault('AccessDenied', 'no', 403), new ServiceFault('InvalidAction', 'unknown')]) {
      const { gateway } = gatewayTo({
        cloudformation: {
          DescribeEvents: fault,
          DescribeStackEvents: {
            StackEvents: [
              { ...event, ResourceStatusReason: 'why' },
              { ...event, EventId: 'f', ResourceStatus: 'UPDATE_COMPLETE' },
            ],
          },
        },
      });
      expect(
        (await gateway.failedEvents({ stack: STACK })).map(({ id, reason, kind }) => [id, reason, kind]),
      ).to.deep.equal([['e', 'why', '']]);
      expect(
        (await faultOf(gateway.failedEvents({ changeSet: SET }))).code,
        'a change set has no stack events',
      ).to.equal(fault.code);
    }
  });
});

describe('the other calls on stacks', () => {
  it('carry their tokens and only what was said', async () => {
    const { gateway, inputsOf } = gatewayTo({
      cloudformation: {
        CreateStack: { StackId: STACK },
        UpdateStack: {},
        DeleteStack: {},
        ContinueUpdateRollback: {},
        GetStackPolicy: { StackPolicyBody: '{}' },
        SetStackPolicy: {},
        UpdateTerminationProtection: {},
      },
    });
    const settings = {
      timeoutMinutes: 9,
      terminationProtection: true,
      disableRollback: true,
      policy: '{}',
      policyDuringUpdate: '{"a":1}',
    };
    await gateway.createStack({ ...request, settings });
    expect(inputsOf('CreateStack')[0]).to.deep.include({
      TimeoutInMinutes: 9,
      EnableTerminationProtection: true,
      DisableRollback: true,
      StackPolicyBody: '{}',
    });
    await gateway.updateStack({ ...request, settings });
    expect(inputsOf('UpdateStack')[0]).to.deep.include({
      DisableRollback: true,
      StackPolicyBody: '{}',
      StackPolicyDuringUpdateBody: '{"a":1}',
    });
    expect(inputsOf('UpdateStack')[0]).not.to.have.property('Tags');
    await gateway.deleteStack(STACK, 'd');
    expect(inputsOf('DeleteStack')).to.deep.equal([{ StackName: STACK, ClientRequestToken: 'd' }]);
    await gateway.continueRollback(STACK, [], 'c');
    await gateway.continueRollback(STACK, ['Group'], 'c');
    expect(inputsOf('ContinueUpdateRollback')).to.deep.equal([
      { StackName: STACK, ClientRequestToken: 'c' },
      { StackName: STACK, ClientRequestToken: 'c', ResourcesToSkip: ['Group'] },
    ]);
    expect(await gateway.stackPolicy(STACK)).to.equal('{}');
    await gateway.setStackPolicy(STACK, '{}');
    await gateway.setTerminationProtection(STACK, false);
    expect(inputsOf('UpdateTerminationProtection')).to.deep.equal([
      { StackName: STACK, EnableTerminationProtection: false },
    ]);
  });
});
