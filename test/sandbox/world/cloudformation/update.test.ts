import { expect } from 'chai';
import { cloud, refusal, WEB } from './cloud.js';

const TEMPLATED = `
Parameters:
  ImageId: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /golden/ami }
  Max: { Type: Number, Default: 4 }
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { ImageId: !Ref ImageId } }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '1'
      MaxSize: !Ref Max
      DesiredCapacity: '2'
      LaunchTemplate: { LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber }
      VPCZoneIdentifier: [subnet-1]
`;
const IGNORING = `${TEMPLATED}    UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } }\n`;

describe('CloudFormation: what an update changes', () => {
  it('looks SSM values up again: an update with the previous template brings a new image', () => {
    const { create, update, settle, groups, stack, world, named } = cloud({ parameters: { '/golden/ami': 'ami-1' } });
    create(TEMPLATED);
    settle();
    expect(refusal(() => update({ UsePreviousTemplate: true }))).to.match(/No updates/);
    world.invoke('ssm', 'PutParameter', { Name: '/golden/ami', Value: 'ami-2', Overwrite: true }, 'outside');
    update({ UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'ImageId', UsePreviousValue: true }] });
    settle();
    expect(stack()['Parameters']).to.deep.include({
      ParameterKey: 'ImageId',
      ParameterValue: '/golden/ami',
      ResolvedValue: 'ami-2',
    });
    expect(named('CreateLaunchTemplateVersion')[0]?.input['LaunchTemplateData']).to.deep.equal({ ImageId: 'ami-2' });
    expect([...groups.values()][0]?.['LaunchTemplate'], 'the group sees the new number').to.include({ Version: '2' });
  });

  it('writes the sizes of the template over what somebody else set, unless told to ignore them', () => {
    for (const [template, expected] of [
      [TEMPLATED, 2],
      [IGNORING, undefined],
    ] as const) {
      const { create, update, settle, named } = cloud({ parameters: { '/golden/ami': 'ami-1' } });
      create(template);
      settle();
      update({ UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Max', ParameterValue: '6' }] });
      settle();
      expect(named('UpdateAutoScalingGroup')[0]?.input['DesiredCapacity']).to.equal(expected);
      expect(named('UpdateAutoScalingGroup')[0]?.input['MaxSize'], 'a changed size is always written').to.equal(6);
    }
  });

  it('writes all sizes on the way back, whatever the policy says', () => {
    const { create, update, settle, named, stack, world } = cloud({
      parameters: { '/golden/ami': 'ami-1' },
      faults: [{ kind: 'stackFails', logicalId: 'Late', reason: 'no' }],
    });
    create(IGNORING);
    settle(90);
    world.clock.advance(1000);
    update({
      TemplateBody: IGNORING.replace("MinSize: '1'", "MinSize: '2'").replace(
        'Resources:',
        "Resources:\n  Late: { Type: 'X::Y::Z', DependsOn: Group }",
      ),
    });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect(
      named('UpdateAutoScalingGroup').map((one) => [one.input['MinSize'], one.input['DesiredCapacity']]),
    ).to.deep.equal([
      [2, undefined],
      [1, 2],
    ]);
  });

  it('replaces a group whose name changes', () => {
    const { create, update, settle, groups } = cloud();
    create(WEB);
    settle();
    const [old] = groups.keys();
    update({ TemplateBody: WEB.replace("MinSize: '1'", "MinSize: '1'\n      AutoScalingGroupName: mine") });
    settle();
    expect([...groups.keys()]).to.deep.equal(['mine']);
    expect(old).not.to.equal('mine');
  });

  it('removes tags that left the template and no others', () => {
    const { create, update, settle, named } = cloud();
    create(WEB, { Tags: [{ Key: 'team', Value: 'x' }] });
    settle();
    update({
      TemplateBody: WEB.replace('Tags: [{ Key: role, Value: web, PropagateAtLaunch: true }]', 'Cooldown: 5'),
      Tags: [],
    });
    settle();
    const gone = named('DeleteTags').flatMap((one) => (one.input['Tags'] as { Key: string }[]).map((tag) => tag.Key));
    expect(gone.sort()).to.deep.equal(['role', 'team']);
  });

  it('deletes what left the template, and keeps what is to be retained', () => {
    const two = (policy: string): string => `Resources:
  A: { Type: 'AWS::AutoScaling::LaunchConfiguration', Properties: { ImageId: ami-1 } }
  B: { Type: 'AWS::AutoScaling::LaunchConfiguration', ${policy} Properties: { ImageId: ami-2 } }`;
    for (const [policy, deleted, status] of [
      ['', 1, 'DELETE_COMPLETE'],
      ['DeletionPolicy: Retain,', 0, 'DELETE_SKIPPED'],
    ] as const) {
      const { create, update, settle, named, events, call } = cloud();
      create(two(policy));
      settle();
      update({ TemplateBody: two('').split('\n').slice(0, 2).join('\n') });
      settle();
      expect(named('DeleteLaunchConfiguration')).to.have.length(deleted);
      expect(
        events()
          .filter((event) => event.LogicalResourceId === 'B')
          .at(-1)?.ResourceStatus,
      ).to.equal(status);
      expect((call('ListStackResources', { StackName: 'web' })['StackResourceSummaries'] as unknown[]).length).to.equal(
        1,
      );
    }
  });

  it('keeps the old half of a replacement with UpdateReplacePolicy Retain', () => {
    const { create, update, settle, named } = cloud();
    const one = (ami: string): string =>
      `Resources: { A: { Type: 'AWS::AutoScaling::LaunchConfiguration', UpdateReplacePolicy: Retain, Properties: { ImageId: ${ami} } } }`;
    create(one('ami-1'));
    settle();
    update({ TemplateBody: one('ami-2') });
    settle();
    expect(named('DeleteLaunchConfiguration')).to.have.length(0);
  });

  it('refuses another type under the same name', () => {
    const { create, update, settle } = cloud();
    create("Resources: { A: { Type: 'X::Y::Z' } }");
    settle();
    expect(refusal(() => update({ TemplateBody: "Resources: { A: { Type: 'X::Y::W' } }" }))).to.equal(
      'ValidationError: Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]',
    );
  });

  it('keeps to the stack policy', () => {
    const { create, update, settle, stack, events } = cloud();
    create(WEB, {
      StackPolicyBody: JSON.stringify({
        Statement: [
          { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
          { Effect: 'Deny', Action: 'Update:Replace', Principal: '*', Resource: 'LogicalResourceId/Config' },
        ],
      }),
    });
    settle();
    const change = { UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'ImageId', ParameterValue: 'ami-2' }] };
    update(change);
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect(events().find((event) => event.ResourceStatus === 'UPDATE_FAILED')?.ResourceStatusReason).to.match(
      /^Action denied by stack policy: .*\[Update:Replace\]/,
    );
    update({
      ...change,
      StackPolicyDuringUpdateBody: JSON.stringify({
        Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }],
      }),
    });
    settle();
    expect(stack().StackStatus).to.equal('UPDATE_COMPLETE');
  });

  it('counts changed outputs as an update, and shows exports to other stacks', () => {
    const { create, update, settle, call, stack } = cloud();
    create("Resources: { A: { Type: 'X::Y::Z' } }");
    settle();
    update({
      TemplateBody:
        "Resources: { A: { Type: 'X::Y::Z' } }\nOutputs: { O: { Value: !Ref A, Export: { Name: shared } } }",
    });
    settle();
    call('CreateStack', {
      StackName: 'user',
      TemplateBody: "Resources: { B: { Type: 'X::Y::Z', Properties: { V: !ImportValue shared } } }",
    });
    settle();
    expect(stack('user').StackStatus).to.equal('CREATE_COMPLETE');
    expect(refusal(() => call('DeleteStack', { StackName: 'web' }))).to.equal(
      'ValidationError: Export shared cannot be deleted as it is in use by user',
    );
  });

  it('does not delete a protected stack', () => {
    const { create, settle, call } = cloud();
    create(WEB, { EnableTerminationProtection: true });
    settle();
    expect(refusal(() => call('DeleteStack', { StackName: 'web' }))).to.equal(
      'ValidationError: Stack [web] cannot be deleted while TerminationProtection is enabled',
    );
    call('UpdateTerminationProtection', { StackName: 'web', EnableTerminationProtection: false });
    expect(refusal(() => call('DeleteStack', { StackName: 'web' }))).to.equal('accepted');
  });

  it('goes on beside what it does not model, and warns', () => {
    const { create, settle, stack, events } = cloud();
    create(
      "Resources:\n  Q: { Type: 'AWS::SQS::Queue' }\n  T: { Type: 'AWS::SNS::Topic', Properties: { N: !GetAtt Q.Arn } }\nOutputs: { Arn: { Value: !GetAtt Q.Arn } }",
    );
    settle();
    expect(stack().StackStatus).to.equal('CREATE_COMPLETE');
    expect((stack()['Outputs'] as { OutputValue: string }[])[0]?.OutputValue).to.match(/^arn:aws:sqs:eu-west-1:/);
    expect(
      events().filter((event) => (event.ResourceStatusReason ?? '').includes('does not model AWS::SQS::Queue')),
    ).to.have.length(1);
  });

  it('waits for the signals of a CreationPolicy', () => {
    const template = `Resources:
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Count: 2, Timeout: PT10M } }
    Properties: { MinSize: '2', MaxSize: '2', AvailabilityZones: [eu-west-1a], LaunchConfigurationName: lc }`;
    const { create, settle, stack, call } = cloud();
    create(template);
    settle(120);
    expect(stack().StackStatus).to.equal('CREATE_IN_PROGRESS');
    for (const UniqueId of ['i-1', 'i-2'])
      call('SignalResource', { StackName: 'web', LogicalResourceId: 'Group', UniqueId, Status: 'SUCCESS' });
    settle(30);
    expect(stack().StackStatus).to.equal('CREATE_COMPLETE');
    const silent = cloud();
    silent.create(template);
    silent.settle();
    expect(silent.stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
  });

  it('is the same in every run of one seed', () => {
    const run = (): string => {
      const { create, update, settle, events, stack } = cloud({ seed: 7 });
      create(WEB);
      settle();
      update({ UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'ImageId', ParameterValue: 'ami-2' }] });
      settle();
      return JSON.stringify([events(), stack()]);
    };
    expect(run()).to.equal(run());
  });

  it('keeps its state as plain data', () => {
    const { create, settle, world } = cloud();
    create(WEB);
    settle(4);
    expect(() => structuredClone(world.state('cloudformation', () => ({})))).not.to.throw();
  });
});
