import { expect } from 'chai';
import type { Fault } from '../../../../src/sandbox/scenario.js';
import { cloud, WEB } from './cloud.js';

interface Told {
  readonly OperationEvents: readonly {
    readonly EventType: string;
    readonly LogicalResourceId: string;
    readonly HookType?: string;
    readonly HookStatusReason?: string;
    readonly ValidationPath?: string;
    readonly ValidationStatusReason?: string;
  }[];
}

const ami = (value: string): object => ({
  UsePreviousTemplate: true,
  Parameters: [{ ParameterKey: 'ImageId', ParameterValue: value }],
});

describe('CloudFormation: what is objected to', () => {
  it('a change set that early validation refuses tells why by DescribeEvents, and the next one may pass', () => {
    const faults: readonly Fault[] = [
      {
        kind: 'changeSetFails',
        logicalId: 'Group',
        reason: 'no MaxSize',
        path: '/Resources/Group/Properties',
        times: 1,
      },
    ];
    const of = cloud({ faults });
    const { Id: id } = of.call('CreateChangeSet', {
      StackName: 'web',
      ChangeSetName: 'one',
      ChangeSetType: 'CREATE',
      TemplateBody: WEB,
    }) as unknown as { readonly Id: string };
    of.settle(60);
    expect(of.call('DescribeChangeSet', { ChangeSetName: id }))
      .to.deep.include({ Status: 'FAILED' })
      .and.to.have.property('StatusReason')
      .that.includes('[AWS::EarlyValidation::PropertyValidation]');
    const { OperationEvents: events } = of.call('DescribeEvents', {
      ChangeSetName: id,
      Filters: { FailedEvents: true },
    }) as unknown as Told;
    expect(events).to.have.length(1);
    expect(events[0]).to.include({
      EventType: 'VALIDATION_ERROR',
      LogicalResourceId: 'Group',
      ValidationPath: '/Resources/Group/Properties',
      ValidationStatusReason: 'no MaxSize',
    });
    of.call('CreateChangeSet', { StackName: 'web', ChangeSetName: 'two', ChangeSetType: 'CREATE', TemplateBody: WEB });
    of.settle(60);
    expect(of.call('DescribeChangeSet', { StackName: 'web', ChangeSetName: 'two' })).to.include({
      Status: 'CREATE_COMPLETE',
    });
  });

  it('a hook tells its reason in an event of its own, and the resource only names it', () => {
    const of = cloud({ faults: [{ kind: 'stackFails', logicalId: 'Group', reason: 'no tag', hook: 'Acme::Tagged' }] });
    of.create(WEB, {});
    of.settle();
    expect(of.stack().StackStatus).to.equal('ROLLBACK_COMPLETE');
    expect(of.events().find((event) => event.ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason).to.equal(
      'The following hook(s) failed: [Acme::Tagged]',
    );
    const { OperationEvents: events } = of.call('DescribeEvents', {
      StackName: 'web',
      Filters: { FailedEvents: true },
    }) as unknown as Told;
    expect(events.find(({ EventType: type }) => type === 'HOOK_INVOCATION_ERROR')).to.include({
      LogicalResourceId: 'Group',
      HookType: 'Acme::Tagged',
      HookStatusReason: 'no tag',
    });
  });

  it('a fault may leave the first operations alone', () => {
    const of = cloud({
      faults: [{ kind: 'stackFails', logicalId: 'Config', reason: 'not again', after: 2, times: 1 }],
    });
    of.create(WEB, {});
    of.settle();
    for (const [value, status] of [
      ['ami-2', 'UPDATE_COMPLETE'],
      ['ami-3', 'UPDATE_ROLLBACK_COMPLETE'],
      ['ami-4', 'UPDATE_COMPLETE'],
    ] as const) {
      of.update(ami(value));
      of.settle();
      expect(of.stack().StackStatus, value).to.equal(status);
    }
  });
});
