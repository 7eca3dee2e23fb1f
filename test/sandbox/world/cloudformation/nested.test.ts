import { expect } from 'chai';
import { cloud, type Cloud } from './cloud.js';

const CHILD = `
Parameters: { Ami: { Type: String } }
Resources:
  Config: { Type: 'AWS::AutoScaling::LaunchConfiguration', Properties: { ImageId: !Ref Ami } }
Outputs: { Name: { Value: !Ref Config } }
`;
const PARENT = `
Parameters: { Ami: { Type: String, Default: ami-1 } }
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://assets.s3.eu-west-1.amazonaws.com/child.yaml
      Parameters: { Ami: !Ref Ami }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: '1', MaxSize: '1', AvailabilityZones: [eu-west-1a], LaunchConfigurationName: !GetAtt Child.Outputs.Name }
`;
const start = (faults: object[] = []): Cloud => cloud({ objects: { 'assets/child.yaml': CHILD }, faults: faults as never[] });
const childId = (of: Cloud): string => {
  const rows = of.call('ListStackResources', { StackName: 'web' })['StackResourceSummaries'] as { LogicalResourceId: string; PhysicalResourceId: string }[];
  return rows.find((row) => row.LogicalResourceId === 'Child')?.PhysicalResourceId ?? '';
};
const ami = (value: string): object => ({ UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Ami', ParameterValue: value }] });

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
    expect(of.named('DeleteLaunchConfiguration').map((one) => one.input['LaunchConfigurationName'])).to.deep.equal([old]);
    of.call('DeleteStack', { StackName: 'web' });
    of.settle();
    expect([of.stack(id).StackStatus, of.stack(child).StackStatus]).to.deep.equal(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('go back with their parent, and keep their old resources until it is through', () => {
    const of = start([{ kind: 'stackFails', logicalId: 'Group', reason: 'no', from: 300 }]);
    of.create(PARENT);
    of.settle(290);
    of.world.clock.advance(300_000);
    const old = [...of.groups.values()][0]?.['LaunchConfigurationName'];
    of.update(ami('ami-2'));
    of.settle();
    expect([of.stack().StackStatus, of.stack(childId(of)).StackStatus]).to.deep.equal(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
    expect([...of.groups.values()][0]?.['LaunchConfigurationName']).to.equal(old);
    const created = of.named('CreateLaunchConfiguration').map((one) => one.input['LaunchConfigurationName']);
    expect(of.named('DeleteLaunchConfiguration').map((one) => one.input['LaunchConfigurationName'])).to.deep.equal([created[1]]);
  });

  it('fail their parent, which names them', () => {
    const of = start([{ kind: 'stackFails', logicalId: 'Config', reason: 'no such image' }]);
    of.create(PARENT);
    of.settle();
    expect(of.stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
    expect(of.events().find((event) => event.LogicalResourceId === 'Child' && event.ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason).to.match(
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
    expect([of.stack().StackStatus, of.stack(childId(of)).StackStatus]).to.deep.equal(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
  });

  it('are updated when only their template behind the URL changed, and have change sets of their own', () => {
    const of = start();
    of.create(PARENT);
    of.settle();
    of.world.invoke('s3', 'PutObject', { Bucket: 'assets', Key: 'child.yaml', Body: CHILD.replace('!Ref Ami', 'ami-9') }, 'outside');
    of.call('CreateChangeSet', { StackName: 'web', ChangeSetName: 'deep', UsePreviousTemplate: true, IncludeNestedStacks: true });
    of.settle(60);
    const [change] = of.call('DescribeChangeSet', { StackName: 'web', ChangeSetName: 'deep' })['Changes'] as { ResourceChange: { LogicalResourceId: string; ChangeSetId: string } }[];
    expect(change?.ResourceChange.LogicalResourceId).to.equal('Child');
    const inner = of.call('DescribeChangeSet', { ChangeSetName: change?.ResourceChange.ChangeSetId })['Changes'] as { ResourceChange: { LogicalResourceId: string; Replacement: string } }[];
    expect(inner[0]?.ResourceChange).to.include({ LogicalResourceId: 'Config', Replacement: 'True' });
    of.call('ExecuteChangeSet', { StackName: 'web', ChangeSetName: 'deep' });
    of.settle();
    expect(of.stack().StackStatus).to.equal('UPDATE_COMPLETE');
    expect(of.named('CreateLaunchConfiguration').at(-1)?.input['ImageId']).to.equal('ami-9');
  });
});
