import { expect } from 'chai';
import { ServiceFault } from '../../../../src/sandbox/world/fault.js';
import { cloud, refusal, WEB, type EventRow } from './cloud.js';

const ami = (value: string): object => ({
  UsePreviousTemplate: true,
  Parameters: [{ ParameterKey: 'ImageId', ParameterValue: value }],
});
const fails = (logicalId: string, more: object = {}): never[] =>
  [{ kind: 'stackFails', logicalId, reason: 'no such luck', ...more }] as never[];
const statuses = (events: EventRow[], name: string): string[] =>
  events.filter((event) => event.LogicalResourceId === name).map((event) => event.ResourceStatus);

describe('CloudFormation: a create that fails', () => {
  it('deletes what it made, in reverse order', () => {
    const { create, settle, stack, events, named, groups } = cloud({ faults: fails('Group') });
    create(WEB, { ClientRequestToken: 't' });
    settle();
    expect(stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
    const rows = events();
    expect(rows.find((event) => event.ResourceStatus === 'CREATE_FAILED')).to.include({
      LogicalResourceId: 'Group',
      ResourceStatusReason: 'no such luck',
    });
    expect(rows.find((event) => event.ResourceStatus === 'ROLLBACK_IN_PROGRESS')?.ResourceStatusReason).to.equal(
      'The following resource(s) failed to create: [Group]. Rollback requested by user.',
    );
    expect(statuses(rows, 'Config').at(-1)).to.equal('DELETE_COMPLETE');
    expect(named('DeleteLaunchConfiguration')).to.have.length(1);
    expect(groups.size).to.equal(0);
    expect(
      rows.every((event) => event.ClientRequestToken === 't'),
      'the token names the roll-back too',
    ).to.equal(true);
    expect(new Set(rows.map((event) => event.OperationId)).size, 'the roll-back is an operation of its own').to.equal(
      2,
    );
  });

  it('fails where a number is none: nothing of a world may be at a time that is no number', () => {
    const { create, settle, stack, events, named } = cloud();
    create(WEB.replace(/MinSize: .*/, "MinSize: 'arn:aws:x'"));
    settle();
    expect(stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
    expect(events().find((event) => event.ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason).to.include(
      'Properties validation failed with message: expected type: Number, found: String ("arn:aws:x")',
    );
    expect(named('CreateAutoScalingGroup')).to.have.length(0);
  });

  it('cancels what runs beside it', () => {
    const template = `Resources:
  A: { Type: 'AWS::AutoScaling::LaunchConfiguration', Properties: { ImageId: ami-1 } }
  B: { Type: 'AWS::AutoScaling::LaunchConfiguration', Properties: { ImageId: ami-2 } }`;
    const { create, settle, events } = cloud({ faults: fails('A') });
    create(template);
    settle();
    expect(
      events().find((event) => event.LogicalResourceId === 'B' && event.ResourceStatus === 'CREATE_FAILED')
        ?.ResourceStatusReason,
    ).to.equal('Resource creation cancelled');
  });

  it('stands still without roll-back, and RollbackStack finishes it', () => {
    const { create, settle, stack, call, named } = cloud({ faults: fails('Group') });
    create(WEB, { OnFailure: 'DO_NOTHING' });
    settle();
    expect(stack().StackStatus).to.equal('CREATE_FAILED');
    expect(named('DeleteLaunchConfiguration')).to.have.length(0);
    call('RollbackStack', { StackName: 'web' });
    settle();
    expect(stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
    expect(refusal(() => call('UpdateStack', { StackName: 'web', ...ami('ami-2') }))).to.match(
      /is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
  });

  it('vanishes with OnFailure DELETE, and is then found by its id alone', () => {
    const { create, settle, stack } = cloud({ faults: fails('Group') });
    const id = create(WEB, { OnFailure: 'DELETE' });
    settle();
    expect(refusal(() => stack())).to.equal('ValidationError: Stack with id web does not exist');
    expect(stack(id).StackStatus).to.equal('DELETE_COMPLETE');
  });

  it('gives up at its time limit', () => {
    const { create, settle, events } = cloud({
      timing: {
        launchDelay: [0, 0],
        pending: [0, 0],
        boot: [0, 0],
        registration: [0, 0],
        terminationDelay: [0, 0],
        shutdown: [0, 0],
        stackResource: [90, 90],
        wave: 50,
      },
    });
    create(WEB, { TimeoutInMinutes: 1 });
    settle();
    expect(events().find((event) => event.ResourceStatus === 'ROLLBACK_IN_PROGRESS')?.ResourceStatusReason).to.match(
      /time exceeded the specified timeout/,
    );
  });
});

describe('CloudFormation: an update that fails', () => {
  it('is not hit by a fault whose window has not begun', () => {
    const { create, update, settle, stack } = cloud({ faults: fails('Group', { from: 3600 }) });
    create(WEB);
    settle();
    update(ami('ami-2'));
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_COMPLETE');
  });

  it('leaves the group on what it had and tells so', () => {
    const { create, update, settle, stack, events, named, groups, world } = cloud({
      faults: fails('Group', { from: 100, times: 1 }),
    });
    create(WEB);
    settle(90);
    world.clock.advance(100_000);
    const group = [...groups.values()][0];
    const old = group?.['LaunchConfigurationName'];
    update({ ...ami('ami-2'), ClientRequestToken: 'bad' });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect(group?.['LaunchConfigurationName']).to.equal(old);
    const created = named('CreateLaunchConfiguration').map((one) => one.input['LaunchConfigurationName']);
    expect(
      named('DeleteLaunchConfiguration').map((one) => one.input['LaunchConfigurationName']),
      'only the new one goes',
    ).to.deep.equal([created[1]]);
    expect(stack()['Parameters'], 'the parameters are the old ones').to.deep.include({
      ParameterKey: 'ImageId',
      ParameterValue: 'ami-1',
    });
    const rows = events().filter((event) => event.ClientRequestToken === 'bad');
    expect(statuses(rows, 'web')).to.deep.equal([
      'UPDATE_IN_PROGRESS',
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(refusal(() => update({ UsePreviousTemplate: true }))).to.equal(
      'ValidationError: No updates are to be performed.',
    );
    update(ami('ami-2'));
    settle();
    expect(stack().StackStatus, 'the fault hit once').to.equal('UPDATE_COMPLETE');
  });

  it('is stuck when the way back fails too, until it is continued', () => {
    const { create, update, settle, stack, call, refuse, groups } = cloud();
    create(WEB);
    settle();
    const old = [...groups.values()][0]?.['LaunchConfigurationName'];
    refuse.set('CreateOrUpdateTags', new ServiceFault('ResourceContention', 'somebody else holds the group'));
    update(ami('ami-2'));
    settle();
    expect(stack()).to.include({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [Group]. ',
    });
    expect(refusal(() => update(ami('ami-3')))).to.match(
      /is in UPDATE_ROLLBACK_FAILED state and can not be updated\.$/,
    );
    refuse.clear();
    call('ContinueUpdateRollback', { StackName: 'web' });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect([...groups.values()][0]?.['LaunchConfigurationName']).to.equal(old);
  });

  it('can leave out the resource that will not go back', () => {
    const { create, update, settle, stack, call, refuse } = cloud();
    create(WEB);
    settle();
    refuse.set('UpdateAutoScalingGroup', new ServiceFault('ValidationError', 'no'));
    update(ami('ami-2'));
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_FAILED');
    expect(refusal(() => call('ContinueUpdateRollback', { StackName: 'web', ResourcesToSkip: ['Config'] }))).to.match(
      /can not be skipped/,
    );
    call('ContinueUpdateRollback', { StackName: 'web', ResourcesToSkip: ['Group'] });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
  });

  it('is undone where it was refused half-way', () => {
    const { create, update, settle, stack, refuse, groups, world } = cloud();
    create(WEB);
    settle();
    const old = [...groups.values()][0]?.['LaunchConfigurationName'];
    // The group already took the new launch configuration when its tags are refused.
    refuse.set('CreateOrUpdateTags', new ServiceFault('ResourceContention', 'somebody else holds the group'));
    update(ami('ami-2'));
    for (let second = 0; second < 120 && !stack().StackStatus.includes('ROLLBACK'); second++) world.clock.advance(1000);
    refuse.clear();
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect([...groups.values()][0]?.['LaunchConfigurationName']).to.equal(old);
  });

  it('stands still with DisableRollback: retry it, or roll it back', () => {
    const { create, update, settle, stack, call, world, groups } = cloud({
      faults: fails('Group', { from: 100, times: 1 }),
    });
    create(WEB);
    settle(90);
    world.clock.advance(100_000);
    const old = [...groups.values()][0]?.['LaunchConfigurationName'];
    update({ ...ami('ami-2'), DisableRollback: true });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_FAILED');
    expect(refusal(() => update(ami('ami-2')))).to.match(/please use the disable-rollback parameter/);
    call('RollbackStack', { StackName: 'web' });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect([...groups.values()][0]?.['LaunchConfigurationName']).to.equal(old);
  });

  it('rolls back when it is cancelled, and only then can be', () => {
    const { create, update, settle, stack, call, groups } = cloud();
    create(WEB);
    settle();
    expect(refusal(() => call('CancelUpdateStack', { StackName: 'web' }))).to.match(
      /^ValidationError: CancelUpdateStack cannot be called/,
    );
    const old = [...groups.values()][0]?.['LaunchConfigurationName'];
    update(ami('ami-2'));
    settle(3);
    call('CancelUpdateStack', { StackName: 'web' });
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_IN_PROGRESS');
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect([...groups.values()][0]?.['LaunchConfigurationName']).to.equal(old);
  });
});
