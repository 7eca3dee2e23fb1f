import { expect } from 'chai';
import { cloud, type Cloud } from './cloud.js';

const CHILD = `
Parameters: { ImageId: { Type: String } }
Resources:
  Config: { Type: 'AWS::AutoScaling::LaunchConfiguration', Properties: { ImageId: !Ref ImageId } }
Outputs: { Name: { Value: !Ref Config } }
`;
const PARENT = `
Parameters: { ImageId: { Type: String, Default: ami-1 } }
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://assets.s3.eu-west-1.amazonaws.com/child.yaml
      Parameters: { ImageId: !Ref ImageId }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: '1', MaxSize: '1', AvailabilityZones: [eu-west-1a], LaunchConfigurationName: !GetAtt Child.Outputs.Name }
`;
const start = (faults: object[] = []): Cloud =>
  cloud({ objects: { 'assets/child.yaml': CHILD }, faults: faults as never[] });
const childId = (of: Cloud): string => {
  const rows = of.call('ListStackResources', { StackName: 'web' })['StackResourceSummaries'] as {
    LogicalResourceId: string;
    PhysicalResourceId: string;
  }[];
  return rows.find((row) => row.LogicalResourceId === 'Child')?.PhysicalResourceId ?? '';
};
const ami = (value: string): object => ({
  UsePreviousTemplate: true,
  Parameters: [{ ParameterKey: 'ImageId', ParameterValue: value }],
});

