import { expect } from 'chai';
import { cloud, refusal, WEB, type EventRow } from './cloud.js';

const parameter = (key: string, value: string): object => ({ ParameterKey: key, ParameterValue: value });
const shown = (event: EventRow): string =>
  `${event.LogicalResourceId} ${event.ResourceStatus}${event.ResourceStatusReason === undefined ? '' : ` (${event.ResourceStatusReason})`}`;

describe('CloudFormation: create', () => {
  it('makes the resources in the order of their dependencies and says so in events', () => {
    const { create, stack, events, settle, groups, named } = cloud();
    const id = create(WEB, { ClientRequestToken: 'token-1' });
    expect(stack().StackStatus).to.equal('CREATE_IN_PROGRESS');
    settle();
    expect(stack().StackStatus).to.equal('CREATE_COMPLETE');
    expect(events().map(shown)).to.deep.equal([
      'web CREATE_IN_PROGRESS (User Initiated)',
      'Config CREATE_IN_PROGRESS',
      'Config CREATE_IN_PROGRESS (Resource creation Initiated)',
      'Config CREATE_COMPLETE',
      'Group CREATE_IN_PROGRESS',
      'Group CREATE_IN_PROGRESS (Resource creation Initiated)',
      'Group CREATE_COMPLETE',
      'web CREATE_COMPLETE',
    ]);
    expect(new Set(events().map((event) => event.ClientRequestToken))).to.deep.equal(new Set(['token-1']));
    expect(new Set(events().map((event) => event.EventId)).size).to.equal(8);
    const [group] = [...groups.values()];
    const config = named('CreateLaunchConfiguration')[0]?.input['LaunchConfigurationName'] as string;
    expect(config).to.match(/^web-Config-[A-Z0-9]{12}$/);
    expect(group).to.include({
      MinSize: 1,
      MaxSize: 4,
      DesiredCapacity: 2,
      LaunchConfigurationName: config,
      VPCZoneIdentifier: 'subnet-1,subnet-2',
    });
    expect(group?.['Tags']).to.deep.include({
      Key: 'aws:cloudformation:stack-id',
      Value: id,
      PropagateAtLaunch: true,
      ResourceId: group?.['AutoScalingGroupName'],
      ResourceType: 'auto-scaling-group',
    });
    expect(stack()['Outputs']).to.deep.equal([
      { OutputKey: 'GroupName', OutputValue: group?.['AutoScalingGroupName'] },
    ]);
  });

  it('never shows NoEcho values, neither in the stack nor in its events', () => {
    const { create, stack, events, settle, call } = cloud();
    create(WEB, { Parameters: [parameter('Password', 'hunter2')] });
    settle();
    expect(stack()['Parameters']).to.deep.include({ ParameterKey: 'Password', ParameterValue: '****' });
    const everything = JSON.stringify([
      stack(),
      events(),
      call('GetTemplate', { StackName: 'web' }),
      call('ListStackResources', { StackName: 'web' }),
    ]);
    expect(everything).not.to.contain('hunter2');
    expect(everything).not.to.contain(Buffer.from('secret=hunter2').toString('base64'));
  });

  it('refuses a name that is taken and a token that was used', () => {
    const { create } = cloud();
    create(WEB, { ClientRequestToken: 'one' });
    expect(refusal(() => create(WEB))).to.equal('AlreadyExistsException: Stack [web] already exists');
    expect(refusal(() => create(WEB, { ClientRequestToken: 'one' }))).to.match(/^TokenAlreadyExistsException: /);
  });
});

describe('CloudFormation: update', () => {
  it('replaces a changed launch configuration, points the group at it and deletes the old one in the cleanup', () => {
    const { create, update, stack, events, settle, groups, named } = cloud();
    create(WEB);
    settle();
    const before = events().length;
    const old = [...groups.values()][0]?.['LaunchConfigurationName'];
    update({
      UsePreviousTemplate: true,
      ClientRequestToken: 'second',
      Parameters: [parameter('ImageId', 'ami-2'), { ParameterKey: 'Password', UsePreviousValue: true }],
    });
    expect(stack().StackStatus).to.equal('UPDATE_IN_PROGRESS');
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_COMPLETE');
    expect(events().slice(before).map(shown)).to.deep.equal([
      'web UPDATE_IN_PROGRESS (User Initiated)',
      'Config UPDATE_IN_PROGRESS (Requested update requires the creation of a new physical resource; hence creating one.)',
      'Config UPDATE_IN_PROGRESS (Resource creation Initiated)',
      'Config UPDATE_COMPLETE',
      'Group UPDATE_IN_PROGRESS',
      'Group UPDATE_COMPLETE',
      'web UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Config DELETE_IN_PROGRESS',
      'Config DELETE_COMPLETE',
      'web UPDATE_COMPLETE',
    ]);
    const configs = named('CreateLaunchConfiguration').map((one) => one.input['LaunchConfigurationName']);
    expect([...groups.values()][0]?.['LaunchConfigurationName']).to.equal(configs[1]);
    expect(named('DeleteLaunchConfiguration').map((one) => one.input['LaunchConfigurationName'])).to.deep.equal([old]);
    expect(named('CreateLaunchConfiguration')[1]?.input['UserData']).to.equal(
      Buffer.from('secret=start').toString('base64'),
    );
  });

  it('refuses an update without changes', () => {
    const { create, update, settle } = cloud();
    create(WEB);
    settle();
    expect(refusal(() => update({ UsePreviousTemplate: true }))).to.equal(
      'ValidationError: No updates are to be performed.',
    );
    expect(refusal(() => update({ TemplateBody: WEB.replace('a group', 'another text') }))).to.equal(
      'ValidationError: No updates are to be performed.',
    );
  });

  it('refuses while something is in progress', () => {
    const { create, update } = cloud();
    const id = create(WEB);
    expect(refusal(() => update({ UsePreviousTemplate: true }))).to.equal(
      `ValidationError: Stack:${id} is in CREATE_IN_PROGRESS state and can not be updated.`,
    );
  });
});