describe('CloudFormation: nested stacks', () => {
  it('are created, updated and deleted with their parent', () => {
    const of = start();
    const id = of.create(PARENT, { ClientRequestToken: 'root' });
    of.settle();
    expect(of.stack().StackStatus).to.equal('CREATE_COMPLETE');
    const child = childId(of);
    expect(of.stack(child)).to.include({ StackStatus: 'CREATE_COMPLETE', ParentId: id, RootId: id });
    expect(of.events(child).every((event) => event.ClientRequestToken === 'root')).to.equal(true);
    const old = [...of.groups.values()][0]?.['LaunchConfigurationName'];
    of.update(ami('ami-2'));
    of.settle();
    expect([of.stack().StackStatus, of.stack(child).StackStatus]).to.deep.equal(['UPDATE_COMPLETE', 'UPDATE_COMPLETE']);
    expect([...of.groups.values()][0]?.['LaunchConfigurationName']).not.to.equal(old);
    expect(of.named('DeleteLaunchConfiguration').map((one) => one.input['LaunchConfigurationName'])).to.deep.equal([
      old,
    ]);
    of.call('DeleteStack', { StackName: 'web' });
    of.settle();
    expect([of.stack(id).StackStatus, of.stack(child).StackStatus]).to.deep.equal([
      'DELETE_COMPLETE',
      'DELETE_COMPLETE',
    ]);
  });

  it('go back with their parent, and keep their old resources until it is through', () => {
    const of = start([{ kind: 'stackFails', logicalId: 'Group', reason: 'no', from: 300 }]);
    of.create(PARENT);
    of.settle(290);
    of.world.clock.advance(300_000);
    const old = [...of.groups.values()][0]?.['LaunchConfigurationName'];
    of.update(ami('ami-2'));
    of.settle();
    expect([of.stack().StackStatus, of.stack(childId(of)).StackStatus]).to.deep.equal([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect([...of.groups.values()][0]?.['LaunchConfigurationName']).to.equal(old);
    const created = of.named('CreateLaunchConfiguration').map((one) => one.input['LaunchConfigurationName']);
    expect(of.named('DeleteLaunchConfiguration').map((one) => one.input['LaunchConfigurationName'])).to.deep.equal([
      created[1],
    ]);
  });

  it('fail their parent, which names them', () => {
    const of = start([{ kind: 'stackFails', logicalId: 'Config', reason: 'no such image' }]);
    of.create(PARENT);
    of.settle();
    expect(of.stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
    expect(
      of.events().find((event) => event.LogicalResourceId === 'Child' && event.ResourceStatus === 'CREATE_FAILED')
        ?.ResourceStatusReason,
    ).to.match(
      /^Embedded stack arn:.* was not successfully created: The following resource\(s\) failed to create: \[Config\]\. $/,
    );
  });

  it('fail an update of their parent and roll back', () => {
    const of = start([{ kind: 'stackFails', logicalId: 'Config', reason: 'no such image', from: 300 }]);
    of.create(PARENT);
    of.settle(290);
    of.world.clock.advance(300_000);
    of.update(ami('ami-2'));
    of.settle();
    expect([of.stack().StackStatus, of.stack(childId(of)).StackStatus]).to.deep.equal([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('are updated when only their template behind the URL changed, and have change sets of their own', () => {
    const of = start();
    of.create(PARENT);
    of.settle();
    of.world.invoke(
      's3',
      'PutObject',
      { Bucket: 'assets', Key: 'child.yaml', Body: CHILD.replace('!Ref ImageId', 'ami-9') },
      'outside',
    );
    of.call('CreateChangeSet', {
      StackName: 'web',
      ChangeSetName: 'deep',
      UsePreviousTemplate: true,
      IncludeNestedStacks: true,
    });
    of.settle(60);
    const [change] = of.call('DescribeChangeSet', { StackName: 'web', ChangeSetName: 'deep' })['Changes'] as {
      ResourceChange: { LogicalResourceId: string; ChangeSetId: string };
    }[];
    expect(change?.ResourceChange.LogicalResourceId).to.equal('Child');
    const inner = of.call('DescribeChangeSet', { ChangeSetName: change?.ResourceChange.ChangeSetId })['Changes'] as {
      ResourceChange: { LogicalResourceId: string; Replacement: string };
    }[];
    expect(inner[0]?.ResourceChange).to.include({ LogicalResourceId: 'Config', Replacement: 'True' });
    of.call('ExecuteChangeSet', { StackName: 'web', ChangeSetName: 'deep' });
    of.settle();
    expect(of.stack().StackStatus).to.equal('UPDATE_COMPLETE');
    expect(of.named('CreateLaunchConfiguration').at(-1)?.input['ImageId']).to.equal('ami-9');
  });

  interface Row {
    readonly ResourceChange: { readonly LogicalResourceId: string; readonly ChangeSetId?: string };
  }
  const described = (of: Cloud, set: object): Record<string, unknown> & { readonly Changes: readonly Row[] } =>
    of.call('DescribeChangeSet', set) as never;
  const FRESH = {
    StackName: 'web',
    ChangeSetName: 'first',
    ChangeSetType: 'CREATE',
    TemplateBody: PARENT,
    IncludeNestedStacks: true,
  };

  it('that come into being wait empty in review, with a change set of their own, and are the ones that are then made', () => {
    const of = start();
    of.call('CreateChangeSet', FRESH);
    of.settle(60);
    const root = described(of, { StackName: 'web', ChangeSetName: 'first' });
    expect(
      root.Changes.map(({ ResourceChange }) => [
        ResourceChange.LogicalResourceId,
        ResourceChange.ChangeSetId !== undefined,
      ]),
    ).to.deep.equal([
      ['Child', true],
      ['Group', false],
    ]);
    const inner = described(of, { ChangeSetName: root.Changes[0]?.ResourceChange.ChangeSetId });
    expect(inner.Changes.map(({ ResourceChange }) => ResourceChange.LogicalResourceId)).to.deep.equal(['Config']);
    expect(inner).to.include({
      ParentChangeSetId: root['ChangeSetId'],
      RootChangeSetId: root['ChangeSetId'],
      ExecutionStatus: 'AVAILABLE',
    });
    expect(of.stack(String(inner['StackId']))).to.include({
      StackStatus: 'REVIEW_IN_PROGRESS',
      ParentId: root['StackId'],
    });
    of.call('ExecuteChangeSet', { StackName: 'web', ChangeSetName: 'first' });
    of.settle();
    expect(of.stack().StackStatus).to.equal('CREATE_COMPLETE');
    expect(childId(of)).to.equal(inner['StackId']);
  });

  it('that only waited in review go with the change set, and with the stack', () => {
    const of = start();
    of.call('CreateChangeSet', FRESH);
    of.settle(60);
    const child = String(
      described(of, {
        ChangeSetName: described(of, { StackName: 'web', ChangeSetName: 'first' }).Changes[0]?.ResourceChange
          .ChangeSetId,
      })['StackId'],
    );
    of.call('DeleteChangeSet', { StackName: 'web', ChangeSetName: 'first' });
    expect(
      described(of, { StackName: 'web', ChangeSetName: 'first' })['Status'],
      'a hierarchy takes its time',
    ).to.equal('DELETE_PENDING');
    of.settle(60);
    expect(() => described(of, { StackName: 'web', ChangeSetName: 'first' })).to.throw(/does not exist/);
    expect([of.stack(child).StackStatus, of.stack().StackStatus]).to.deep.equal([
      'DELETE_COMPLETE',
      'REVIEW_IN_PROGRESS',
    ]);
    of.call('CreateChangeSet', { ...FRESH, ChangeSetName: 'second' });
    of.settle(60);
    of.call('DeleteStack', { StackName: 'web' });
    of.settle();
    expect(
      (of.call('ListStacks', {})['StackSummaries'] as { StackStatus: string }[]).every(
        ({ StackStatus }) => StackStatus === 'DELETE_COMPLETE',
      ),
    ).to.equal(true);
  });

  it('whose values are known only later have no change set: their row stands for them', () => {
    const of = cloud({ objects: { 'assets/child.yaml': CHILD.replace('Type: String', 'Type: Number') } });
    of.call('CreateChangeSet', {
      ...FRESH,
      TemplateBody: PARENT.replace('ImageId: !Ref ImageId', 'ImageId: !Ref Group').replace(
        '!GetAtt Child.Outputs.Name',
        'x',
      ),
    });
    of.settle(60);
    const root = described(of, { StackName: 'web', ChangeSetName: 'first' });
    expect(root['Status']).to.equal('CREATE_COMPLETE');
    expect(root.Changes.every(({ ResourceChange }) => ResourceChange.ChangeSetId === undefined)).to.equal(true);
  });

  it('fail the change set of their parent when their own cannot be made', () => {
    const of = start([{ kind: 'changeSetFails', logicalId: 'Config', reason: 'no such property' }]);
    of.call('CreateChangeSet', FRESH);
    of.settle(60);
    expect(described(of, { StackName: 'web', ChangeSetName: 'first' })['StatusReason']).to.match(
      /^Nested change set arn:.* was not successfully created: Currently in FAILED\.$/,
    );
  });
});
